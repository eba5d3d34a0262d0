import type { Commit } from '../core/commit.ts';
import type { AnyDecider } from '../core/decider.ts';
import { advance, commitHash, fromSnapshot, type Known, toSnapshot, unknown } from './history.ts';
import type { Clock, Keys, Log, Page, Snapshot, Snapshots, Store } from './ports.ts';
import type { Settings } from './settings.ts';

/** Everything that one aggregate's states are loaded with. `code` is the content hash of what folds. */
export type Loading = Readonly<{
  decider: AnyDecider;
  code: string;
  store: Store;
  snapshots: Snapshots;
  keys: Pick<Keys, 'hash'>;
  clock: Clock;
  log: Log;
  settings: Settings;
}>;

/** Looks at commits as they pass. */
type Seen = (commits: readonly Commit[]) => void;

/** Folds commits that follow directly on what is known. */
export const follow = ({ decider, keys, settings }: Loading, known: Known, commits: readonly Commit[]): Known =>
  advance({ decider, keys, window: settings.idempotencyWindow }, known, commits);

/** A snapshot only ever saves reading, so that it cannot be saved is no reason to fail. */
export const saveSnapshot = ({ snapshots, code, log }: Loading, known: Known, impossible?: Snapshot): Promise<void> =>
  snapshots.save(toSnapshot(known, code), impossible).catch((cause: unknown) => {
    log.warn('A snapshot could not be saved.', { stream: known.stream, commit: known.commit, cause: String(cause) });
  });

const findSnapshot = ({ snapshots, code, log }: Loading, stream: string): Promise<Snapshot | undefined> =>
  snapshots.load(stream, code).catch((cause: unknown) => {
    log.warn('A snapshot could not be read.', { stream, cause: String(cause) });
    return undefined;
  });

/** Reads on from what is known, page by page in bounded memory, and saves snapshots on the way. */
const readOn = async (loading: Loading, start: Known, seen: Seen, first?: Page, impossible?: Snapshot): Promise<Known> => {
  const { store, settings, clock } = loading;
  const readAt = first ? start.readAt : clock.now();
  let page = first ?? (await store.read(start.stream, { from: start.commit + 1 }));
  let known = start;
  let snapshotAt = start.bytes;
  for (;;) {
    seen(page.commits);
    known = follow(loading, known, page.commits);
    const due = known.bytes - snapshotAt >= settings.snapshotBytes;
    if (due) snapshotAt = known.bytes;
    const saved = due && saveSnapshot(loading, known, impossible);
    const next = page.next !== undefined && store.read(start.stream, { from: page.next });
    [page] = await Promise.all([next || page, saved]);
    if (!next) return { ...known, readAt };
  }
};

/** The commits after what is known, read consistently. */
export const catchUp = (loading: Loading, known: Known, seen: Seen): Promise<Known> => readOn(loading, known, seen);

/** The state of a stream from storage alone: snapshot, then the tail from the snapshot's own commit on. */
export const load = async (loading: Loading, stream: string, seen: Seen): Promise<Known> => {
  const { decider, store, keys, clock, log } = loading;
  const readAt = clock.now();
  const snapshot = await findSnapshot(loading, stream);
  if (!snapshot) return readOn(loading, unknown(decider, stream, readAt), seen);
  const { commits, next } = await store.read(stream, { from: snapshot.commit });
  const [own, ...tail] = commits;
  if (own?.commit === snapshot.commit && commitHash(keys, own) === snapshot.hash) {
    seen([own]);
    return readOn(loading, fromSnapshot(snapshot, readAt), seen, { commits: tail, ...(next !== undefined && { next }) });
  }
  log.warn('A snapshot does not belong to this history and is ignored.', { stream, commit: snapshot.commit });
  return readOn(loading, unknown(decider, stream, readAt), seen, undefined, snapshot);
};
