import { describe, expect, it } from 'vitest';
import { cancelRebuild } from '../../../lib/engine/rebuild/operator/cancel.ts';
import { listRebuilds, progressOf, reportRecorded } from '../../../lib/engine/rebuild/operator/report.ts';
import { rollBack } from '../../../lib/engine/rebuild/operator/roll-back.ts';
import { orderRebuild } from '../../../lib/engine/rebuild/operator/start.ts';
import type { Rebuilds } from '../../../lib/engine/rebuild/ports.ts';
import { beginVerify, endBuilding, judge, plan } from '../../../lib/engine/rebuild/steps.ts';
import { work } from '../../../lib/engine/rebuild/worker.ts';
import type { Active } from '../../../lib/engine/view/ports.ts';
import { bagOf } from '../../support/examples/bag.ts';
import { append, kinds, type Rebuilding, rebuildingOf, wholly } from '../../support/examples/rebuilding.ts';

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

  it('notes nothing of a page that it takes again, since all of it is there', async () => {
    const { rebuilding, id } = await ordered();
    const { working, rebuilds, view } = rebuilding;
    const [order] = (await plan(rebuilding.leading, id)).fill;
    // The function dies after the page is written and before its progress is kept.
    const savePart = () => Promise.reject(new Error('the function died'));
    await expect(work({ ...working, rebuilds: { ...rebuilds, savePart } }, order!)).rejects.toThrow('died');
    expect(await view.head('a')).toMatchObject({ commit: 3 });
    await wholly(working, order!);
    expect(await rebuilds.loadPart(id, 'fill', 0)).toMatchObject({ commits: 3, dirty: 0 });
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

  it('waits no longer than its last page justifies, whatever the clock was that wrote the time to continue', async () => {
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

describe('a roll back', () => {
  /** The second revision answers, and the first one is kept up to date. */
  const switched = async () => {
    const rebuilding = rebuildingOf({ projection: sums });
    const { actives, phases } = rebuilding;
    const two: Active = { projection: 'sums', revision: 2, previous: 1, since: '', by: 'ada', why: 'rebuilt' };
    await actives.switch(two, undefined);
    await phases.save('sums', 1, { phase: 'live', since: '' });
    return rebuilding;
  };

  it('is one in the history although it was sent twice, and the second answer is the one that came', async () => {
    const { ordering, rebuilds } = await switched();
    const rollingBack: Rebuilds['rollBack'] = async (record) => {
      await rebuilds.rollBack(record);
      return rebuilds.rollBack(record);
    };
    expect(await rollBack({ ...ordering, rebuilds: { ...rebuilds, rollBack: rollingBack } }, asked)).toMatchObject({
      revision: 1,
      previous: 2,
    });
    expect(await listRebuilds(ordering)).toMatchObject([
      { kind: 'roll-back', projection: 'sums', revision: 1, from: 2, by: 'ada', why: 'a test', state: 'switched' },
    ]);
  });

  it("is refused, and leaves nothing in the history, where another's came first", async () => {
    const { ordering, actives } = await switched();
    const load: typeof actives.load = async (projection) => {
      const active = await actives.load(projection);
      await actives.switch({ ...active!, revision: 1, previous: 2, by: 'bob' }, 2);
      return active;
    };
    await expect(rollBack({ ...ordering, actives: { ...actives, load } }, asked)).rejects.toThrow('by somebody else');
    expect(await actives.load('sums')).toMatchObject({ revision: 1, by: 'bob' });
    expect(await listRebuilds(ordering)).toEqual([]);
  });

  it('is no concern of a rebuild of the revision that it leads to, and ends one of any other without a switch', async () => {
    const { rebuilding, id } = await verified();
    const { leading, ordering, actives, rebuilds } = rebuilding;
    const views = [1, 2, 3].map((revision) => ({ ...ordering.views[0]!, projection: { ...sums, revision } }));
    const three: Active = { projection: 'sums', revision: 3, previous: 2, since: '', by: 'ada', why: 'rebuilt' };
    await actives.switch(three, undefined);
    await rebuilding.phases.save('sums', 2, { phase: 'live', since: '' });
    await rollBack({ ...ordering, views }, asked);
    expect(await judge(leading, id)).toMatchObject({ state: 'failed' });
    expect(await rebuilds.load(id)).toMatchObject({ reason: expect.stringContaining('was switched meanwhile') });
    expect(await actives.load('sums')).toMatchObject({ revision: 2, previous: 3 });
    const forth = await verified();
    await forth.rebuilding.actives.switch({ ...three, revision: 2, previous: 1 }, undefined);
    await rollBack({ ...forth.rebuilding.ordering, views }, asked);
    expect(await judge(forth.rebuilding.leading, forth.id)).toMatchObject({ state: 'switched' });
    expect(await forth.rebuilding.actives.load('sums')).toMatchObject({ revision: 1, previous: 2, why: 'a test' });
  });

  it('is shown as it is, and is not taken for the newest rebuild of a view that is being built', async () => {
    const { ordering, rebuilds, actives } = await switched();
    const { id } = await orderRebuild(ordering, asked);
    await rollBack(ordering, asked);
    const [newest, ...older] = await listRebuilds(ordering, 'sums');
    expect(newest).toMatchObject({ kind: 'roll-back', revision: 1, from: 2 });
    expect(older).toMatchObject([{ id, kind: 'rebuild' }]);
    expect(await reportRecorded(ordering, newest!.id)).toStrictEqual(newest);
    expect(await reportRecorded(ordering, id)).toMatchObject({ kind: 'rebuild', progress: { commits: 0 } });
    await expect(reportRecorded(ordering, 'nothing')).rejects.toThrow('no rebuild nothing');
    expect(await progressOf(rebuilds)('sums')).toMatchObject({ rebuild: id });
    expect(await actives.load('sums')).toMatchObject({ revision: 1 });
  });
});
