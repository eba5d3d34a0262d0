import { type AnyDecider, defineManifest, fold, processDecider, readEvent } from '../../lib/index.ts';
import type { AtRest, Simulation, Workload } from '../../lib/testing/simulator.ts';
import { bookingWithin } from './booking.ts';
import { manifest } from './index.ts';
import { payment } from './payment.ts';
import { reservation } from './reservation.ts';
import { room } from './room.ts';

/** The hotel with a patience of a second: what takes a quarter of an hour happens in each run. */
const hurried = defineManifest({ ...manifest, processes: [bookingWithin({ seconds: 1 })] });

const ada = { id: 'ada', kind: 'user', roles: [] } as const;
const bob = { id: 'bob', kind: 'user', roles: [] } as const;
const operator = { id: 'olga', kind: 'user', roles: ['operator'] } as const;
const terms = { price: 9_000, currency: 'EUR' };

/** Few rooms, few nights, few reservations: so that guests, money and deadlines meet. */
const workload: Workload = (dice, n) => {
  if (n < 2) return { actor: operator, category: 'room', id: `${n}`, type: 'Offer', data: terms };
  const id = `${dice.below(4)}`;
  const guest = Number(id) % 2 === 0 ? ada : bob;
  const from = `2026-12-0${1 + dice.below(3)}`;
  const wishes = [
    { actor: guest, category: 'reservation', id, type: 'Request', data: { room: `${dice.below(2)}`, from, nights: 2, ...terms } },
    { actor: guest, category: 'reservation', id, type: 'Cancel', data: {} },
    { actor: operator, category: 'payment', id, type: dice.chance(0.8) ? 'Receive' : 'Decline', data: {} },
    { actor: guest, category: 'guest', id, type: 'Register', data: { mail: dice.pick(['a', 'b']).repeat(64) } },
  ];
  return n < 6 ? wishes[0]! : dice.pick(wishes);
};

/** The state of a stream. */
const stateOf = <State>(decider: AnyDecider, { streams }: AtRest, id: string): State =>
  (streams.get(`${decider.category}-${id}`) ?? []).reduce(
    (state, { events }) =>
      fold(
        decider,
        state,
        events.map((event) => readEvent(decider.events, event)),
      ),
    decider.initial,
  ) as State;

/** A confirmed guest has a room and has paid; any other has neither. An instance that waits for an operator is ignored. */
const nobodyPaysForNothing = (rest: AtRest): string | undefined => {
  for (const id of ['0', '1', '2', '3']) {
    const { status } = stateOf<{ status: string }>(reservation as AnyDecider, rest, id);
    const paid = stateOf<{ status: string }>(payment as AnyDecider, rest, id).status;
    const instance = stateOf<{ ended?: string }>(processDecider(hurried.processes![0]!), rest, id);
    if (!['booked', 'cancelled', 'expired', 'rejected'].includes(instance.ended ?? '')) continue;
    const nights = ['0', '1'].flatMap((number) =>
      Object.values(stateOf<{ held: Readonly<Record<string, string>> }>(room as AnyDecider, rest, number).held).filter(
        (holder) => holder === id,
      ),
    );
    const isRight =
      status === 'confirmed'
        ? nights.length === 2 && paid === 'received'
        : nights.length === 0 && paid !== 'received' && paid !== 'asked';
    if (!isRight) return `reservation ${id} is ${status}, has ${nights.length} nights, and its payment is ${paid}`;
  }
  return undefined;
};

export const simulation = (seed: number): Simulation => ({
  manifest: hurried,
  seed,
  workload,
  invariants: [nobodyPaysForNothing],
});
