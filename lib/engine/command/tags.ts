import type { Commit } from '../../core/commit.ts';
import { fold } from '../../core/decider.ts';
import { ofEach } from '../../core/fact/given.ts';
import { ProblemError } from '../../core/problem.ts';
import { parseStream } from '../../core/stream.ts';
import { entriesOf } from '../../core/tag/entries.ts';
import { completionStream, type TagEntry, tagDecider, tagEvents, tagStream, valuesOf } from '../../core/tag/stream.ts';
import type { AnyTag } from '../../core/tag/tag.ts';
import { storeEvent } from '../../core/version.ts';
import { latest } from '../instant.ts';
import type { Unmoved } from '../ports.ts';
import { commitBeside } from '../store/transaction.ts';
import type { Commanding, CommandRequest } from './request.ts';
import { begin, type Tracked } from './tracked.ts';

/** The tag streams that a command decides on or appends to, as they are known. All commands that take effect together share one. */
export type TagBook = Map<string, Tracked>;

/** The values of one tag that a command names, as it named them and each once. */
type Named = Readonly<{ name: string; named: string | readonly string[]; values: readonly string[]; tag: AnyTag }>;

const tagsNamed = ({ decider }: Commanding, { command: { type, data }, stream }: CommandRequest): readonly Named[] => {
  const { tags } = decider.commands[type] ?? {};
  if (!tags) return [];
  return Object.entries(tags).map(([name, valuesIn]) => {
    const tag = decider.tags?.find((each) => each.name === name);
    if (!tag) throw new Error(`${decider.category}: ${type} decides on the tag '${name}', which is not in \`tags\`.`);
    const named = valuesIn(data as never, parseStream(stream)?.id ?? stream);
    return { name, tag, named, values: valuesOf(named) };
  });
};

const streamOf = ({ name }: Named, value: string, { command }: Pick<CommandRequest, 'command'>) =>
  tagStream(name, value, command.type);

/** The tag streams that a command decides on, each with its tag. */
const streamsNamed = (commanding: Commanding, request: CommandRequest): ReadonlyMap<string, AnyTag> =>
  new Map(
    tagsNamed(commanding, request).flatMap((named) =>
      named.values.map((value) => [streamOf(named, value, request), named.tag] as const),
    ),
  );

const enter = async (book: TagBook, commanding: Commanding, stream: string, tag: AnyTag): Promise<Tracked> => {
  const tracked =
    book.get(stream) ?? (await begin({ commanding: { ...commanding, decider: tagDecider(tag) }, request: { stream } }, () => {}));
  book.set(stream, tracked);
  return tracked;
};

/** The late tags that each store is known to have all events of: a complete tag stays complete. */
const complete = new WeakMap<Commanding['store'], Set<string>>();

/** A decision on some of the events of a tag would be a wrong one. */
const refuseIncomplete = async ({ store }: Commanding, { name, late }: AnyTag): Promise<void> => {
  const known = complete.get(store) ?? new Set<string>();
  complete.set(store, known);
  if (!late || known.has(name)) return;
  if (!(await store.find(completionStream(name), 1)))
    throw new ProblemError({
      kind: 'tag-incomplete',
      detail: `The tag '${name}' was declared when there were events already, and does not have all of them. Run foldstream tags fill ${name}; then send the command again.`,
    });
  known.add(name);
};

/** Reads the tag streams that a command decides on. */
export const enterNamed = async (book: TagBook, commanding: Commanding, request: CommandRequest): Promise<void> => {
  const streams = streamsNamed(commanding, request);
  if (streams.size === 0) return;
  await Promise.all([...new Set(streams.values())].map((tag) => refuseIncomplete(commanding, tag)));
  await Promise.all([...streams].map(([stream, tag]) => enter(book, commanding, stream, tag)));
};

/** What the tag streams come to within one transaction: their states and new entries, command by command. */
export type TagChanges = Readonly<{
  /** The states of the tags that a command decides on, by name, after what the commands before it append; and their latest time. */
  given(commanding: Commanding, request: CommandRequest): Readonly<{ states: Readonly<Record<string, unknown>>; at: string }>;
  /** Enters a commit's events into the streams of the tags that they carry. */
  add(commanding: Commanding, commit: Commit): Promise<void>;
  /** One commit for each tag stream with new entries, and the tag streams that were decided on and get none. */
  end(main: Commit): Readonly<{ commits: readonly Commit[]; unmoved: readonly Unmoved[] }>;
}>;

const commitOf = ({ known }: Tracked, main: Commit, entries: readonly TagEntry[]): Commit =>
  commitBeside(
    known,
    main,
    entries.map((data) => storeEvent(tagEvents, { type: 'EventsTagged', data })),
  );

/** A transaction's changes of tag streams, beginning with these as they are known. */
export const tagChanges = (book: TagBook): TagChanges => {
  const conditions = new Set<string>();
  const states = new Map<string, unknown>();
  const added = new Map<string, TagEntry[]>();
  const stateOf = (stream: string) => (states.has(stream) ? states.get(stream) : book.get(stream)!.known.state);
  return {
    given: (commanding, request) => {
      const streams = [...streamsNamed(commanding, request).keys()];
      if (streams.length === 0) return { states: {}, at: '' };
      for (const stream of streams) conditions.add(stream);
      const states = tagsNamed(commanding, request).map(
        (one) => [one.name, ofEach(one.named, (value) => stateOf(streamOf(one, value, request)))] as const,
      );
      return { states: Object.fromEntries(states), at: latest(...streams.map((stream) => book.get(stream)!.known.at)) };
    },
    add: async (commanding, commit) => {
      for (const [stream, { tag, entry }] of entriesOf(commanding.decider, commit)) {
        await enter(book, commanding, stream, tag);
        states.set(stream, fold(tagDecider(tag), stateOf(stream), [{ type: 'EventsTagged', data: entry }]));
        added.set(stream, [...(added.get(stream) ?? []), entry]);
      }
    },
    end: (main) => ({
      commits: [...added].map(([stream, entries]) => commitOf(book.get(stream)!, main, entries)),
      unmoved: [...conditions]
        .filter((stream) => !added.has(stream))
        .map((stream) => ({ stream, commit: book.get(stream)!.known.commit })),
    }),
  };
};

/** The tag streams that a command decides on, as they are known. */
export const decidedOn = (book: TagBook, commanding: Commanding, request: CommandRequest): readonly Tracked[] =>
  [...streamsNamed(commanding, request).keys()].map((stream) => book.get(stream)!);
