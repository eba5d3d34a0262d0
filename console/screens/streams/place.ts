import type { Commit } from '../../../lib/core/commit.ts';

/** The commit that an address names: by its number, or by a version, of which it is the first with it; the last commit if it names none. */
export const commitAt = (commits: readonly Commit[], query: URLSearchParams): number => {
  const [commit, version] = ['commit', 'at'].map((name) => query.get(name));
  const last = commits.length;
  if (commit) return Math.min(last, Math.max(0, Math.floor(Number(commit)) || 0));
  if (version === null || version === undefined || version === '') return last;
  const wanted = Number(version);
  if (wanted === 0) return 0;
  // Versions never fall.
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((commits[middle]?.version ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return Math.min(last, low + 1);
};

/** The words of an address for a commit: its version, and its number where the version alone names another one. */
export const placeOf = (commits: readonly Commit[], commit: number): Readonly<{ at: number; commit: number | undefined }> => {
  const at = commits[commit - 1]?.version ?? 0;
  const named = commitAt(commits, new URLSearchParams({ at: String(at) }));
  return { at, commit: named === commit ? undefined : commit };
};

/** Rows beyond those in sight, for a scroll that comes before its render. */
const around = 4;

/** The rows of a list of equal heights that are seen, and a few around them. They change together, by `around` at once, so that most scrolls change none. */
export const seen = ({
  count,
  height,
  top,
  room,
}: Readonly<{ count: number; height: number; top: number; room: number }>): Readonly<{ from: number; to: number }> => {
  const first = Math.floor(top / height / around) * around;
  const most = Math.ceil(room / height) + 3 * around;
  const from = Math.max(0, Math.min(first - around, count - most));
  return { from, to: Math.min(count, from + most) };
};

/** How far such a list is scrolled when a row has come into sight, and no further than it takes. */
export const inSight = ({
  row,
  height,
  room,
  top,
}: Readonly<{ row: number; height: number; room: number; top: number }>): number =>
  Math.max(0, Math.min(row * height, Math.max(top, (row + 1) * height - room)));

/** What made a commit, in words. */
export const madeBy = ({ command, imported, purge, refused, events }: Commit): string => {
  if (purge) return 'purge';
  if (imported !== undefined) return `import ${imported}`;
  const [way = '', ...rest] = (command ?? '').split('/');
  if (refused) return `refused: ${refused.reason}`;
  if ((events ?? []).length === 0) return 'nothing changed';
  return way === 'process' ? `process ${rest[0]?.split('-')[0] ?? ''}` : way === 'hook' ? `hook ${rest[0] ?? ''}` : 'command';
};
