import { describe, expect, it } from 'vitest';
import { chargeCard } from '../../support/paying/domain.ts';
import { type Call, payingWorld } from '../../support/paying/world.ts';

const stream = 'chargeCardEffect-payment.o1.1';
const down: Call = async () => {
  throw new Error('500');
};

const placed = async (orders: number, ...given: Parameters<typeof payingWorld>) => {
  const world = payingWorld(...given);
  for (let i = 1; i <= orders; i++) await world.ask(`order-o${i}`, 'Place', { amount: i, card: 'visa' });
  return world;
};

describe('an outcome that comes after the process was told that there was none', () => {
  it('is recorded, and the process is not told again', async () => {
    let call = down;
    const world = await placed(1, (given) => call(given));
    await world.finish();
    call = async () => ({ done: { charge: 'late' } });
    await world.tell({ retry: { performance: stream, reason: 'It is up again.', by: 'olga', correlation: 'c-9' } });
    await world.finish();
    expect(world.eventsOf(stream).at(-1)).toMatchObject({
      type: 'EffectAnsweredLate',
      data: { outcome: { answer: { data: { charge: 'late' } } } },
    });
    expect(world.orderStatus('o1')).toEqual(['OrderPlaced', 'PaymentUnclear']);
    expect(new Set(world.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });
});

describe('the circuit of a provider', () => {
  it('lets one try through at a time while it is open, and closes with the first answer', async () => {
    let call = down;
    const world = await placed(4, (given) => call(given), {
      ...chargeCard,
      retries: { first: { seconds: 1 }, longest: { seconds: 1 } },
    });
    await world.settle();
    expect(world.calls).toHaveLength(4);
    expect(world.circuits.all().get('chargeCard')).toMatchObject({ failures: 4 });
    world.clock.advance(1_000);
    await world.settle();
    expect(world.calls).toHaveLength(4);
    world.clock.advance(1_000);
    await world.settle();
    expect(world.calls).toHaveLength(5);
    call = async () => ({ done: { charge: 'ch' } });
    await world.finish();
    expect(world.circuits.all().get('chargeCard')).toMatchObject({ failures: 0 });
    for (const id of ['o1', 'o2', 'o3', 'o4']) expect(world.orderStatus(id)).toEqual(['OrderPlaced', 'OrderPaid']);
  });
});

describe('the rate of an effect', () => {
  it('begins no more tries in a second than declared', async () => {
    const times: number[] = [];
    const world = await placed(
      5,
      async () => {
        times.push(Math.floor(world.clock.now() / 1_000));
        return { done: { charge: 'ch' } };
      },
      { ...chargeCard, rate: { perSecond: 2 } },
    );
    await world.finish();
    expect(times).toHaveLength(5);
    for (const second of times) expect(times.filter((each) => each === second).length).toBeLessThanOrEqual(2);
  });
});
