import { describe, expect, it } from 'vitest';
import { toProvedBody } from '../../../lib/engine/delivery/proof.ts';
import { routeToEffect } from '../../../lib/engine/effect/route.ts';
import { memoryProofs } from '../../../lib/testing/memory/system.ts';
import { payingWorld } from '../../support/paying/world.ts';

const stream = 'chargeCardEffect-payment.o1.1';
const proofs = memoryProofs();
const order = { performance: stream, reason: 'Seen at the provider.', by: 'olga', correlation: 'c-9' };

/** A world in which a payment has failed once, and a message of its queue. */
const failing = async () => {
  let isDown = true;
  const world = payingWorld(async () => {
    if (isDown) throw new Error('500');
    return { done: { charge: 'ch' } };
  });
  await world.ask('order-o1', 'Place', { amount: 5, card: 'visa' });
  await world.settle();
  const route = async (message: object, proofsOf = proofs) =>
    routeToEffect({ performing: world.performing(), proofs }, [{ id: 'r1', body: await toProvedBody(proofsOf, message) }]);
  return { world, route, mend: () => (isDown = false) };
};

describe('the queue of an effect', () => {
  it('takes an operator who has a performance tried again at once', async () => {
    const { world, route, mend } = await failing();
    mend();
    expect(await route({ retry: order })).toEqual([]);
    await world.settle();
    expect(world.orderStatus('o1')).toEqual(['OrderPlaced', 'OrderPaid']);
    expect(world.eventsOf(stream).find(({ type }) => type === 'EffectRetried')?.data).toMatchObject({ by: 'olga' });
  });

  it('takes an answer by hand, with its reason, and tells the process', async () => {
    const { world, route } = await failing();
    expect(await route({ answer: { ...order, outcome: { done: { charge: 'by hand' } } } })).toEqual([]);
    await world.finish();
    expect(world.commitsOf('order-o1')[1]?.events[0]?.data).toEqual({ charge: 'by hand' });
    expect(world.eventsOf(stream).at(-1)?.data).toMatchObject({ byHand: { by: 'olga', why: 'Seen at the provider.' } });
    expect(world.calls).toHaveLength(1);
  });

  it('performs nothing for a message without a proof', async () => {
    const { world, route, mend } = await failing();
    mend();
    await route({ retry: order }, memoryProofs('another'));
    expect(world.calls).toHaveLength(1);
  });
});
