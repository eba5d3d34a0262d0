import type { Commit } from '../../core/commit.ts';
import { refuse } from '../../core/decider.ts';
import { type Claim, claimsOf, type Reservation, reservation, reservationCategory } from '../../core/reservation.ts';
import { kebab, streamName } from '../../core/stream.ts';
import { storeEvent } from '../../core/version.ts';
import type { Known } from '../store/known.ts';
import { follow, type Loading, load, noSnapshots } from '../store/load.ts';
import { commitBeside } from '../store/transaction.ts';
import { type Deciding, type Decision, refusalOn } from './decide.ts';
import type { Commanding } from './request.ts';

type WithReservations = Readonly<{ append: readonly [Commit, ...Commit[]] }> | Exclude<Decision, { append: Commit }>;

/** A reservation's history is short, and read for each claim: neither cached nor kept in snapshots. */
export const reservationLoading = (loading: Loading): Loading => ({
  ...loading,
  decider: reservation,
  snapshots: noSnapshots,
});

/** Named by a keyed hash, since a key cannot be erased, and the value may be a person's e-mail address. */
export const reservationStream = async (
  { decider, keys }: Pick<Commanding, 'decider' | 'keys'>,
  { name, value }: Claim,
): Promise<string> => {
  const hash = await keys.digest(JSON.stringify(['unique', decider.category, name, value]));
  return streamName(reservationCategory, `${decider.category}.${name}.${hash}`);
};

/** The commit that claims or releases a value along with another commit. */
export const reservationCommit = (known: Known, main: Commit, { kind }: Claim): Commit =>
  commitBeside(known, main, [
    storeEvent(reservation.events, { type: kind === 'claim' ? 'ValueClaimed' : 'ValueReleased', data: { by: main.stream } }),
  ]);

/** The reservation streams that a transaction has come to so far, with what it appends to them. */
export type Held = Map<string, Known>;

/** A decision with the reservations that it needs, to be appended as one; refused where another stream holds a value. */
export const reserving = async (deciding: Deciding, decision: Decision, reserved: Held): Promise<WithReservations> => {
  if ('answer' in decision) return decision;
  const { commanding, known } = deciding;
  const main = decision.append;
  const { unique } = commanding.decider;
  const claims = unique ? claimsOf(unique, known.state, follow(commanding, known, [main]).state) : [];
  const reservations: Commit[] = [];
  for (const claim of claims) {
    const loading = reservationLoading(commanding);
    const stream = await reservationStream(commanding, claim);
    const held = reserved.get(stream) ?? (await load(loading, stream));
    const { by } = held.state as Reservation;
    const isOurs = by === main.stream;
    if (claim.kind === 'claim' && by !== undefined && !isOurs) {
      const refused = refusalOn(deciding, refuse(`${kebab(claim.name)}-taken`));
      return 'answer' in refused ? refused : { append: [refused.append] };
    }
    if (isOurs !== (claim.kind === 'release')) continue;
    const commit = reservationCommit(held, main, claim);
    reservations.push(commit);
    reserved.set(stream, follow(loading, held, [commit]));
  }
  return { append: [main, ...reservations] };
};
