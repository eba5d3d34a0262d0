import { type Commit, type Purge, versionBefore } from '../../core/commit.ts';
import type { Keys, Proofs, Store } from '../ports.ts';
import { type ChainEnd, chainEnd, chainStart } from './known.ts';
import { isBlankOf, isPurged, recordsPurge } from './purged.ts';
import { readPages } from './read-all.ts';

/** A stream whose history holds; one that was purged, with the number of its commits that are still there; or the first commit that does not fit. */
export type Verified = Readonly<
  | { stream: string; commits: number }
  | { stream: string; purge: Purge; left: number }
  | { stream: string; commit: number; fault: string }
>;

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

type Verifying = Readonly<{ keys: Pick<Keys, 'hash'>; proofs: Pick<Proofs, 'holds'> }>;

/** A purged stream holds if its record is signed, and at each number before it is the commit that was there, or what the purge leaves. */
const verifyPurged = async (
  store: Store,
  { proofs }: Verifying,
  { stream, commit, purged = commit }: Commit,
): Promise<Verified> => {
  const fault = (at: number, fault: string): Verified => ({ stream, commit: at, fault });
  const record = await store.find(stream, purged);
  if (!record?.purge) return fault(commit, `it was blanked, and there is no record of a purge at commit ${purged}`);
  if (!(await recordsPurge(proofs, record))) return fault(purged, 'it records a purge that this deployment has not signed');
  let [expected, left] = [1, 0];
  for await (const { commits } of readPages(store, stream, { from: 1 }))
    for (const there of commits) {
      if (there.commit !== expected) return fault(there.commit, `commit ${expected} is missing`);
      if (there.commit > purged) return fault(there.commit, 'it was appended after the stream was purged');
      if (isPurged(there) && there.commit < purged && !isBlankOf(record, there))
        return fault(there.commit, 'it is not what the purge leaves');
      if (!isPurged(there)) left += 1;
      expected += 1;
    }
  return { stream, purge: record.purge, left };
};

/**
 * Follows the hash chain of a stream from its first commit. The last commit is vouched for by no other: that it was changed,
 * or removed, only the guard sees.
 */
export const verifyStream = async (store: Store, verifying: Verifying, stream: string): Promise<Verified> => {
  let before = chainStart;
  for await (const { commits } of readPages(store, stream, { from: 1 }))
    for (const commit of commits) {
      if (isPurged(commit)) return verifyPurged(store, verifying, commit);
      const fault = faultOf(before, commit);
      if (fault !== undefined) return { stream, commit: commit.commit, fault };
      before = chainEnd(verifying.keys, commit);
    }
  return { stream, commits: before.commit };
};
