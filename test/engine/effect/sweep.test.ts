import { describe, expect, it } from 'vitest';
import { effectTarget } from '../../../lib/engine/operate/sweep-effects.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { chargeCard } from '../../support/paying/domain.ts';
import { payingWorld } from '../../support/paying/world.ts';

const stream = 'chargeCardEffect-payment.o1.1';

/** True if the sweep would send the performance to its effect. */
const isFound = async (world: ReturnType<typeof payingWorld>, imported = false) => {
  const target = effectTarget({ effect: chargeCard, queue: memoryQueue() }, world);
  const all = world.commitsOf(stream).map((commit) => (imported ? { ...commit, imported: 'import-1' } : commit));
  const newest = all.findLast((commit) => target.concerns(commit));
  const head = await target.head(stream);
  return newest !== undefined && (head?.commit ?? 0) < newest.commit;
};

describe('the sweep', () => {
  it('finds a performance whose message got lost, once its next try is due', async () => {
    const world = payingWorld(async () => {
      throw new Error('500');
    });
    await world.ask('order-o1', 'Place', { amount: 5, card: 'visa' });
    await world.settle();
    expect(await isFound(world)).toBe(false);
    world.later.lose();
    world.clock.advance(1_000);
    expect(await isFound(world)).toBe(true);
    // Nobody performs again what was performed in another house.
    expect(await isFound(world, true)).toBe(false);
    await world.tell({ attend: { performance: stream } });
    expect(await isFound(world)).toBe(false);
    await world.finish();
    expect(await isFound(world)).toBe(false);
    expect(world.eventsOf(stream).at(-1)?.type).toBe('EffectTimedOut');
  });
});
