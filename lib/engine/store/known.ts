import type { Commit } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import { canonical } from '../canonical.ts';
import type { Keys, Snapshot } from '../ports.ts';
import { foldCommit } from './fold-commit.ts';
import { isPurged, StreamPurged } from './purged.ts';
import { itemSize } from './size.ts';
import { storable } from './storable.ts';

type Id = Pick<Commit, 'command' | 'commit'>;

/** The known state of a stream: the state after its last known commit, and the fields that the next commit must continue. */
export type Known = Readonly<{
  stream: string;
  state: unknown;
  commit: number;
  version: number;
  at: string;
  /** Hash of the last commit; empty before the first. */
  hash: string;
  /** Size of all its commits, as `countedBytes` counts each. */
  bytes: number;
  /** Counted size of the last commit alone, where it was folded here. */
  lastBytes: number;
  /** The last ids of commands that a caller may repeat, the newest last: an entry has a digest and the commit's number. */
  recent: string;
  /** The last ids of commands of processes and hooks, in the same form. They have a list of their own: these must not push out a caller's ids. */
  sent: string;
  /** All ids of processes and hooks from this commit on are in the list. */
  sentFrom: number;
  /** The ids of the newest commits, which are in no list yet. */
  fresh: readonly Id[];
  /** The commits folded since the state was loaded were all read consistently up to this wall time. */
  readAt: number;
}>;

/** An entry of the lists of ids, in hexadecimal digits: as short as it may be, since each snapshot has hundreds. Ids of the same digest cost a read each, and
 * commit numbers that differ by 2^32 a wrong one, which is seen. */
const digestDigits = 12;
const commitDigits = 8;
const commitRange = 16 ** commitDigits;
const entryDigits = digestDigits + commitDigits;

/** The bytes of one entry as it is stored. */
export const idEntryBytes = entryDigits / 2;

export const unknown = (decider: AnyDecider, stream: string, readAt: number): Known => ({
  stream,
  state: decider.initial,
  commit: 0,
  version: 0,
  at: '',
  hash: '',
  bytes: 0,
  lastBytes: 0,
  recent: '',
  sent: '',
  sentFrom: 1,
  fresh: [],
  readAt,
});

/** A history that cannot be: a hole, a fork, or a commit of another stream. Never folded over. */
export class BrokenHistory extends Error {
  override name = 'BrokenHistory';
}

/** The hash that the next commit carries as `prev`: over RFC 8785's canonical JSON, without an import's mark. */
export const commitHash = (keys: Pick<Keys, 'hash'>, { imported: _, ...commit }: Commit): string => keys.hash(canonical(commit));

/** The last commit of a stream as far as it is known, from which the next one must go on. */
export type ChainEnd = Readonly<{ commit: number; version: number; at: string; hash: string }>;

export const chainStart: ChainEnd = { commit: 0, version: 0, at: '', hash: '' };

export const chainEnd = (keys: Pick<Keys, 'hash'>, commit: Commit): ChainEnd => ({
  commit: commit.commit,
  version: commit.version,
  at: commit.at,
  hash: commitHash(keys, commit),
});

const commandDigest = (keys: Pick<Keys, 'hash'>, command: string) => keys.hash(command).slice(0, digestDigits);

const commitIn = (entry: string, { commit: last }: Pick<Known, 'commit'>): number => {
  const low = Number.parseInt(entry.slice(digestDigits), 16);
  const behind = (last - low) % commitRange;
  return last - (behind < 0 ? behind + commitRange : behind);
};

/** The list in which an id is remembered. An id that was made up for one request cannot be retried, so it is in no list. */
const listOf = (command: string): 'recent' | 'sent' | undefined => {
  if (command.startsWith('process/') || command.startsWith('hook/')) return 'sent';
  return command.startsWith('request/') ? undefined : 'recent';
};

/** The numbers of recent commits that may have been made by this command, the newest first: nearly always none or one. */
export const recentCommits = (keys: Pick<Keys, 'hash'>, known: Known, command: string): readonly number[] => {
  const list = listOf(command);
  if (!list) return [];
  const found = known.fresh.flatMap((id) => (id.command === command ? [id.commit] : [])).reverse();
  const wanted = known[list] && commandDigest(keys, command);
  for (let end = known[list].length; end > 0; end -= entryDigits) {
    const entry = known[list].slice(end - entryDigits, end);
    if (entry.startsWith(wanted)) found.push(commitIn(entry, known));
  }
  return found;
};

type Remembering = Readonly<{ keys: Pick<Keys, 'hash'>; window: number }>;

/** Most ids are never looked for: they are hashed for the lists once there are so many of them, or for a snapshot. */
const mostFresh = 32;

/** The lists of ids with those that are in none yet, without the oldest of those that are too many. */
const listed = ({ keys, window }: Remembering, { fresh, recent, sent, sentFrom, commit }: Omit<Known, 'state'>) => {
  const added = (list: 'recent' | 'sent', before: string) => {
    const ids = fresh.filter(({ command }) => listOf(command) === list);
    const entries = ids
      .slice(-window)
      .map((id) => commandDigest(keys, id.command) + (id.commit % commitRange).toString(16).padStart(commitDigits, '0'));
    const all = (before + entries.join('')).slice(-window * entryDigits);
    return { all, isWhole: all.length === before.length + ids.length * entryDigits };
  };
  const { all, isWhole } = added('sent', sent);
  return {
    recent: added('recent', recent).all,
    sent: all,
    sentFrom: isWhole ? sentFrom : commitIn(all.slice(0, entryDigits), { commit }),
    fresh: [],
  };
};

/** The remembered ids of commands after further commits. A list is never longer than it may be: an id beyond that is forgotten. */
const idsAfter = (remembering: Remembering, known: Known, commits: readonly Commit[], commit: number) => {
  const news = commits.flatMap(({ command, commit }) => (listOf(command) ? [{ command, commit }] : []));
  const fresh = [...known.fresh, ...news];
  const most = remembering.window - Math.max(known.recent.length, known.sent.length) / entryDigits;
  return fresh.length > Math.min(mostFresh, most) ? listed(remembering, { ...known, fresh, commit }) : { fresh };
};

/** A commit counts as at least so many bytes for snapshots: that bounds the number of commits after one, and with it the page that a cold load reads first. */
const leastCounted = 768;

/** The size of a commit as the distance between snapshots counts it. */
export const countedBytes = (commit: Commit): number => Math.max(itemSize(commit), leastCounted);

/** The most commits from a snapshot's own on: those within the distance, the one that passes it, and its own. */
export const newestCommits = (distance: number): number => Math.ceil(distance / leastCounted) + 2;

/** Folds commits that follow directly on the known state. */
export const advance = (
  { decider, keys, window }: Readonly<{ decider: AnyDecider; keys: Pick<Keys, 'hash'>; window: number }>,
  known: Known,
  commits: readonly Commit[],
): Known => {
  const last = commits.at(-1);
  if (!last) return known;
  const gone = commits.find(isPurged);
  if (gone) throw new StreamPurged(gone);
  let { state, version, bytes, lastBytes } = known;
  if ((commits[0]?.prev ?? '') !== known.hash)
    throw new BrokenHistory(`${known.stream}: commit ${known.commit + 1} does not have the hash of commit ${known.commit}.`);
  commits.forEach((commit, i) => {
    const fits = commit.commit === known.commit + i + 1 && commit.version === version + commit.events.length;
    if (!fits || commit.stream !== known.stream)
      throw new BrokenHistory(
        `${commit.stream}: commit ${commit.commit} (version ${commit.version}) cannot follow commit ${known.commit + i} (version ${version}).`,
      );
    state = foldCommit(decider, state, commit);
    version = commit.version;
    lastBytes = countedBytes(commit);
    bytes += lastBytes;
  });
  return {
    ...known,
    ...idsAfter({ keys, window }, known, commits, last.commit),
    state,
    version,
    bytes,
    lastBytes,
    commit: last.commit,
    at: last.at,
    hash: commitHash(keys, last),
  };
};

/**
 * True if the last commit took the stream past a multiple of the distance. The rule depends on the history alone, so that of all the warm
 * instances only the one that appends next saves the snapshot.
 */
export const snapshotDue = ({ bytes, lastBytes }: Known, distance: number): boolean =>
  Math.floor(bytes / distance) > Math.floor((bytes - lastBytes) / distance);

/** Binds a snapshot's whole content to the hash of its commit: one of another history, or one that was changed, does not fit. */
export const sealOf = (
  keys: Pick<Keys, 'hash'>,
  { hash: _, ...content }: Omit<Snapshot, 'hash'> & { hash?: string },
  hash: string,
): string => keys.hash(`snapshot ${canonical([hash, content])}`);

/** A state that would not come back from storage as it is throws: it cannot have snapshots. */
export const toSnapshot = (keys: Pick<Keys, 'hash'>, known: Known, code: string): Snapshot => {
  const { stream, state, commit, version, at, hash, bytes } = known;
  const { recent, sent, sentFrom } = listed({ keys, window: Number.POSITIVE_INFINITY }, known);
  const content = { stream, code, commit, version, at, bytes, recent, sent, sentFrom, state: storable(state, 'state') };
  return { ...content, hash: sealOf(keys, content, hash) };
};

export const fromSnapshot = ({ code: _, ...snapshot }: Snapshot, hash: string, readAt: number): Known => ({
  ...snapshot,
  hash,
  fresh: [],
  lastBytes: 0,
  readAt,
});
