import { type Commit, recordedEvents, storedEvents } from '../commit.ts';
import type { AnyDecider } from '../decider.ts';
import { readEvent } from '../version.ts';
import { streamsOfEvent, type TagEntry, type TagFilling } from './stream.ts';
import type { AnyTag } from './tag.ts';

/** An entry and its tag. */
type Tagged = Readonly<{ tag: AnyTag; entry: TagEntry }>;

/** What a commit enters into the streams of tags, by stream. */
export const entriesOf = (
  { category, events: formats, tags = [] }: Pick<AnyDecider, 'category' | 'events' | 'tags'>,
  commit: Commit,
): ReadonlyMap<string, Tagged> => {
  const entries = new Map<string, { tag: AnyTag; entry: TagEntry & { events: unknown[] } }>();
  if (tags.length === 0) return entries;
  const { stream, commit: number } = commit;
  const stored = storedEvents(commit);
  for (const [i, event] of recordedEvents(commit, (each) => readEvent(formats, each)).entries())
    for (const [to, { tag, value }] of streamsOfEvent(tags, category, event, event.entityId)) {
      const found = entries.get(to) ?? { tag, entry: { tag: tag.name, value, stream, commit: number, events: [] } };
      found.entry.events.push(stored[i]!);
      entries.set(to, found);
    }
  return entries;
};

/** The entries of a tag's stream as they count: a filling takes the place of all entries before it. */
export const entriesIn = (commits: Iterable<Pick<Commit, 'events'>>): readonly TagEntry[] => {
  let entries: TagEntry[] = [];
  for (const { events } of commits)
    for (const { type, data } of events)
      if (type === 'TagFilled') entries = [...(data as TagFilling).entries];
      else if (type === 'EventsTagged') entries.push(data as TagEntry);
  return entries;
};

/** An entry to be entered late, with the time of its commit. */
export type LateEntry = Readonly<{ entry: TagEntry; at: string }>;

const isBefore = (one: TagEntry, other: TagEntry) => one.stream === other.stream && one.commit < other.commit;

/**
 * The entries that a tag has and those that it lacks, in one order: those that are there stay in theirs, the entries of each source stream are in the order of
 * its commits, and otherwise a late entry stands where its time puts it.
 * @example inOneOrder(there, missing).map(({ stream, commit }) => `${stream} ${commit}`);
 */
export const inOneOrder = (there: readonly LateEntry[], late: readonly LateEntry[]): readonly TagEntry[] => {
  const waiting = late.toSorted(
    (a, b) => a.at.localeCompare(b.at) || a.entry.stream.localeCompare(b.entry.stream) || a.entry.commit - b.entry.commit,
  );
  const order: TagEntry[] = [];
  for (const [i, { entry, at }] of there.entries()) {
    const rest = there.slice(i);
    // The times of a stream never go back, so what its own stream has before this entry is due as well.
    for (let next = 0; next < waiting.length; ) {
      const one = waiting[next]!;
      const isDue = one.at <= at && !rest.some((each) => isBefore(each.entry, one.entry));
      if (isDue) order.push(...waiting.splice(next, 1).map((each) => each.entry));
      else next += 1;
    }
    order.push(entry);
  }
  return [...order, ...waiting.map((each) => each.entry)];
};
