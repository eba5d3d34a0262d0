import { describe, expect, it } from 'vitest';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { accountStatement } from '../../../domains/account/projections/statement.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { Delivered, Delivery } from '../../../lib/engine/delivery/delivered.ts';
import type { SweepPlaces } from '../../../lib/engine/operate/ports.ts';
import { type Sweeping, sweep } from '../../../lib/engine/operate/sweep.ts';
import { targetOf } from '../../../lib/engine/operate/sweep-target.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { sweepSettings } from '../../../lib/engine/settings.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryScanner, memorySweepPlaces } from '../../../lib/testing/memory/sweep.ts';
import { memoryClock, memoryLog } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { commitOf } from '../../support/store/commits.ts';

const balance = accountBalance as unknown as AnyProjection;
const statement = accountStatement as unknown as AnyProjection;
/** A projection that hears of closings alone. */
const closings = { ...balance, name: 'closings', on: { AccountClosed: balance.on.AccountClosed } } as AnyProjection;

const minute = 60_000;
/** A pass is always behind its time: each run looks at as much as it may. */
const hurried = { passMilliseconds: -1 };
const opened = (id: string, over: Partial<Commit> = {}) =>
  commitOf(`account-${id}`, 1, { events: [{ type: 'AccountOpened', v: 1, data: { owner: 'ada', currency: 'EUR' } }], ...over });
const deposit = (id: string, n: number, over: Partial<Commit> = {}) =>
  commitOf(`account-${id}`, n, { events: [{ type: 'MoneyDeposited', v: 1, data: { amount: 5, currency: 'EUR' } }], ...over });

type Options = Readonly<{
  /** The commits that concern the views. */
  isFor?: (commit: Commit) => boolean;
  projections?: readonly AnyProjection[];
  settings?: Partial<typeof sweepSettings>;
  places?: SweepPlaces;
}>;

const house = ({ projections = [balance, statement], settings = {}, places = memorySweepPlaces(), isFor }: Options = {}) => {
  const [store, clock, log] = [memoryStore(), memoryClock(), memoryLog()];
  const views = projections.map((projection) => ({
    projection,
    view: withCursors(projection, memoryView()),
    queue: memoryQueue(),
  }));
  const counts = { heads: 0, scans: 0, ends: 0 };
  const counting = <T>(what: keyof typeof counts, ask: () => T): T => {
    counts[what] += 1;
    return ask();
  };
  const scanner = memoryScanner(store);
  const targets = views.map(({ projection, view, queue }) =>
    targetOf({
      subscription: projection,
      queue,
      view: { head: (key: string) => counting('heads', () => view.head(key)) },
      ...(isFor && { isFor }),
    }),
  );
  const sweeping: Sweeping = {
    scanner: { scan: (...asked) => counting('scans', () => scanner.scan(...asked)) },
    store: { read: (...asked) => counting('ends', () => store.read(...asked)) },
    places,
    targets,
    clock,
    log,
    settings: { ...sweepSettings, segments: 4, ...settings },
  };
  const deliver = async (i: number, deliveries: readonly Delivered[]) => {
    const batch: Delivery[] = deliveries.map((delivered, n) => ({ id: String(n), delivered }));
    const { projection, view } = views[i]!;
    expect(await projectBatch({ projection, store, view, clock, log }, batch)).toEqual([]);
  };
  const append = async (...commits: readonly Commit[]) => {
    for (const commit of commits) await (store as Store).append({ ...commit, at: new Date(clock.now()).toISOString() });
  };
  const pass = async (grace?: Parameters<typeof sweep>[1]) => {
    const runs = [];
    do runs.push(await sweep(sweeping, grace));
    while (!runs.at(-1)?.passEnded && runs.length < 50);
    return runs;
  };
  const pointers = (i: number) => views[i]!.queue.sent.splice(0).map((message) => (message as { detail: Delivered }).detail);
  return {
    ...{ store, clock, log, views, sweeping, deliver, append, pass, pointers },
    counted: () => ({ ...counts }),
  };
};
const lines = (deliveries: readonly Delivered[]) => deliveries.map(({ stream, commit }) => `${stream}/${commit}`).toSorted();

describe('the sweep', () => {
  it('sends a projection what it lacks, as one pointer for each stream, and nothing to those that have it', async () => {
    const { append, clock, deliver, pass, pointers, views } = house();
    const all = [opened('1'), deposit('1', 2), deposit('1', 3), opened('2')];
    await append(...all);
    await deliver(0, all.slice(0, 1) as never);
    await deliver(1, all.slice(0, 2) as never);
    await deliver(0, all.slice(3) as never);
    await deliver(1, all.slice(3) as never);
    await append(deposit('1', 4), deposit('2', 2));
    await deliver(1, [deposit('1', 4), deposit('2', 2)] as never);
    clock.advance(10 * minute);
    await pass();
    const sent = pointers(0);
    expect(lines(sent)).toEqual(['account-1/4', 'account-2/2']);
    expect(sent[0]).toMatchObject({ pointer: true, types: ['MoneyDeposited'], meta: { correlation: 'c-1' } });
    expect(pointers(1)).toEqual([]);
    await deliver(0, sent);
    expect(await views[0]!.view.head('1')).toMatchObject({ commit: 4, row: { balance: 15 } });
    await pass();
    expect([...pointers(0), ...pointers(1)]).toEqual([]);
  });

  it('sends a missing commit to each consumer that lacks it, and to no other', async () => {
    const { append, clock, pass, pointers } = house({ projections: [balance, statement, closings] });
    await append(opened('1'), deposit('1', 2));
    clock.advance(10 * minute);
    await pass();
    expect([0, 1, 2].map((i) => lines(pointers(i)))).toEqual([['account-1/2'], ['account-1/2'], []]);
  });

  it('ignores commits that may still be on their way, unless the grace is zero', async () => {
    const { append, clock, pass, pointers } = house();
    await append(opened('1'));
    clock.advance(sweepSettings.graceMilliseconds - 1_000);
    await pass();
    expect(pointers(0)).toEqual([]);
    await pass({ graceMilliseconds: 0 });
    expect(lines(pointers(0))).toEqual(['account-1/1']);
  });

  it('leaves parked streams alone', async () => {
    const { append, clock, pass, pointers, views } = house({ projections: [balance] });
    await append(opened('1'), deposit('1', 2));
    const parked = { commit: 1, reason: 'Error', at: '2026-11-21T12:00:00.000Z' };
    await views[0]!.view.putHead({ key: '1', sort: 'head', stream: 'account-1', commit: 0, parked }, undefined);
    clock.advance(10 * minute);
    await pass();
    expect(pointers(0)).toEqual([]);
  });

  it('ignores commits without handled events', async () => {
    const { append, clock, pass, pointers, counted } = house({ projections: [closings] });
    await append(opened('1'), deposit('1', 2), commitOf('account-1', 3, { events: [], version: 2, refused: { reason: 'no' } }));
    clock.advance(10 * minute);
    await pass();
    expect([...pointers(0)]).toEqual([]);
    expect(counted().heads).toBe(0);
  });

  it('does not care about commits that are none of the business of who handles them, and judges by the newest that is', async () => {
    const isFor = ({ commit }: Commit) => commit % 2 === 1;
    const { append, clock, pass, pointers, counted } = house({ projections: [balance], isFor });
    await append(opened('1'), deposit('1', 2), deposit('1', 3), deposit('1', 4), deposit('2', 2));
    clock.advance(10 * minute);
    await pass();
    expect([lines(pointers(0)), counted().heads]).toEqual([['account-1/3'], 1]);
  });

  it('sends one that is late nothing, and one that has dead letters what it lacks', async () => {
    const { append, clock, pass, pointers, views } = house({ projections: [balance] });
    await append(opened('1'));
    clock.advance(10 * minute);
    views[0]!.queue.depths = { waiting: sweepSettings.backlog + 1, inFlight: 0, deadLetters: 0 };
    const late = await pass();
    expect(pointers(0)).toEqual([]);
    expect(late.reduce((sum, { left }) => sum + left, 0)).toBe(1);
    views[0]!.queue.depths = { waiting: 0, inFlight: 0, deadLetters: 1 };
    await pass();
    expect(lines(pointers(0))).toEqual(['account-1/1']);
  });

  it('reads each cursor once, for the newest commit of a stream, and none of what an earlier pass has seen arrive', async () => {
    const { append, clock, counted, deliver, pass } = house();
    const all = Array.from({ length: 20 }, (_, i) => (i === 0 ? opened('1') : deposit('1', i + 1)));
    await append(...all);
    for (const i of [0, 1]) await deliver(i, all as never);
    clock.advance(60 * minute);
    await pass();
    expect(counted().heads).toBe(2);
    for (let i = 0; i < 5; i++) {
      clock.advance(60 * minute);
      await pass();
    }
    expect(counted().heads).toBe(2);
  });

  it('looks again at what it found lagging until it has arrived', async () => {
    const { append, clock, counted, pass, pointers, views } = house();
    await append(opened('1'));
    for (let i = 0; i < 4; i++) {
      clock.advance(60 * minute);
      await pass();
      expect(lines(pointers(0))).toEqual(['account-1/1']);
    }
    for (const { view } of views) await view.putHead({ key: '1', sort: 'head', stream: 'account-1', commit: 1 }, undefined);
    for (let i = 0; i < 2; i++) {
      clock.advance(60 * minute);
      await pass();
    }
    const { heads } = counted();
    await pass();
    expect([pointers(0), counted().heads]).toEqual([[], heads]);
  });

  it('finds in its thorough pass what a clock far behind has hidden', async () => {
    const { clock, pass, pointers, store } = house({ settings: { thoroughEvery: 3 } });
    clock.advance(600 * minute);
    await pass();
    await store.append(opened('1', { at: '2026-11-21T12:00:00.000Z' }));
    const found: string[][] = [];
    for (let i = 0; i < 3; i++) {
      await pass();
      found.push([...lines(pointers(0))]);
    }
    // A segment has its turn in one pass of three.
    expect(found.flat()).toContain('account-1/1');
  });

  it('checks imported commits whatever their times are', async () => {
    const { clock, pass, pointers, store } = house();
    clock.advance(600 * minute);
    await pass();
    await store.append(opened('1', { at: '2020-01-01T00:00:00.000Z', imported: 'i' }));
    await pass();
    expect(lines(pointers(0))).toEqual(['account-1/1']);
  });

  it('starts over when the projections have changed', async () => {
    const places = memorySweepPlaces();
    const one = house({ places, projections: [balance] });
    one.clock.advance(600 * minute);
    await one.pass();
    const two = house({ places });
    await two.append(opened('1'));
    two.clock.set(one.clock.now() + 10 * minute);
    await two.pass();
    expect(lines(two.pointers(1))).toEqual(['account-1/1']);
  });
});

describe('a run', () => {
  const many = Array.from({ length: 60 }, (_, i) => opened(String(i)));

  it('looks at one segment, and a pass at each commit once', async () => {
    const { append, clock, counted, pass } = house();
    await append(...many);
    clock.advance(10 * minute);
    const runs = await pass();
    expect(runs.map(({ segment }) => segment)).toEqual([0, 1, 2, 3]);
    expect(runs.reduce((sum, { commits }) => sum + commits, 0)).toBe(60);
    expect(counted().scans).toBe(4);
  });

  it.each<[string, Partial<typeof sweepSettings>]>([
    ['units', { unitsPerRun: 12 }],
    ['time', { runMilliseconds: 0 }],
  ])('ends at its ceiling of %s, and the next one goes on from there', async (_, settings) => {
    const { append, clock, pass, pointers } = house({
      projections: [balance],
      settings: { ...hurried, pageCommits: 4, ...settings },
    });
    await append(...many);
    clock.advance(10 * minute);
    const runs = await pass();
    expect(runs.length).toBeGreaterThanOrEqual(8);
    for (const { units } of runs) expect(units).toBeLessThanOrEqual(12 + 6);
    expect(lines(pointers(0))).toEqual(lines(many as never));
  });

  it('ends with the page that reaches its ceiling of units exactly', async () => {
    const runs = async (settings: Partial<typeof sweepSettings>) => {
      const { append, clock, pass } = house({
        projections: [balance],
        settings: { ...hurried, segments: 1, pageCommits: 4, ...settings },
      });
      await append(...many);
      clock.advance(10 * minute);
      return (await pass()).map(({ units }) => units);
    };
    const pages = await runs({ runMilliseconds: 0 });
    expect(pages.length).toBeGreaterThan(2);
    const [first = 0] = pages;
    expect((await runs({ unitsPerRun: first }))[0]).toBe(first);
  });

  it('leaves a consumer alone that was sent as much as one run sends, and takes nothing from the others for it', async () => {
    const two = house({
      projections: [balance, statement],
      settings: { ...hurried, segments: 1, pageCommits: 4, repairsPerConsumer: 10 },
    });
    const { append, clock, deliver, pass, pointers } = two;
    await append(...many);
    await deliver(1, many.slice(1) as never);
    clock.advance(10 * minute);
    const got: string[] = [];
    for (let turn = 0; turn < 6; turn++) {
      await pass();
      const sent = pointers(0);
      expect(sent.length).toBe(10);
      got.push(...lines(sent));
      await deliver(0, sent);
      if (turn === 0) expect(lines(pointers(1))).toEqual(['account-' + '0/1']);
    }
    // In six passes it has all, each stream once.
    expect(got.toSorted()).toEqual(lines(many as never));
  });

  it('looks at old commits again for the one consumer alone that lacks some, and not at all where it is late', async () => {
    const { append, clock, counted, deliver, pass, views } = house({ settings: { ...hurried, segments: 1, pageCommits: 10 } });
    await append(...many);
    await deliver(1, many as never);
    views[0]!.queue.depths = { waiting: 1_000, inFlight: 0, deadLetters: 0 };
    clock.advance(60 * minute);
    await pass();
    // Of the late one a page was looked at, and then it was left alone.
    expect(counted().heads).toBe(60 + 10);
    clock.advance(60 * minute);
    await pass();
    // The complete one costs nothing any more.
    expect(counted().heads).toBe(70 + 10);
  });

  it('leaves alone what is being built, and looks at everything when it is live', async () => {
    const { append, clock, counted, pass, pointers, sweeping } = house({ settings: { segments: 1 } });
    await append(...many);
    clock.advance(60 * minute);
    let building = true;
    const [first, second] = sweeping.targets;
    const run = () => sweep({ ...sweeping, targets: [{ ...first!, isBuilding: async () => building }, second!] });
    await run();
    expect([counted().heads, pointers(0).length, pointers(1).length]).toEqual([60, 0, 60]);
    building = false;
    await run();
    expect(pointers(0)).toHaveLength(60);
    await pass();
  });

  it('beside another one does no harm, and keeps one place', async () => {
    const { append, clock, log, sweeping } = house();
    await append(...many);
    clock.advance(10 * minute);
    const [a, b] = await Promise.all([sweep(sweeping), sweep(sweeping)]);
    expect([a.segment, b.segment]).toEqual([0, 0]);
    expect((await sweeping.places.load())?.segment).toBe(1);
    expect(log.lines.some(({ message }) => message.startsWith('Another sweep'))).toBe(true);
  });

  it('that dies is begun again from where it began', async () => {
    const { append, clock, pass, pointers, sweeping } = house();
    await append(...many);
    clock.advance(10 * minute);
    const dying = { ...sweeping, places: { ...sweeping.places, save: () => Promise.reject(new Error('died')) } };
    await expect(sweep(dying)).rejects.toThrow('died');
    pointers(0);
    await pass();
    expect(lines(pointers(0))).toEqual(lines(many as never));
  });

  it('says of a queue that refuses what is left, and goes on', async () => {
    const { append, clock, log, pass, views } = house({ projections: [balance], settings: { segments: 1 } });
    await append(opened('1'), opened('2'));
    clock.advance(10 * minute);
    views[0]!.queue.failing.push([1]);
    const [run] = await pass();
    expect(run).toMatchObject({ sent: 1, left: 1 });
    expect(log.lines.map(({ message }) => message)).toEqual(['The sweep could not send to a queue.']);
  });

  it('says which cursors are beyond their streams, parked or not, and repairs nothing there', async () => {
    const { append, clock, counted, deliver, log, pass, pointers, store } = house();
    const all = [opened('1'), deposit('1', 2), deposit('1', 3), opened('2')];
    await append(...all);
    for (const i of [0, 1]) await deliver(i, all as never);
    clock.advance(10 * minute);
    await pass();
    expect([log.lines, counted().ends]).toEqual([[], 0]);
    store.restore(store.stored().filter(({ stream, commit }) => stream === 'account-2' || commit < 3));
    const runs = await pass({ graceMilliseconds: 0 });
    expect(runs.reduce((sum, { beyond }) => sum + beyond, 0)).toBe(2);
    const first = ['account-balance', 'account-statement'].map((target) => ({ target, stream: 'account-1', cursor: 3, last: 2 }));
    expect(log.lines).toEqual([
      { level: 'error', message: 'Some cursors are beyond their streams.', fields: { count: 2, first } },
    ]);
    expect(counted().ends).toBe(1);
    expect([...pointers(0), ...pointers(1)]).toEqual([]);
  });

  it('takes a cursor that is ahead of what the scan saw for right when the stream goes that far', async () => {
    const { append, clock, deliver, log, sweeping, store } = house({ projections: [balance], settings: { segments: 1 } });
    await append(opened('1'));
    clock.advance(10 * minute);
    const scan: typeof sweeping.scanner.scan = async (...asked) => {
      const page = await sweeping.scanner.scan(...asked);
      await append(deposit('1', 2));
      await deliver(0, store.stored() as never);
      return page;
    };
    expect(await sweep({ ...sweeping, scanner: { scan } })).toMatchObject({ beyond: 0, lagging: 0 });
    expect(log.lines).toEqual([]);
  });

  it('starts over in another table, whatever it found in the previous one', async () => {
    const { append, clock, pass, sweeping } = house();
    await append(...many);
    clock.advance(60 * minute);
    await pass();
    expect((await sweeping.places.load())?.checkedBefore).toBeDefined();
    await sweep({ ...sweeping, table: 'restored' });
    expect(await sweeping.places.load()).toMatchObject({ pass: 0, segment: 1, targets: expect.stringMatching(/^restored /) });
    expect(await sweeping.places.load()).not.toHaveProperty('checkedBefore');
  });

  it('looks at a page while its pass is in time, and at as much as it may when that is behind', async () => {
    const { append, clock, sweeping } = house({ projections: [balance], settings: { segments: 2, pageCommits: 4 } });
    await append(...many);
    clock.advance(10 * minute);
    expect((await sweep(sweeping)).commits).toBe(4);
    clock.advance(10 * minute);
    expect((await sweep(sweeping)).commits, 'the first segment has some days').toBe(4);
    clock.advance(15 * 24 * 60 * minute);
    expect((await sweep(sweeping)).commits).toBeGreaterThan(15);
    expect(await sweeping.places.load()).toMatchObject({ segment: 1 });
    expect((await sweep(sweeping, { graceMilliseconds: 0 })).commits, 'an operator does not wait').toBeGreaterThan(15);
  });

  it('is not begun anew by consumers that come and go: a new one is looked after in the rest of the pass, and in the next', async () => {
    const places = memorySweepPlaces();
    const before = house({ places, projections: [balance], settings: { segments: 2 } });
    before.clock.advance(600 * minute);
    await before.pass();
    await sweep(before.sweeping);
    const after = house({ places, settings: { segments: 2 } });
    await after.append(...many);
    after.clock.set(before.clock.now() + 60 * minute);
    const first = after.sweeping.targets[1]!;
    expect(await sweep(after.sweeping)).toMatchObject({ segment: 1, passEnded: true });
    const inRest = after.pointers(1).length;
    expect(inRest).toBeGreaterThan(15);
    expect((await places.load())?.left).toMatchObject({ [first.name]: '' });
    await after.pass();
    expect(after.pointers(1)).toHaveLength(60);
  });

  it('looks at all commits again for a view that has moved to the queue of a group, or out of it: what waited in the old one is gone', async () => {
    const places = memorySweepPlaces();
    // No segment is looked at whatever the times of its commits.
    const options = { places, projections: [balance], settings: { thoroughEvery: 1_000_000 } };
    const before = house(options);
    await before.append(opened('left'));
    await before.deliver(0, [opened('left')] as never);
    before.clock.advance(600 * minute);
    for (let passes = 0; passes < 3; passes++) await before.pass();
    // The same commit is in no table now, as if its message had been in the queue that went.
    const moved = house(options);
    await moved.append(opened('left'));
    moved.clock.set(before.clock.now() + 60 * minute);
    const { queue, view } = moved.views[0]!;
    const passOf = async (group: string | undefined) => {
      const targets = [targetOf({ subscription: balance, queue, view, ...(group !== undefined && { group }) })];
      while (!(await sweep({ ...moved.sweeping, targets })).passEnded);
      return moved.pointers(0).map(({ stream }) => stream);
    };
    expect(await passOf(undefined), 'nothing has moved').toEqual([]);
    expect(await passOf('desk')).toEqual(['account-left']);
    expect(await passOf(undefined), 'and back').toContain('account-left');
  });

  it('says aloud that a pass took longer than declared, but for the first over a table, which reads all cursors', async () => {
    const { clock, log, pass, sweeping } = house();
    for (const days of [32, 30, 32]) {
      await sweep(sweeping);
      clock.advance(days * 24 * 60 * minute);
      await pass();
    }
    expect(log.lines).toMatchObject([
      { level: 'error', message: 'The sweep takes longer than declared.', fields: { hours: 768 } },
    ]);
  });
});
