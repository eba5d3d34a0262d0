import { type Commit, versionBefore } from '../../core/commit.ts';
import type { Keys, Store } from '../ports.ts';
import { type ChainEnd, chainEnd, chainStart } from './known.ts';
import { readPages } from './read-all.ts';

/** A stream whose history holds, or the first commit of it that does not fit. */
export type Verified = Readonly<{ stream: string; commits: number } | { stream: string; commit: number; fault: string }>;

const faultOf = (before: ChainEnd, commit: Commit): string | undefined => {
  const expected = before.commit + 1;
  if (commit.commit !== expected) return `commit ${expected} is missing`;
  if (versionBefore(commit) !== before.version)
    return `it goes on from version ${versionBefore(commit)}, and commit ${before.commit} ended at version ${before.version}`;
  if ((commit.prev ?? '') !== before.hash)
    return before.hash === ''
      ? 'it claims a predecessor, and has none'
      : `it does not have the hash of commit ${before.commit}: one of the two was changed`;
  return commit.at < before.at ? `its time is before that of commit ${before.commit}` : undefined;
};

/**
 * Follows the hash chain of a stream from its first commit. The last commit is vouched for by no other: that it was changed,
 * or removed, only the guard sees.
 */
export const verifyStream = async (store: Store, keys: Pick<Keys, 'hash'>, stream: string): Promise<Verified> => {
  let before = chainStart;
  for await (const { commits } of readPages(store, stream, { from: 1 }))
    for (const commit of commits) {
      const fault = faultOf(before, commit);
      if (fault !== undefined) return { stream, commit: commit.commit, fault };
      before = chainEnd(keys, commit);
    }
  return { stream, commits: before.commit };
};
