import { type Commit, recordedEvents, storedEvents } from '../../../core/commit.ts';
import type { AnyDecider } from '../../../core/decider.ts';
import { parseStream } from '../../../core/stream.ts';
import { type TagEntry, tagCategory } from '../../../core/tag/stream.ts';
import { readEvent } from '../../../core/version.ts';
import { canonical } from '../../../engine/canonical.ts';

type Streams = ReadonlyMap<string, readonly Commit[]>;

const listed = (values: string | readonly string[] | undefined): readonly string[] =>
  values === undefined ? [] : [...new Set([values].flat())];

/** The stream of one value of a tag. */
export const streamOfTag = (name: string, value: string): string => `${tagCategory}-${name}.${value}`;

/** The entries that tag streams must have, by stream: what each commit's events carry, as the declarations say. */
const wantedEntries = (deciders: readonly AnyDecider[], streams: Streams): ReadonlyMap<string, ReadonlySet<string>> => {
  const wanted = new Map<string, Set<string>>();
  const want = (to: string, entry: TagEntry) => wanted.set(to, (wanted.get(to) ?? new Set()).add(canonical(entry)));
  for (const { category, events: formats, tags = [] } of deciders)
    for (const [stream, commits] of streams) {
      if (parseStream(stream)?.category !== category) continue;
      // An import brings its tag streams along.
      for (const commit of commits.filter(({ imported }) => imported === undefined)) {
        const events = recordedEvents(commit, (stored) => readEvent(formats, stored));
        for (const { name, of } of tags.filter((tag) => tag.from.some((source) => source.category === category))) {
          const valuesIn = events.map(({ type, data, entityId }) => listed(of[type]?.(data as never, entityId)));
          for (const value of new Set(valuesIn.flat()))
            want(streamOfTag(name, value), {
              ...{ tag: name, value, stream, commit: commit.commit },
              events: storedEvents(commit).filter((_, i) => valuesIn[i]?.includes(value)),
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
        if (!left.delete(canonical(entry)))
          return `${stream} ${commit.commit} has an entry of ${entry.stream} ${entry.commit} that is not carried by it, or twice`;
        if (!origin?.siblings?.some((each) => each.stream === stream && each.commit === commit.commit))
          return `${stream} ${commit.commit} was not stored together with ${entry.stream} ${entry.commit}`;
      }
    const [missing] = left;
    if (missing !== undefined) return `${stream} lacks an entry: ${missing}`;
  }
  return undefined;
};
