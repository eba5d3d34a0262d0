import { describe, expect, it } from 'vitest';
import { beginVerify, endBuilding, judge, plan } from '../../lib/engine/rebuild/lead.ts';
import { cancelRebuild, orderRebuild, rollBack } from '../../lib/engine/rebuild/order.ts';
import type { Active, Actives } from '../../lib/engine/rebuild/ports.ts';
import { work } from '../../lib/engine/rebuild/work.ts';
import { bagOf } from '../support/bag.ts';
import { append, kinds, type Rebuilding, rebuildingOf, wholly } from '../support/rebuilding.ts';

const [sums] = kinds as [(typeof kinds)[0]];
const settings = { segments: 1, concurrency: 1, compareOneOf: 1 };
const asked = { projection: 'sums', by: 'ada', why: 'a test', settings };

const ordered = async (pageCommits = 100): Promise<Readonly<{ rebuilding: Rebuilding; id: string }>> => {
  const rebuilding = rebuildingOf({ projection: sums, pageCommits });
  await append(rebuilding, bagOf('a', [[1], [2], [3, 4]]));
  const { id } = await orderRebuild(rebuilding.ordering, asked);
  return { rebuilding, id };
};

const verified = async () => {
  const { rebuilding, id } = await ordered();
  const { fill, drain, verify } = await plan(rebuilding.leading, id);
  for (const order of fill) await wholly(rebuilding.working, order);
  await endBuilding(rebuilding.leading, id);
  for (const order of drain) await wholly(rebuilding.working, order);
  await beginVerify(rebuilding.leading, id);
  for (const order of verify) await wholly(rebuilding.working, order);
  return { rebuilding, id };
};

// Each was found by the simulator.
describe('a rebuild', () => {
  it('goes live although the move to draining was sent twice, and the second answer is the one that came', async () => {
    const { rebuilding, id } = await ordered();
    const { leading, phases } = rebuilding;
    const move: typeof leading.rebuilds.move = async (...given) => {
      await leading.rebuilds.move(...given);
      return leading.rebuilds.move(...given);
    };
    expect(await endBuilding({ ...leading, rebuilds: { ...leading.rebuilds, move } }, id)).toEqual({ waitSeconds: 40 });
    expect(await phases.load('sums', 1)).toMatchObject({ phase: 'live' });
  });

  it('is not put back into building by an order that is refused', async () => {
    const { rebuilding, id } = await ordered();
    const { ordering, phases, leading } = rebuilding;
    await endBuilding(leading, id);
    // Read before the first one began.
    const late = { ...ordering, phases: { ...phases, load: async () => undefined } };
    await expect(orderRebuild(late, asked)).rejects.toThrow(id);
    expect(await phases.load('sums', 1)).toMatchObject({ phase: 'live' });
  });

  it('switches nothing when it is cancelled at the last moment', async () => {
    const { rebuilding, id } = await verified();
    const { leading, ordering, actives } = rebuilding;
    const load: typeof actives.load = async (projection) => {
      const active = await actives.load(projection);
      await cancelRebuild(ordering, { id, by: 'ada' });
      return active;
    };
    expect(await judge({ ...leading, actives: { ...leading.actives, load } }, id)).toMatchObject({ state: 'cancelled' });
    expect(await actives.load('sums')).toBeUndefined();
    expect(await rebuilding.rebuilds.load(id)).toMatchObject({ state: 'cancelled' });
  });

  it('switches when its last step is done again', async () => {
    const { rebuilding, id } = await verified();
    expect(await judge(rebuilding.leading, id)).toMatchObject({ state: 'switched' });
    expect(await judge(rebuilding.leading, id)).toMatchObject({ state: 'switched' });
    expect(await rebuilding.actives.load('sums')).toMatchObject({ revision: 1 });
  });

  it('is rolled back although the switch was sent twice, and the second answer is the one that came', async () => {
    const { ordering, actives, phases } = rebuildingOf({ projection: sums });
    const two: Active = { projection: 'sums', revision: 2, previous: 1, since: '', by: 'ada', why: 'rebuilt' };
    await actives.switch(two, undefined);
    await phases.save('sums', 1, { phase: 'live', since: '' });
    const twice: Actives = {
      ...actives,
      switch: async (...given) => {
        await actives.switch(...given);
        return actives.switch(...given);
      },
    };
    expect(await rollBack({ ...ordering, actives: twice }, asked)).toMatchObject({ revision: 1, previous: 2 });
    const refused = { ...actives, switch: async () => false };
    await expect(rollBack({ ...ordering, actives: refused }, asked)).rejects.toThrow();
  });

  it('waits no longer than its last page was worth, whatever the clock said that wrote when to go on', async () => {
    const { rebuilding, id } = await ordered(1);
    const { working, rebuilds, clock } = rebuilding;
    const order = { task: 'fill', rebuild: id, number: 0, of: 1 } as const;
    const scan: typeof working.scanner.scan = async (...given) => {
      // Its time is over after one page.
      clock.advance(working.settings!.sliceMilliseconds);
      return working.scanner.scan(...given);
    };
    expect(await work({ ...working, scanner: { scan } }, order)).toEqual({ done: false });
    const progress = (await rebuilds.loadPart(id, 'fill', 0))!;
    expect(progress).toMatchObject({ commits: 1, pause: expect.any(Number) });
    const hours = new Date(clock.now() + 7_200_000).toISOString();
    await rebuilds.savePart(id, { ...progress, notBefore: hours });
    const before = clock.now();
    expect(await work(working, order)).toEqual({ done: true });
    expect(clock.now() - before).toBeLessThan(1_000);
  });
});
