import { allowed } from '../../../core/access.ts';
import { type Commit, recordedEvents } from '../../../core/commit.ts';
import { type AnyDecider, decide, isRefusal } from '../../../core/decider.ts';
import { parseStream } from '../../../core/stream.ts';
import { type TagEntry, tagCategory, tagDecider } from '../../../core/tag/stream.ts';
import type { AnyTag } from '../../../core/tag/tag.ts';
import { readEvent, storeEvent } from '../../../core/version.ts';
import type { Answered } from '../clients.ts';
import { correlationOf } from '../clients.ts';
import { pastOf } from './streams.ts';

type Streams = ReadonlyMap<string, readonly Commit[]>;

const listed = (values: string | readonly string[] | undefined): readonly string[] =>
  values === undefined ? [] : [...new Set([values].flat())];

const streamOf = (name: string, value: string) => `${tagCategory}-${name}.${value}`;

/** The entries that tag streams must have, by stream: what each commit's events carry, as the declarations say. */
const wantedEntries = (deciders: readonly AnyDecider[], streams: Streams): ReadonlyMap<string, ReadonlySet<string>> => {
  const wanted = new Map<string, Set<string>>();
  const want = (to: string, entry: TagEntry) => wanted.set(to, (wanted.get(to) ?? new Set()).add(JSON.stringify(entry)));
  for (const { category, events: formats, tags = [] } of deciders)
    for (const [stream, commits] of streams) {
      if (parseStream(stream)?.category !== category) continue;
      // An import brings its tag streams along.
      for (const commit of commits.filter(({ imported }) => imported === undefined)) {
        const events = recordedEvents(commit, (stored) => readEvent(formats, stored));
        for (const { name, of } of tags.filter((tag) => tag.from.some((source) => source.category === category))) {
          const valuesIn = events.map(({ type, data, entityId }) => listed(of[type]?.(data as never, entityId)));
          for (const value of new Set(valuesIn.flat()))
            want(streamOf(name, value), {
              ...{ tag: name, value, stream, commit: commit.commit },
              events: commit.events.filter((_, i) => valuesIn[i]?.includes(value)),
            });
        }
      }
    }
  return wanted;
};

/** The faults of tag streams: each tagged event is in each of its tags once, in the transaction that stored it, and nothing else is there. */
export const tagsFault = (deciders: readonly AnyDecider[], streams: Streams): string | undefined => {
  const wanted = wantedEntries(deciders, streams);
  const tagStreams = [...streams.keys()].filter((stream) => parseStream(stream)?.category === tagCategory);
  for (const stream of new Set([...wanted.keys(), ...tagStreams])) {
    const left = new Set(wanted.get(stream));
    for (const commit of streams.get(stream) ?? [])
      for (const { data } of commit.events) {
        const entry = data as TagEntry;
        const origin = streams.get(entry.stream)?.[entry.commit - 1];
        if (!left.delete(JSON.stringify(entry)))
          return `${stream} ${commit.commit} has an entry of ${entry.stream} ${entry.commit} that is not carried by it, or twice`;
        if (!origin?.siblings?.some((each) => each.stream === stream && each.commit === commit.commit))
          return `${stream} ${commit.commit} was not stored together with ${entry.stream} ${entry.commit}`;
      }
    const [missing] = left;
    if (missing !== undefined) return `${stream} lacks an entry: ${missing}`;
  }
  return undefined;
};

/** The states of streams as they were when so many commits had been stored in all. */
const momentsOf = (streams: Streams, log: readonly Commit[]) => {
  const places = new Map<string, number[]>();
  for (const [i, { stream }] of log.entries()) places.set(stream, [...(places.get(stream) ?? []), i]);
  const pasts = new Map<string, readonly Readonly<{ state: unknown; version: number; at: string }>[]>();
  return (decider: AnyDecider, stream: string, moment: number) => {
    const key = `${stream} ${decider.category}`;
    const past =
      pasts.get(key) ?? (pastOf(decider, streams.get(stream) ?? []) as Exclude<ReturnType<typeof pastOf>, string>).states;
    pasts.set(key, past);
    return past[(places.get(stream) ?? []).filter((place) => place < moment).length]!;
  };
};

type StateAt = ReturnType<typeof momentsOf>;

const tagStatesAt = (stateAt: StateAt, decider: AnyDecider, { request }: Answered, moment: number) => {
  const { command, stream } = request;
  const state = (tag: AnyTag, value: string) => stateAt(tagDecider(tag), streamOf(tag.name, value), moment).state;
  return Object.fromEntries(
    Object.entries(decider.commands[command.type]?.tags ?? {}).map(([name, valuesIn]) => {
      const tag = decider.tags!.find((each) => each.name === name)!;
      const values = valuesIn(command.data as never, parseStream(stream)?.id ?? '');
      if (typeof values === 'string') return [name, state(tag, values)];
      return [name, Object.fromEntries(values.map((value) => [value, state(tag, value)]))];
    }),
  );
};

/** The answer to a command at a moment, as far as its caller sees it, and the events that it makes. */
const outcomeAt = (stateAt: StateAt, decider: AnyDecider, answered: Answered, moment: number) => {
  const { actor, command, expectedVersion, stream } = answered.request;
  const { state, version, at } = stateAt(decider, stream, moment);
  const format = decider.commands[command.type];
  if (!format || !allowed(format.may, actor, decider.owner?.(state as never))) return { outcome: 'forbidden' };
  if (expectedVersion !== undefined && expectedVersion !== version) return { outcome: 'stale', ...{ version } };
  const tags = tagStatesAt(stateAt, decider, answered, moment);
  const context = { id: parseStream(stream)?.id ?? '', actor, at, tags };
  const outcome = decide(decider, state, command, context);
  if (isRefusal(outcome)) return { outcome: 'refused', ...{ refusal: outcome } };
  if (outcome.length === 0) return { outcome: 'unchanged' };
  return { outcome: 'committed', events: outcome.map((event) => storeEvent(decider.events, event)) };
};

const withoutVersions = (answer: Answered['answer']) => ('commit' in answer ? { outcome: answer.outcome } : answer);

/**
 * The faults of answers that were decided on tags. One that took effect must be what is decided on all states just before its commit was stored: no tag
 * has moved between. One that did not must have been right at one moment for all of its streams together.
 */
export const taggedAnswersFault = (
  deciders: readonly AnyDecider[],
  streams: Streams,
  log: readonly Commit[],
  answers: readonly Answered[],
): string | undefined => {
  const stateAt = momentsOf(streams, log);
  for (const answered of answers) {
    const { request, answer, planned, since, until } = answered;
    const own = deciders.filter(
      ({ category, commands }) => category === parseStream(request.stream)?.category && commands[request.command.type]?.tags,
    );
    if (own.length === 0 || ['contended', 'too-large', 'id-reused'].includes(answer.outcome)) continue;
    const what = `${correlationOf(planned)} (${request.command.type} of ${request.stream}) was answered '${answer.outcome}'`;
    if (answer.outcome === 'committed') {
      const { stream, commit, events } = answer.commit;
      const place = log.findIndex((each) => each.stream === stream && each.commit === commit);
      const isRight = own.some((decider) => {
        const outcome = outcomeAt(stateAt, decider, answered, place);
        return events.length === 0 || ('events' in outcome && JSON.stringify(outcome.events) === JSON.stringify(events));
      });
      if (!isRight) return `${what}, and its events do not follow from the states on which it was appended`;
      continue;
    }
    const wanted = JSON.stringify(withoutVersions(answer));
    const moments = Array.from({ length: until - since + 1 }, (_, i) => since + i);
    const isRight = moments.some((moment) =>
      own.some((decider) => JSON.stringify(outcomeAt(stateAt, decider, answered, moment)) === wanted),
    );
    if (!isRight) return `${what}: ${wanted}, which was not right at any moment`;
  }
  return undefined;
};
