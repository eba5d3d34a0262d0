import type { Commit } from '../core/commit.ts';
import type { AnyDecider } from '../core/decider.ts';
import { publicEvent } from '../core/public-event.ts';
import { parseStream } from '../core/stream.ts';
import { FromNewerRelease } from '../core/version.ts';
import type { Bus, BusEntry, Clock, Keys, Log } from './ports.ts';

/** A commit as it travels: with its event types, so that rules can filter; without its events when it is too large. */
export type Delivered = Readonly<
  Pick<Commit, 'stream' | 'commit' | 'version' | 'at'> & { types: readonly string[]; meta: Pick<Commit['meta'], 'correlation'> }
> &
  (Commit | Readonly<{ pointer: true }>);

const entryBytes = 200 * 1024;
const callBytes = 250 * 1024;
const callEntries = 10;
const tries = 5;

const typesOf = (events: Commit['events']) => [...new Set(events.map(({ type }) => type))];
const bytesOf = (text: string) => Buffer.byteLength(text, 'utf8');

/** What stands for a commit that its consumer reads from the table. */
export const toPointer = ({ stream, commit, version, at, events, meta }: Commit): Delivered => ({
  stream,
  commit,
  version,
  at,
  types: typesOf(events),
  meta: { correlation: meta.correlation },
  pointer: true,
});

/** The bus entry of a commit: the whole of it, or a pointer when it is larger than an entry should be. */
export const toEntry = (commit: Commit): BusEntry => {
  const whole = JSON.stringify({ ...commit, types: typesOf(commit.events) });
  return {
    detailType: `${parseStream(commit.stream)?.category}.commit`,
    detail: bytesOf(whole) <= entryBytes ? whole : JSON.stringify(toPointer(commit)),
    resources: [commit.stream],
    time: commit.at,
  };
};

/** Entries in calls of at most ten, within the size that a call may have. */
export const inCalls = (entries: readonly BusEntry[]): readonly (readonly BusEntry[])[] => {
  const calls: BusEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const size = bytesOf(entry.detail) + bytesOf(entry.detailType) + 100;
    const call = calls.at(-1);
    if (call && call.length < callEntries && size <= room) call.push(entry);
    else {
      calls.push([entry]);
      room = callBytes;
    }
    room -= size;
  }
  return calls;
};

/** `aggregates` say which event types are public. */
export type Publishing = Readonly<{
  aggregates: readonly AnyDecider[];
  bus: Bus;
  clock: Clock;
  keys: Pick<Keys, 'random'>;
  log: Log;
}>;

/** Some entries did not get through: the whole batch is to come again, which is harmless. */
export class NotPublished extends Error {
  override name = 'NotPublished';
}

const sendAll = async ({ bus, clock, keys, log }: Publishing, call: readonly BusEntry[]): Promise<void> => {
  let open = call;
  for (let round = 1; open.length > 0; round++) {
    const failed = await bus.send(open);
    if (failed.length > 0 && round === tries)
      throw new NotPublished(`${failed.length} of ${call.length} entries were refused by the bus: ${failed[0]?.reason}`);
    if (failed.length > 0) {
      log.warn('The bus refused entries; sending them again.', {
        failed: failed.length,
        of: open.length,
        reason: failed[0]?.reason,
      });
      await clock.wait(keys.random() * 100 * 2 ** round);
    }
    open = failed.flatMap(({ index }) => open[index] ?? []);
  }
};

/** The bus entry of a public event; too large a one travels without its data, which is in the history of its stream. */
const toPublicEntry = (decider: AnyDecider, commit: Commit, position: number): BusEntry | undefined => {
  const event = publicEvent(decider, commit, position);
  if (!event) return undefined;
  const { data, ...rest } = event;
  const whole = JSON.stringify(event);
  const dataref = `/streams/${decider.category}/${parseStream(commit.stream)?.id}`;
  return {
    detailType: event.type,
    detail: bytesOf(whole) <= entryBytes ? whole : JSON.stringify({ ...rest, dataref }),
    resources: [commit.stream],
    time: commit.at,
  };
};

/** The entries for other teams, and what a release before its time found that it cannot read yet. */
const publicEntries = ({ aggregates, log }: Publishing, commit: Commit) => {
  const decider = aggregates.find(({ category }) => category === parseStream(commit.stream)?.category);
  const entries: BusEntry[] = [];
  let unreadYet: FromNewerRelease | undefined;
  for (const position of decider ? commit.events.keys() : [])
    try {
      const entry = decider && toPublicEntry(decider, commit, position);
      if (entry) entries.push(entry);
    } catch (cause) {
      if (cause instanceof FromNewerRelease) unreadYet = cause;
      // Nobody's waiting helps: the batch of a shard must not stand still for it.
      else log.error('A public event cannot be read.', { stream: commit.stream, commit: commit.commit, cause: String(cause) });
    }
  return { entries, unreadYet };
};

/**
 * Publishes commits, and what of them is public. An event-less commit is the target's memory of a refusal and nobody else's business.
 * What a newer release wrote is thrown for after everything else is sent: the batch comes again, until that release runs here too.
 */
export const publish = async (publishing: Publishing, commits: readonly Commit[]): Promise<void> => {
  const news = commits
    .filter(({ events }) => events.length > 0)
    .map((commit) => ({ commit, outside: publicEntries(publishing, commit) }));
  const entries = news.flatMap(({ commit, outside }) => [toEntry(commit), ...outside.entries]);
  for (const call of inCalls(entries)) await sendAll(publishing, call);
  const unreadYet = news.find(({ outside }) => outside.unreadYet)?.outside.unreadYet;
  if (unreadYet) throw unreadYet;
};
