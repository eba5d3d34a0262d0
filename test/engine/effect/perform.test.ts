import { describe, expect, it } from 'vitest';
import { payingWorld } from '../../support/paying/world.ts';

const terms = { amount: 5, card: 'visa' };

const placed = async (...given: Parameters<typeof payingWorld>) => {
  const world = payingWorld(...given);
  await world.ask('order-o1', 'Place', terms);
  return world;
};

const stream = 'chargeCardEffect-payment.o1.1';
const typesOf = (world: ReturnType<typeof payingWorld>) => world.eventsOf(stream).map(({ type }) => type);

describe('an effect', () => {
  it('is performed once, and its answer is told to the process', async () => {
    const world = await placed(async ({ input }) => ({ done: { charge: `ch-${(input as typeof terms).card}` } }));
    await world.finish();
    expect(typesOf(world)).toEqual(['EffectRequested', 'EffectTried', 'EffectAnswered']);
    expect(world.calls).toMatchObject([{ input: terms, attempt: 1, timeoutMilliseconds: 2_000 }]);
    expect(world.orderStatus('o1')).toEqual(['OrderPlaced', 'OrderPaid']);
    expect(world.commitsOf('order-o1')[1]?.events[0]?.data).toEqual({ charge: 'ch-visa' });
    expect(world.commitsOf(stream).map(({ meta }) => meta.correlation)).toEqual(
      Array(3).fill(world.commitsOf('order-o1')[0]?.meta.correlation),
    );
  });

  it('is refused by its provider, and the process is told why', async () => {
    const world = await placed(async () => ({ refused: 'card-declined', detail: { code: 51 } }));
    await world.finish();
    expect(world.orderStatus('o1')).toEqual(['OrderPlaced', 'OrderCancelled']);
    expect(world.commitsOf('order-o1')[1]?.events[0]?.data).toEqual({ why: 'card-declined' });
  });

  it('is tried again under the same key, later each time, until it is answered', async () => {
    let tries = 0;
    const world = await placed(async () => {
      tries += 1;
      if (tries < 4) throw new Error('500');
      return { done: { charge: 'ch' } };
    });
    const start = world.clock.now();
    await world.finish();
    expect(world.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(new Set(world.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(world.clock.now() - start).toBe(7_000);
    expect(world.orderStatus('o1')).toEqual(['OrderPlaced', 'OrderPaid']);
  });

  it('is given up in its time, and the process is told so', async () => {
    const world = await placed(async () => {
      throw new Error('500');
    });
    const start = world.clock.now();
    await world.finish();
    expect(typesOf(world).at(-1)).toBe('EffectTimedOut');
    expect(world.clock.now() - start).toBe(30_000);
    expect(world.orderStatus('o1')).toEqual(['OrderPlaced', 'PaymentUnclear']);
  });
});
