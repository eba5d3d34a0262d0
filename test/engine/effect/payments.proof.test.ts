import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapterProvider } from '../../../lib/aws/effect/provider.ts';
import type { Performing } from '../../../lib/engine/effect/attend.ts';
import { adapter, type Effect } from '../../../lib/index.ts';
import { chargeCard } from '../../support/paying/domain.ts';
import { manners, providerServer } from '../../support/paying/provider-server.ts';
import { payingWorld } from '../../support/paying/world.ts';

/** Enough for each manner of the provider to come up at least ten times, twice over. */
const payments = 250;

/** Each third call goes wrong, in turns. */
const mannerOf = (call: number) => (call % 3 === 0 ? manners[(call / 3) % manners.length]! : 'well');

let server: Awaited<ReturnType<typeof providerServer>>;
beforeAll(async () => {
  server = await providerServer(mannerOf);
});
afterAll(() => server.close());

/** A short time for each try: whoever gets no answer is asked again, so a slow machine only asks more often. */
const effect = { ...chargeCard, timeout: { seconds: 0.15 }, giveUp: { hours: 1 } };

const charging = adapter(
  effect as Effect<'chargeCard', { amount: number; card: string }, { charge: string }>,
  async (input, call) => {
    const { idempotencyKey, signal } = call;
    const headers = { 'idempotency-key': idempotencyKey, 'content-type': 'application/json' };
    const response = await fetch(server.url, { method: 'POST', headers, body: JSON.stringify(input), signal });
    if (!response.ok) throw new Error(`The provider answers ${response.status}.`);
    const { charge } = (await response.json()) as { charge: string };
    return { done: { charge } };
  },
);

/** A function that is killed after its provider did the work: nothing of it reaches the store any more. */
const killed = (performing: Performing): Performing => {
  let isDead = false;
  const { store } = performing.own;
  return {
    ...performing,
    own: {
      ...performing.own,
      store: { ...store, append: (commit) => (isDead ? Promise.reject(new Error('killed')) : store.append(commit)) },
    },
    provider: {
      call: async (given) => {
        const outcome = await performing.provider.call(given);
        isDead = true;
        return outcome;
      },
    },
  };
};

describe('hundreds of payments through a provider over HTTP', () => {
  it('charge nobody twice, and forget none', async () => {
    const { call } = adapterProvider(charging, { read: async () => '', readAgain: async () => undefined }, {});
    const world = payingWorld(call, effect);
    for (let i = 0; i < payments; i++) await world.ask(`order-o${i}`, 'Place', { amount: i + 1, card: `card-${i}` });
    let functions = 0;
    // Every fourth function dies on its way.
    const worker = () => (++functions % 4 === 0 ? killed(world.performing()) : world.performing());
    do {
      await world.settle(worker);
      world.clock.advance(5_000);
    } while (world.later.waiting().length > 0);
    const charges = server.charges();
    const paid = world.store
      .stored()
      .flatMap(({ stream, events }) =>
        events.flatMap(({ type, data }) => (type === 'OrderPaid' ? [{ stream, ...(data as { charge: string }) }] : [])),
      );
    expect(new Set(charges.map(({ card }) => card)).size).toBe(charges.length);
    expect(charges).toHaveLength(payments);
    expect(new Set(paid.map(({ stream }) => stream)).size).toBe(payments);
    expect(paid).toHaveLength(payments);
    expect(new Set(paid.map(({ charge }) => charge))).toEqual(new Set(charges.map(({ charge }) => charge)));
    expect(functions).toBeGreaterThan(20);
    for (const manner of manners) expect(server.counts[manner]).toBeGreaterThan(10);
  });
});
