import { describe, expect, it } from 'vitest';
import { cancelRebuild } from '../../../lib/engine/rebuild/operator/cancel.ts';
import { listRebuilds, reportRebuild } from '../../../lib/engine/rebuild/operator/report.ts';
import { rollBack } from '../../../lib/engine/rebuild/operator/roll-back.ts';
import { orderRebuild } from '../../../lib/engine/rebuild/operator/start.ts';
import { orderAudit, orderRefold, orderReplay } from '../../../lib/engine/rebuild/operator/start-in-place.ts';
import { smallCommits } from '../../../lib/engine/rebuild/settings.ts';
import { beginVerify, endBuilding, failRebuild, judge, plan } from '../../../lib/engine/rebuild/steps.ts';
import { work } from '../../../lib/engine/rebuild/worker.ts';
import { bagOf } from '../../support/examples/bag.ts';
import { asked, built, headOf, histories, refusal, settings, sums, who, withNext } from '../../support/examples/built.ts';
import {
  append,
  carryOutOrders,
  deliver,
  execute,
  faultsOf,
  kinds,
  rebuild,
  rebuildingOf,
  wholly,
} from '../../support/examples/rebuilding.ts';

describe('while a revision is being built', () => {
  it('takes what follows, notes the rest, and reads nothing of it', async () => {
    const rebuilding = rebuildingOf({ projection: sums });
    const [history] = histories as [(typeof histories)[0]];
    await append(rebuilding, history);
    const read = () => Promise.reject(new Error('a gap was filled'));
    const projecting = { ...rebuilding.instance(), store: { ...rebuilding.store, read } };
    expect(await deliver(projecting, [history[1]!])).toEqual([]);
    expect(await rebuilding.view.head('a')).toBeUndefined();
    expect(await deliver(projecting, history.slice(0, 1))).toEqual([]);
    expect(await rebuilding.view.head('a')).toMatchObject({ commit: 1 });
    expect(await deliver(projecting, [history[0]!, history[2]!])).toEqual([]);
    expect(await rebuilding.view.head('a')).toMatchObject({ commit: 1 });
    const notes = (
      await Promise.all(Array.from({ length: 16 }, (_, shard) => rebuilding.dirty.list(shard, { limit: 9 })))
    ).flatMap((page) => page.notes);
    expect(notes).toEqual([{ stream: 'bag-a', commit: 3 }]);
  });

  it('asks again before it notes anything, and fills the gap when it has gone live meanwhile', async () => {
    const rebuilding = rebuildingOf({ projection: sums });
    const [history] = histories as [(typeof histories)[0]];
    await append(rebuilding, history);
    const instance = rebuilding.instance();
    expect(await deliver(instance, history.slice(0, 1))).toEqual([]);
    await rebuilding.phases.save('sums', 1, { phase: 'live', since: '' });
    expect(await deliver(instance, history.slice(2))).toEqual([]);
    expect(await rebuilding.view.head('a')).toMatchObject({ commit: 3 });
  });
});

describe('a rebuild', () => {
  it.each(kinds)('of $name continues where it was interrupted, worker by worker', async (projection) => {
    const rebuilding = rebuildingOf({ projection, pageCommits: 2 });
    await append(rebuilding, histories.flat());
    const { id } = await orderRebuild(rebuilding.ordering, {
      ...who,
      projection: projection.name,
      settings: { ...settings, segments: 1 },
    });
    let pages = 0;
    const scanner = {
      scan: (...given: Parameters<typeof rebuilding.working.scanner.scan>) => {
        pages += 1;
        if (pages === 4) throw new Error('the function died');
        return rebuilding.working.scanner.scan(...given);
      },
    };
    const order = { task: 'fill', rebuild: id, number: 0, of: 1 } as const;
    await expect(work({ ...rebuilding.working, scanner }, order)).rejects.toThrow('died');
    expect(await rebuilding.rebuilds.loadPart(id, 'fill', 0)).toMatchObject({ commits: 6, done: false });
    expect(await execute({ ...rebuilding, working: { ...rebuilding.working, scanner } }, id)).toMatchObject({
      state: 'switched',
    });
    expect(pages, 'the fourth page again, and then the rest; and the scan of verify').toBe(3 + 1 + 4 + 7);
    expect(await faultsOf(rebuilding)).toEqual([]);
  });

  it('reads no cursor of streams that begin in the scan, and notes none that the scan brings in order', async () => {
    const rebuilding = rebuildingOf({ projection: sums, order: 'numbers', pageCommits: 2 });
    await append(rebuilding, histories.flat());
    const { id } = await orderRebuild(rebuilding.ordering, { ...asked, settings: { ...settings, segments: 1 } });
    const order = { task: 'fill', rebuild: id, number: 0, of: 1 } as const;
    const head = () => Promise.reject(new Error('a cursor was read'));
    await wholly({ ...rebuilding.working, view: { ...rebuilding.view, head } }, order);
    expect(await rebuilding.rebuilds.loadPart(id, 'fill', 0)).toMatchObject({ commits: 13, streams: 3, dirty: 0 });
    expect(await faultsOf(rebuilding)).toEqual([]);
  });

  it('makes no heads of what it does not handle', async () => {
    const rebuilding = rebuildingOf({ projection: sums });
    await append(rebuilding, [...histories.flat(), ...bagOf('w', [['Weighed'], ['Weighed']])]);
    expect(await rebuild(rebuilding, settings)).toMatchObject({ state: 'switched' });
    expect(await rebuilding.view.head('w')).toBeUndefined();
  });

  it('hands itself on when its time is over, and waits for its share of the units', async () => {
    const rebuilding = rebuildingOf({ projection: sums, pageCommits: 2 });
    await append(rebuilding, histories.flat());
    const slow = { segments: 1, concurrency: 1, unitsPerSecond: 1, compareOneOf: 1 };
    const { id } = await orderRebuild(rebuilding.ordering, { ...asked, settings: slow });
    const working = { ...rebuilding.working, settings: { ...rebuilding.working.settings!, sliceMilliseconds: 700 } };
    const begun = rebuilding.clock.now();
    let slices = 1;
    while (!(await work(working, { task: 'fill', rebuild: id, number: 0, of: 1 })).done) slices += 1;
    // Seven pages of half a unit each, one unit a second: six waits.
    expect(rebuilding.clock.now() - begun).toBe(3_000);
    expect(slices).toBeGreaterThan(3);
  });

  it('stops at its next page when it is cancelled, and leaves what answered', async () => {
    const rebuilding = withNext(await built());
    const { id } = await orderRebuild(rebuilding.ordering, { ...asked, settings });
    await cancelRebuild(rebuilding.ordering, { id, by: 'bob' });
    await wholly(rebuilding.working, { task: 'fill', rebuild: id, number: 0, of: 2 });
    expect(rebuilding.view.items()).toEqual([]);
    expect(await rebuilding.rebuilds.load(id)).toMatchObject({ state: 'cancelled', reason: 'Cancelled by bob.' });
    expect(await rebuilding.executions.status(id)).toBe('failed');
    expect(await rebuilding.actives.load('sums')).toMatchObject({ revision: 1 });
    expect(await refusal(cancelRebuild(rebuilding.ordering, { id: 'nobody', by: 'bob' }))).toEqual([404, 'not-found']);
    expect(await rebuild(rebuilding, settings)).toMatchObject({ state: 'switched', from: 1, revision: 2 });
    expect(
      await refusal(cancelRebuild(rebuilding.ordering, { id: (await listRebuilds(rebuilding.ordering))[0]!.id, by: 'bob' })),
    ).toEqual([409, 'not-running']);
  });

  it('stops in the middle of a slice when it is cancelled', async () => {
    const rebuilding = rebuildingOf({ projection: sums, pageCommits: 2 });
    await append(rebuilding, histories.flat());
    const { id } = await orderRebuild(rebuilding.ordering, { ...asked, settings: { ...settings, segments: 1 } });
    let pages = 0;
    const scan: typeof rebuilding.working.scanner.scan = async (...given) => {
      pages += 1;
      if (pages === 2) await cancelRebuild(rebuilding.ordering, { id, by: 'bob' });
      return rebuilding.working.scanner.scan(...given);
    };
    const order = { task: 'fill', rebuild: id, number: 0, of: 1 } as const;
    expect(await work({ ...rebuilding.working, scanner: { scan } }, order)).toEqual({ done: true });
    expect(pages).toBe(2);
  });

  it('does not switch when a stream is parked, and names it; continues when that is fixed', async () => {
    const rebuilding = rebuildingOf({ projection: sums });
    await append(rebuilding, [...histories.flat(), ...bagOf('z', [[1], ['Spoiled'], [2]])]);
    const result = await rebuild(rebuilding, settings);
    expect(result).toMatchObject({ state: 'failed', found: 1, differences: [{ stream: 'bag-z', what: 'parked' }] });
    expect(result.reason).toContain('bag-z (parked)');
    expect(await rebuilding.actives.load('sums')).toBeUndefined();
    const on = { ...sums.on, Spoiled: (row: never) => row };
    const mended = { ...rebuilding, working: { ...rebuilding.working, projection: { ...sums, on } as typeof sums } };
    expect(await rebuild(mended, settings)).toMatchObject({ state: 'switched' });
    expect(await faultsOf({ ...rebuilding, projection: { ...sums, on } as typeof sums })).toEqual([]);
  });

  it('does not switch when another revision was switched to meanwhile', async () => {
    const rebuilding = withNext(await built());
    const { id } = await orderRebuild(rebuilding.ordering, { ...asked, settings });
    await rebuilding.actives.switch({ projection: 'sums', revision: 3, since: '', by: 'eve', why: '' }, 1);
    expect(await execute(rebuilding, id)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('switched meanwhile'),
    });
    expect(await rebuilding.actives.load('sums')).toMatchObject({ revision: 3 });
  });

  it('does not switch when a stream is left behind', async () => {
    const rebuilding = rebuildingOf({ projection: sums, order: 'texts', pageCommits: 1 });
    await append(rebuilding, histories.flat());
    // It is never delivered, and the notes are never drained.
    const scan: typeof rebuilding.working.scanner.scan = async (...given) => {
      const page = await rebuilding.working.scanner.scan(...given);
      return { ...page, commits: page.commits.filter(({ stream, commit }) => stream !== 'bag-a' || commit !== 2) };
    };
    const dirty = { ...rebuilding.working.dirty, list: async () => ({ notes: [] }) };
    const forgetful = { ...rebuilding, working: { ...rebuilding.working, scanner: { scan }, dirty } };
    expect(await rebuild(forgetful, settings)).toMatchObject({
      state: 'failed',
      found: 1,
      differences: [{ stream: 'bag-a', what: 'behind' }],
    });
    expect(await rebuilding.actives.load('sums')).toBeUndefined();
  });

  it('is not judged before all of its work is done', async () => {
    const rebuilding = rebuildingOf({ projection: sums });
    await append(rebuilding, histories.flat());
    const { id } = await orderRebuild(rebuilding.ordering, { ...asked, settings });
    const { fill, verify } = await plan(rebuilding.leading, id);
    for (const order of fill) await wholly(rebuilding.working, order);
    await expect(judge(rebuilding.leading, id)).rejects.toThrow('cannot be judged yet');
    expect(await endBuilding(rebuilding.leading, id)).toEqual({ waitSeconds: 40 });
    expect(await endBuilding(rebuilding.leading, id), 'at a repeat').toEqual({ waitSeconds: 40 });
    await beginVerify(rebuilding.leading, id);
    for (const order of verify) await wholly(rebuilding.working, order);
    await expect(judge(rebuilding.leading, id), 'nothing was drained').rejects.toThrow('cannot be judged yet');
    expect(await failRebuild(rebuilding.leading, id, 'A step failed.')).toEqual({ state: 'failed' });
    expect(await judge(rebuilding.leading, id)).toMatchObject({ state: 'failed' });
  });

  it('lets what was written meanwhile catch up before it counts as a difference', async () => {
    const rebuilding = rebuildingOf({ projection: sums });
    await append(rebuilding, histories.flat());
    const late = bagOf('late', [[1]]);
    const instance = rebuilding.instance();
    const wait = rebuilding.clock.wait;
    let waits = 0;
    Object.assign(rebuilding.clock, {
      wait: async (milliseconds: number) => {
        waits += 1;
        if (waits === 5) await deliver(instance, late);
        await wait(milliseconds);
      },
    });
    expect(await rebuild(rebuilding, settings, { drained: () => append(rebuilding, late) })).toMatchObject({ state: 'switched' });
    expect(waits).toBeGreaterThanOrEqual(5);
    expect(await rebuilding.view.head('late')).toMatchObject({ commit: 1 });
  });

  it('compares all streams when other code began it', async () => {
    const rebuilding = withNext(await built());
    await rebuilding.phases.save('sums', 2, { phase: 'building', since: '', code: 'c0' });
    const whole = await orderRebuild(rebuilding.ordering, { ...asked, settings: { compareOneOf: 50 } });
    expect(whole.settings.compareOneOf).toBe(1);
    // As that code left it: a stream that is at its end, and differs.
    await rebuilding.view.putHead({ key: 'a', sort: 'head', stream: 'bag-a', commit: 3, row: { sum: 99, at: 4 } }, undefined);
    expect(await execute(rebuilding, whole.id)).toMatchObject({
      state: 'failed',
      differences: [{ stream: 'bag-a', what: 'differs' }],
    });
    await rebuilding.phases.save('sums', 2, { phase: 'building', since: '', code: 'c1' });
    expect((await orderRebuild(rebuilding.ordering, { ...asked, settings: { compareOneOf: 50 } })).settings.compareOneOf).toBe(
      50,
    );
  });
});

describe('orders', () => {
  it('are refused with words that help', async () => {
    const rebuilding = await built();
    const { ordering } = rebuilding;
    expect(await refusal(orderRebuild(ordering, { ...asked, projection: 'none' }))).toEqual([404, 'not-found']);
    expect(await refusal(orderRebuild(ordering, { ...asked, revision: 7 }))).toEqual([404, 'not-found']);
    await expect(orderRebuild(ordering, asked)).rejects.toThrow(/Raise the revision.*audit/);
    expect(await refusal(orderRebuild(withNext(rebuilding).ordering, { ...asked, settings: { segments: 0 } }))).toEqual([
      400,
      'invalid-request',
    ]);
    expect(await refusal(rollBack(ordering, asked))).toEqual([409, 'nothing-to-roll-back']);
    expect(await refusal(orderRefold(ordering, { ...asked, stream: 'shelf-a', correlation: 'c' }))).toEqual([404, 'not-found']);
    expect(await refusal(orderReplay(ordering, { ...asked, category: 'shelf' }))).toEqual([400, 'invalid-request']);
    expect(await refusal(orderAudit(rebuildingOf({ projection: sums }).ordering, asked))).toEqual([409, 'not-built']);
  });

  it('are refused while one is running, and not because of one that is over without having said so', async () => {
    const rebuilding = withNext(await built());
    const { ordering, executions, clock } = rebuilding;
    const first = await orderRebuild(ordering, asked);
    await expect(orderRebuild(ordering, asked)).rejects.toThrow(first.id);
    expect(await refusal(orderAudit(ordering, asked))).toEqual([409, 'rebuild-running']);
    executions.ended.set(first.id, 'failed');
    const second = await orderRebuild(ordering, asked);
    expect(await rebuilding.rebuilds.load(first.id)).toMatchObject({ state: 'failed' });
    executions.started.splice(executions.started.indexOf(second.id), 1);
    expect(await reportRebuild(ordering, second.id)).toMatchObject({ state: 'filling' });
    clock.advance(61_000);
    expect(await reportRebuild(ordering, second.id)).toMatchObject({
      state: 'failed',
      reason: 'Its execution was never started.',
    });
    expect((await listRebuilds(ordering, 'sums')).map(({ id }) => id).slice(0, 2)).toEqual([second.id, first.id]);
  });

  it('take a revision back, and forth, while both are kept up to date', async () => {
    const rebuilding = withNext(await built());
    expect(await rebuild(rebuilding, settings)).toMatchObject({ state: 'switched' });
    expect(await rollBack(rebuilding.ordering, asked)).toMatchObject({ revision: 1, previous: 2, by: 'ada' });
    expect(await rollBack(rebuilding.ordering, asked)).toMatchObject({ revision: 2, previous: 1 });
    const alone = { ...rebuilding.ordering, views: rebuilding.ordering.views.slice(1) };
    expect(await refusal(rollBack(alone, asked))).toEqual([409, 'not-deployed']);
    // A roll back that names its revision can be repeated.
    for (let times = 0; times < 2; times++)
      expect(await rollBack(rebuilding.ordering, { ...asked, revision: 1 })).toMatchObject({ revision: 1, previous: 2 });
    expect(await refusal(rollBack(rebuilding.ordering, { ...asked, revision: 3 }))).toEqual([409, 'nothing-to-roll-back']);
    expect((await listRebuilds(rebuilding.ordering, 'sums')).filter(({ kind }) => kind === 'roll-back')).toHaveLength(3);
  });
});

describe('the report of a rebuild', () => {
  it('says how far it is', async () => {
    const rebuilding = rebuildingOf({ projection: sums, order: 'texts', pageCommits: 3 });
    await append(rebuilding, histories.flat());
    const { id } = await orderRebuild(rebuilding.ordering, {
      ...asked,
      settings: { ...settings, segments: 1, unitsPerSecond: 1 },
    });
    const half = { ...rebuilding.working, settings: { ...rebuilding.working.settings!, sliceMilliseconds: 100 } };
    rebuilding.clock.advance(2_000);
    await work(half, { task: 'fill', rebuild: id, number: 0, of: 1 });
    const { progress } = await reportRebuild(rebuilding.ordering, id);
    expect(progress).toMatchObject({ commits: 3, aboutCommits: smallCommits + 13, segments: { done: 0, of: 1 } });
    expect(progress.commitsPerSecond).toBeCloseTo(1.4, 1);
    expect(progress.secondsLeft).toBeGreaterThanOrEqual(6);
    const result = await execute(rebuilding, id);
    expect(await reportRebuild(rebuilding.ordering, id)).toMatchObject({
      ...result,
      progress: { commits: 13, streams: 3, segments: { done: 1, of: 1 } },
    });
  });
});

describe('a partial replay', () => {
  it('refolds one stream, by a request', async () => {
    const rebuilding = await built();
    await headOf({ row: { sum: 11, at: 4 } })(rebuilding);
    expect(await orderRefold(rebuilding.ordering, { ...asked, stream: 'bag-a', correlation: 'c' })).toMatchObject({
      stream: 'bag-a',
    });
    await carryOutOrders(rebuilding);
    expect(await faultsOf(rebuilding)).toEqual([]);
  });

  it.each(kinds)('refolds a category of $name in place, and switches nothing', async (projection) => {
    const rebuilding = await built(projection);
    await headOf({ owner: 'eve' })(rebuilding);
    const active = await rebuilding.actives.load(projection.name);
    const { id } = await orderReplay(rebuilding.ordering, { ...asked, projection: projection.name, category: 'bag', settings });
    expect(await execute(rebuilding, id)).toMatchObject({ state: 'replayed', found: 0 });
    expect(await faultsOf(rebuilding)).toEqual([]);
    expect(await rebuilding.actives.load(projection.name)).toEqual(active);
  });
});
