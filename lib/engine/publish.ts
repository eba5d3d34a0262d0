import type { Commit } from '../core/commit.ts';
import { parseStream } from '../core/stream.ts';
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

const bytesOf = (text: string) => Buffer.byteLength(text, 'utf8');

/** The bus entry of a commit: the whole of it, or a pointer when it is larger than an entry should be. */
export const toEntry = (commit: Commit): BusEntry => {
  const types = [...new Set(commit.events.map(({ type }) => type))];
  const whole = JSON.stringify({ ...commit, types });
  const { stream, version, at, meta } = commit;
  return {
    detailType: `${parseStream(stream)?.category}.commit`,
    detail:
      bytesOf(whole) <= entryBytes
        ? whole
        : JSON.stringify({
            stream,
            commit: commit.commit,
            version,
            at,
            types,
            meta: { correlation: meta.correlation },
            pointer: true,
          }),
    resources: [stream],
    time: at,
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

export type Publishing = Readonly<{ bus: Bus; clock: Clock; keys: Pick<Keys, 'random'>; log: Log }>;

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

/** Publishes commits. An event-less commit is the target's memory of a refusal and nobody else's business. */
export const publish = async (publishing: Publishing, commits: readonly Commit[]): Promise<void> => {
  const entries = commits.filter(({ events }) => events.length > 0).map(toEntry);
  for (const call of inCalls(entries)) await sendAll(publishing, call);
};
