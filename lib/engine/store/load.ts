import type { Commit } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import type { Clock, Keys, Log, Page, Snapshot, Snapshots, Store } from '../ports.ts';
import type { Settings } from '../settings.ts';
import {
  advance,
  BrokenHistory,
  commitHash,
  fromSnapshot,
  type Known,
  newestCommits,
  sealOf,
  toSnapshot,
  unknown,
} from './known.ts';
import { isPurged, StreamPurged } from './purged.ts';

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

/** For streams that are short, or that nobody folds a second time. */
export const noSnapshots: Snapshots = { load: async () => undefined, save: async () => {} };

/** Looks at commits as they pass. */
type Seen = (commits: readonly Commit[]) => void;

/** Folds commits that follow directly on the known state. */
export const follow = ({ decider, keys, settings }: Loading, known: Known, commits: readonly Commit[]): Known =>
  advance({ decider, keys, window: settings.idempotencyWindow }, known, commits);

/** A snapshot only ever saves reading, so that it cannot be saved is no reason to fail. */
export const saveSnapshot = async (
  { snapshots, code, keys, log }: Loading,
  known: Known,
  impossible?: Snapshot,
): Promise<void> => {
  try {
    await snapshots.save(toSnapshot(keys, known, code), impossible);
  } catch (cause) {
    log.warn('A snapshot could not be saved.', { stream: known.stream, commit: known.commit, cause: String(cause) });
  }
};

const findSnapshot = ({ snapshots, code, log }: Loading, stream: string): Promise<Snapshot | undefined> =>
  snapshots.load(stream, code).catch((cause: unknown) => {
    log.warn('A snapshot could not be read.', { stream, cause: String(cause) });
    return undefined;
  });

/** The multiple of the distance that a size has passed last: a history's snapshots are due at these. */
const lastMultiple = (bytes: number, { snapshotBytes }: Settings): number => bytes - (bytes % snapshotBytes);

type ReadStart = Readonly<{
  /** The page after `start`, where it has been read already. */
  first?: Page;
  /** From which size on another snapshot is due when it has grown by the distance. */
  snapshotAt?: number;
  impossible?: Snapshot;
}>;

/** Reads on from the known state, page by page in bounded memory, and saves snapshots on the way. */
const readOn = async (
  loading: Loading,
  start: Known,
  seen: Seen,
  { first, snapshotAt = start.bytes, impossible }: ReadStart = {},
): Promise<Known> => {
  const { store, settings, clock } = loading;
  const readAt = first ? start.readAt : clock.now();
  let page = first ?? (await store.read(start.stream, { from: start.commit + 1 }));
  let known = start;
  let last = snapshotAt;
  for (;;) {
    seen(page.commits);
    known = follow(loading, known, page.commits);
    const due = known.bytes - last >= settings.snapshotBytes;
    const saved = due && saveSnapshot(loading, known, impossible);
    if (due) {
      last = lastMultiple(known.bytes, settings);
      // The function that appends next need not save it a second time.
      known = { ...known, lastBytes: 0 };
    }
    const next = page.next !== undefined && store.read(start.stream, { from: page.next });
    if (next || saved) [page] = await Promise.all([next || page, saved]);
    if (!next) return { ...known, readAt };
  }
};

/**
 * The commits after the known state, read consistently, including its own last commit: the absence of later commits means something only if
 * that commit is still there, and after a restore it may not be.
 */
export const catchUp = async (loading: Loading, known: Known, seen: Seen = () => {}): Promise<Known> => {
  // The functions that appended these commits have saved their snapshots; each warm instance would do it again.
  const snapshotAt = Number.POSITIVE_INFINITY;
  if (known.commit === 0) return readOn(loading, known, seen, { snapshotAt });
  const readAt = loading.clock.now();
  const { commits, next } = await loading.store.read(known.stream, { from: known.commit });
  const [own, ...tail] = commits;
  if (own?.commit !== known.commit || commitHash(loading.keys, own) !== known.hash)
    throw new BrokenHistory(`${known.stream}: commit ${known.commit} is not the one that was read before.`);
  return readOn(loading, { ...known, readAt }, seen, {
    first: { commits: tail, ...(next !== undefined && { next }) },
    snapshotAt,
  });
};

/** The commits from a snapshot's own on: out of the newest ones, if they reach back so far, or read. */
const fromItsOwn = async ({ store }: Loading, { stream, commit }: Snapshot, newest: readonly Commit[]): Promise<Page> => {
  const i = newest.findIndex((each) => each.commit === commit);
  return i >= 0 ? { commits: newest.slice(i) } : store.read(stream, { from: commit });
};

/**
 * The state of a stream from storage alone. The newest commits are read first: they are the whole of most histories, and otherwise reach back to the last
 * snapshot. `began` is called with a valid snapshot.
 */
export const load = async (
  loading: Loading,
  stream: string,
  seen: Seen = () => {},
  began: (snapshot: Known) => void = () => {},
): Promise<Known> => {
  const { decider, code, store, keys, clock, log, settings } = loading;
  const readAt = clock.now();
  const start = unknown(decider, stream, readAt);
  const limit = newestCommits(settings.snapshotBytes);
  const { commits: backwards, next: older } = await store.read(stream, { from: 1, limit, newestFirst: true });
  const newest = backwards.toReversed();
  // Its first commits may not be blanked yet: nothing may be folded of them, and no snapshot be made.
  const gone = backwards.find(isPurged);
  if (gone) throw new StreamPurged(gone);
  // So short a history needs no snapshot to be loaded by one request.
  if (older === undefined)
    return readOn(loading, start, seen, { first: { commits: newest }, snapshotAt: Number.POSITIVE_INFINITY });
  const snapshot = await findSnapshot(loading, stream);
  if (!snapshot) return readOn(loading, start, seen);
  const { commits, next } = await fromItsOwn(loading, { ...snapshot, stream }, newest);
  const [own, ...tail] = commits;
  const hash = own?.commit === snapshot.commit ? commitHash(keys, own) : '';
  if (own && sealOf(keys, { ...snapshot, stream, code }, hash) === snapshot.hash) {
    seen([own]);
    const first = { commits: tail, ...(next !== undefined && { next }) };
    // From a multiple, not from where the snapshot happens to be: a tail then never grows much beyond one distance.
    const snapshotAt = lastMultiple(snapshot.bytes, settings);
    const known = fromSnapshot({ ...snapshot, stream }, hash, readAt);
    began(known);
    return readOn(loading, known, seen, { first, snapshotAt });
  }
  log.warn('A snapshot does not belong to this history and is ignored.', { stream, commit: snapshot.commit });
  return readOn(loading, start, seen, { impossible: snapshot });
};

/** The state that a read gives, or one loaded anew if the table contradicts what was known: then that is from before a restore. */
export const unlessBroken = async (read: () => Known | Promise<Known>, loadAnew: () => Promise<Known>): Promise<Known> => {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof BrokenHistory) return loadAnew();
    throw cause;
  }
};
