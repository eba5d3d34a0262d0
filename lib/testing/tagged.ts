import { type AnyDecider, fold } from '../core/decider.ts';
import { ofEach } from '../core/fact/given.ts';
import type { Message } from '../core/message.ts';
import { parseStream } from '../core/stream.ts';
import { streamsOfEvent, type TagEntry, tagDecider, tagStream } from '../core/tag/stream.ts';
import { storeEvent } from '../core/version.ts';
import { storable } from '../engine/store/storable.ts';
import { fail } from './difference.ts';
import { frozen, throughStore } from './stored.ts';

/** The events of other streams, by the streams' names, such as `course-c1`. */
export type GivenStreams = Readonly<Record<string, readonly Message[]>>;

type Happened = Readonly<{ stream: string; event: Message }>;

/** The formats of a stream's events: its own decider's, or those of a category that carries one of its tags. */
const formatsOf = ({ category, events, tags = [] }: AnyDecider, stream: string) => {
  const named = parseStream(stream)?.category;
  const sources = [{ category, events }, ...tags.flatMap(({ from }) => from)];
  return (
    sources.find((source) => source.category === named)?.events ??
    fail({
      title: `No tag of ${category} is carried by events of ${stream}.`,
      came: stream,
      expected: [...new Set(sources.map((source) => `${source.category}-<id>`))],
    })
  );
};

/** The streams of tags after some events, as the store would have them: by name, their states. */
const statesAfter = (decider: AnyDecider, happened: readonly Happened[]): ReadonlyMap<string, unknown> => {
  const states = new Map<string, unknown>();
  for (const { stream, event } of happened) {
    const formats = formatsOf(decider, stream);
    const { category = '', id = '' } = parseStream(stream) ?? {};
    const read = throughStore(formats, event);
    for (const [to, { tag, value }] of streamsOfEvent(decider.tags ?? [], category, read, id)) {
      const entry: TagEntry = { tag: tag.name, value, stream, commit: 1, events: [storeEvent(formats, read)] };
      const before = states.has(to) ? states.get(to) : frozen(structuredClone(tag.initial));
      const after = fold(tagDecider(tag), before, [frozen({ type: 'EventsTagged', data: entry })]);
      storable(after, `the state of ${to} after ${event.type}`);
      states.set(to, frozen(after));
    }
  }
  return states;
};

/** The states of the tags that a command decides on, by the events of its own stream and of the others that a test gives. */
export const tagsGiven = (
  decider: AnyDecider,
  { type, data }: Message,
  own: Readonly<{ stream: string; events: readonly Message[] }>,
  others: GivenStreams,
): Readonly<Record<string, unknown>> => {
  const named = Object.entries(decider.commands[type]?.tags ?? {});
  if (named.length === 0) return {};
  const happened = Object.entries({ ...others, [own.stream]: [...(others[own.stream] ?? []), ...own.events] });
  const states = statesAfter(
    decider,
    happened.flatMap(([stream, events]) => events.map((event) => ({ stream, event }))),
  );
  return Object.fromEntries(
    named.map(([name, valuesIn]) => {
      const tag = decider.tags?.find((each) => each.name === name);
      const stateOf = (value: string) => {
        const stream = tagStream(name, value, type);
        return states.has(stream) ? states.get(stream) : tag?.initial;
      };
      return [name, ofEach(valuesIn(data as never, parseStream(own.stream)?.id ?? ''), stateOf)];
    }),
  );
};
