import type { Commit } from '../../core/commit.ts';
import type { Proofs, Store } from '../ports.ts';
import { Unreadable } from './packed.ts';
import { isBlankOf, isPurged, recordsPurge } from './purged.ts';

/** A change of the commits table, as its stream tells it. */
export type TableChange = Readonly<{
  kind: string | undefined;
  before: Readonly<Record<string, unknown>>;
  after?: Readonly<Record<string, unknown>>;
}>;

export type Tampering = Readonly<{ stream: string; commit: number; kind: 'MODIFY' | 'REMOVE' }>;

type Guarding = Readonly<{ store: Pick<Store, 'find'>; proofs: Pick<Proofs, 'holds'> }>;

/** The commit that a blank names, if that is one at all: anybody may have written what stands in either place. */
const recordNamedIn = async (store: Pick<Store, 'find'>, { stream, purged }: Commit): Promise<Commit | undefined> => {
  if (!Number.isSafeInteger(purged)) return undefined;
  try {
    return await store.find(stream, purged!);
  } catch (cause) {
    if (cause instanceof Unreadable) return undefined;
    throw cause;
  }
};

/** True for a commit that became what a purge leaves, if the stream has a signed record of that purge. */
const isOfPurge = async ({ store, proofs }: Guarding, { kind, after }: TableChange): Promise<boolean> => {
  const there = after as Commit | undefined;
  if (kind !== 'MODIFY' || !there || !isPurged(there)) return false;
  const record = await recordNamedIn(store, there);
  return record !== undefined && isBlankOf(record, there) && (await recordsPurge(proofs, record));
};

/** The changes that no function makes but the one that purges: commits are never removed, and changed only into what a signed purge leaves. */
export const tamperings = async (guarding: Guarding, changes: readonly TableChange[]): Promise<readonly Tampering[]> => {
  const found: Tampering[] = [];
  for (const change of changes) {
    const { kind, before } = change;
    if ((kind !== 'MODIFY' && kind !== 'REMOVE') || (await isOfPurge(guarding, change))) continue;
    found.push({ stream: String(before.stream), commit: Number(before.commit), kind });
  }
  return found;
};
