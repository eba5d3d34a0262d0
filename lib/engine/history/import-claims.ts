import type { Commit } from '../../core/commit.ts';
import { type Claim, claimsOf, type Reservation } from '../../core/reservation.ts';
import { untilWon } from '../again.ts';
import type { Commanding } from '../command/request.ts';
import { reservationCommit, reservationLoading, reservationStream } from '../command/unique.ts';
import { type Loading, load } from '../store/load.ts';

/** The result of claiming a stream's unique values: claimed, held by it already, or another's. */
export type Claimed = Readonly<{ name: string } & ({ did: 'claimed' | 'held' } | { did: 'taken'; by: string })>;

type Claiming = Loading & Pick<Commanding, 'keys'> & Readonly<{ mark: string }>;

const claimOne = async (claiming: Claiming, stream: string, last: Commit, claim: Claim): Promise<Claimed> => {
  const { name } = claim;
  const reserved = await reservationStream(claiming, claim);
  const contended = `${name} of ${stream} is being claimed by others at the same time. Import again: what is there is passed over.`;
  return untilWon<Claimed>(contended, async () => {
    const held = await load(reservationLoading(claiming), reserved);
    const { by } = held.state as Reservation;
    if (by === stream) return { name, did: 'held' };
    if (by !== undefined) return { name, did: 'taken', by };
    const id = `import/${stream}/${name}`;
    const main = { ...last, command: id, meta: { actor: 'import', correlation: id, causation: id } };
    const { stored } = await claiming.store.append({ ...reservationCommit(held, main, claim), imported: claiming.mark });
    return stored ? { name, did: 'claimed' } : 'again';
  });
};

/**
 * Claims the unique values of an imported stream under this deployment's own secret. The exporting deployment has them under another
 * secret's hashes, or not at all. Nobody else may write to the streams meanwhile.
 */
export const claimImported = async (claiming: Claiming, stream: string): Promise<readonly Claimed[]> => {
  const { decider, store } = claiming;
  const known = await load(claiming, stream);
  const last = await store.find(stream, known.commit);
  if (!last || !decider.unique) return [];
  const claimed: Claimed[] = [];
  for (const claim of claimsOf(decider.unique, decider.initial, known.state))
    claimed.push(await claimOne(claiming, stream, last, claim));
  return claimed;
};
