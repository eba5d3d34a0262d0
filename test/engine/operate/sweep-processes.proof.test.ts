import { describe, expect, it } from 'vitest';
import type { Delivered } from '../../../lib/engine/delivery/delivered.ts';
import { sweep } from '../../../lib/engine/operate/sweep.ts';
import { processTargets, sendOverdue } from '../../../lib/engine/operate/sweep-processes.ts';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import type { Arrived, ProcessMessage } from '../../../lib/engine/process/ports.ts';
import { sweepSettings } from '../../../lib/engine/settings.ts';
import { memoryCursors, memoryDeadlines } from '../../../lib/testing/memory/process.ts';
import { type MemoryQueue, memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryScanner, memorySweepPlaces } from '../../../lib/testing/memory/sweep.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';

const minute = 60_000;

const house = async () => {
  const world = processWorld(moving, [wallet, transfer]);
  for (const name of ['a', 'b']) {
    await world.ask(`wallet-${name}`, 'Open');
    await world.ask(`wallet-${name}`, 'Add', { amount: 100 });
  }
  const { store, clock, log, cursors, deadlines } = world;
  const queue = memoryQueue();
  const swept = { process: moving, cursors, queue };
  const sweeping = {
    scanner: memoryScanner(store),
    store,
    places: memorySweepPlaces(),
    targets: processTargets(swept, { store, clock }),
    clock,
    log,
    settings: { ...sweepSettings, segments: 1 },
  };
  const run = async () => {
    const { lagging } = await sweep(sweeping);
    return lagging;
  };
  const beyond = async () => (await sweep(sweeping)).beyond;
  /** Hands on what the sweep has sent, as the queue would. */
  const carryOut = async () => {
    const batch = queue.sent.splice(0).map((said, i): Arrived => {
      const { detail } = said as { detail?: Delivered };
      return detail ? { id: String(i), delivered: detail } : { id: String(i), message: said as ProcessMessage };
    });
    expect(await reactBatch(world.instance(), batch)).toEqual([]);
    return batch.length;
  };
  const overdue = () =>
    sendOverdue({ processes: [swept], deadlines, turns: new Map(), log }, new Date(clock.now() - minute).toISOString());
  return { world, run, beyond, carryOut, overdue, queue };
};
const request = { from: 'a', to: 'b', amount: 30 };

describe('the sweep of processes', () => {
  it('finds a source commit that never arrived and an abandoned instance, and nothing that is done', async () => {
    const { world, run, carryOut } = await house();
    await world.ask('transfer-1', 'Request', request);
    expect(await run(), 'too young').toBe(0);
    world.clock.advance(10 * minute);
    expect(await run()).toBe(1);
    expect(await carryOut()).toBe(1);
    expect(await world.stateOf('moving-1')).toMatchObject({ ended: 'completed' });
    world.clock.advance(10 * minute);
    expect(await run()).toBe(0);
  });

  it('says when a process has gone further than a source goes, and not when the source goes on while it looks', async () => {
    const { world, beyond } = await house();
    await world.ask('transfer-1', 'Request', request);
    await world.deliver(world.instance());
    world.clock.advance(10 * minute);
    expect(await beyond()).toBe(0);
    // A restore that forgot where the process is.
    await world.cursors.move('transfer-1', 5, await world.cursors.load('transfer-1'));
    expect(await beyond()).toBe(1);
    expect(world.log.lines.at(-1)).toMatchObject({
      level: 'error',
      message: 'Some cursors are beyond their streams.',
      fields: { count: 1, first: [{ target: 'moving', stream: 'transfer-1', cursor: 5, last: 2 }] },
    });
  });

  it.each(Array.from({ length: 40 }, (_, i) => i + 1))(
    'takes an instance up that died with its function at call %i, and whose deliveries are all lost',
    async (call) => {
      const { world, run, carryOut, overdue } = await house();
      await world.ask('transfer-1', 'Request', request);
      await world.deliver(world.instance({ call, after: call % 2 === 0 }));
      for (let runs = 0; runs < 4; runs++) {
        world.clock.advance(40 * minute);
        await overdue();
        await run();
        await carryOut();
      }
      expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'completed', sends: [] });
      expect(await run()).toBe(0);
      const amounts = await Promise.all(['a', 'b'].map((name) => world.commitsOf(`wallet-${name}`).at(-1)?.events[0]));
      expect(amounts).toMatchObject([
        { type: 'Taken', data: { amount: 30 } },
        { type: 'Added', data: { amount: 30 } },
      ]);
    },
  );

  it('leaves alone what was imported, what waits for a person, and what waits for a deadline that is to come', async () => {
    const { world, run } = await house();
    await world.ask('transfer-parked', 'Note', { notes: ['throw'] });
    await world.ask('transfer-waiting', 'Request', { ...request, from: 'nobody' });
    await world.settle();
    const [first] = world.commitsOf('transfer-parked');
    await world.store.append({ ...first!, stream: 'transfer-imported', imported: 'export-1' });
    world.clock.advance(10 * minute);
    expect(await run()).toBe(0);
  });

  it('says which deadlines should have fired, once they are late, to the process that they are of', async () => {
    const { world, overdue, carryOut, queue } = await house();
    const dying = world.instance({ call: 1_000, after: false });
    // Its command is never sent, so that the deadline stays open.
    await world.ask('transfer-1', 'Request', request);
    await world.deliver({ ...dying, target: () => undefined });
    expect(world.deadlines.items()).toHaveLength(1);
    expect(await overdue()).toBe(0);
    world.clock.advance(30 * minute);
    expect(await overdue(), 'not late yet').toBe(0);
    world.clock.advance(2 * minute);
    expect(await overdue()).toBe(1);
    expect(queue.sent).toEqual([{ due: { instance: 'moving-1', name: 'patience', setBy: 1, at: '2026-11-21T12:30:00.000Z' } }]);
    await world.deadlines.put({ instance: 'other-1', name: 'x', setBy: 1, at: '2026-01-01T00:00:00.000Z' });
    queue.sent.length = 0;
    expect(await overdue()).toBe(1);
    await carryOut();
    expect(await world.stateOf('moving-1')).toMatchObject({ memory: { late: true }, deadlines: {} });
  });
});

describe('a deadline that is in a list which a release does not see, as after a rollback', () => {
  const waiting = async () => {
    const { world, run, carryOut } = await house();
    const dying = world.instance({ call: 1_000, after: false });
    await world.ask('transfer-1', 'Request', request);
    await world.deliver({ ...dying, target: () => undefined });
    const [open] = world.deadlines.items();
    await world.deadlines.remove(open!);
    world.clock.advance(33 * minute);
    return { world, run, carryOut, shot: [...world.scheduler.shots.values()][0]! };
  };
  const fired = { memory: { late: true }, deadlines: {} };

  it('fires by its one-shot, also where that tells no time', async () => {
    const { world, shot } = await waiting();
    const { at: _, ...due } = (shot.message as Extract<ProcessMessage, { due: unknown }>).due;
    expect(await world.tell({ due })).toEqual([]);
    expect(await world.stateOf('moving-1')).toMatchObject(fired);
  });

  it('is found by the pass over the commits where the one-shot is lost too: the last commit of its instance says when it is due', async () => {
    const { world, run, carryOut } = await waiting();
    expect(await run()).toBe(1);
    await carryOut();
    expect(await world.stateOf('moving-1')).toMatchObject(fired);
  });
});

describe('deadlines that should have fired', () => {
  const deadline = (process: string, i: number) => ({
    instance: `${process}-${i}`,
    name: 'payment',
    setBy: 1,
    at: new Date(Date.UTC(2026, 10, 21, 10, 0, i)).toISOString(),
  });
  const before = '2026-11-21T12:00:00.000Z';
  const house = async () => {
    const [deadlines, log, turns] = [memoryDeadlines(), memoryLog(), new Map<string, string>()];
    const swept = (category: string) => ({
      process: { ...moving, category } as never,
      cursors: memoryCursors(),
      queue: memoryQueue(),
    });
    const processes = [swept('orders'), swept('payments')];
    const [orders, payments] = processes.map(({ queue }) => queue) as [MemoryQueue, MemoryQueue];
    const send = () => sendOverdue({ processes, deadlines, turns, log }, before);
    return { deadlines, log, orders, payments, processes, send };
  };

  it('of one process wait behind those of no other: one that is gone, one that is down, or one whose queue fails', async () => {
    const { deadlines, log, orders, payments, processes, send } = await house();
    for (let i = 0; i < 600; i++) await deadlines.put(deadline('gone', i));
    for (let i = 0; i < 600; i++) await deadlines.put(deadline('orders', i));
    await deadlines.put(deadline('payments', 5_000));
    expect(await deadlines.few()).toBeUndefined();
    orders.depths = { waiting: 101, inFlight: 0, deadLetters: 0 };
    expect(await send()).toBe(1);
    expect([orders.sent.length, payments.sent.length]).toEqual([0, 1]);
    expect(log.lines).toContainEqual(
      expect.objectContaining({ message: 'A process is behind; the sweep skips its deadlines this time.' }),
    );
    orders.depth = async () => Promise.reject(new Error('not today'));
    expect(await send()).toBe(1);
    expect(await deadlines.ofOthers(processes.map(({ process }) => (process as { category: string }).category))).toEqual({
      gone: 600,
    });
  });

  it('are read at once where they are few, and by each process where they are many, or cannot be read at once', async () => {
    const { deadlines, log, orders, payments, processes } = await house();
    for (const name of ['orders', 'payments', 'gone']) await deadlines.put(deadline(name, 1));
    await deadlines.put({ ...deadline('orders', 2), at: before });
    const asked: string[] = [];
    const counted = (few: typeof deadlines.few) => ({
      few,
      overdue: async (...given: Parameters<typeof deadlines.overdue>) => {
        asked.push(given[0]);
        return deadlines.overdue(...given);
      },
    });
    const send = (few: typeof deadlines.few) =>
      sendOverdue({ processes, deadlines: counted(few), turns: new Map(), log }, before);
    expect([await send(deadlines.few), asked]).toEqual([2, []]);
    expect([orders.sent, payments.sent]).toEqual([[{ due: deadline('orders', 1) }], [{ due: deadline('payments', 1) }]]);
    expect([await send(async () => undefined), asked.splice(0)]).toEqual([2, ['orders', 'payments']]);
    expect([await send(() => Promise.reject(new Error('not today'))), asked]).toEqual([2, ['orders', 'payments']]);
    expect(log.lines).toContainEqual(expect.objectContaining({ message: 'The deadlines could not be read at once.' }));
  });

  it('all have their turn, though the oldest ones are never done with, and a run sends no flood', async () => {
    const { deadlines, orders, send } = await house();
    for (let i = 0; i < 600; i++) await deadlines.put(deadline('orders', i));
    const had = new Set<string>();
    for (let run = 0; run < 6; run++) {
      expect(await send()).toBeLessThanOrEqual(200);
      for (const said of orders.sent.splice(0)) had.add((said as { due: { instance: string } }).due.instance);
    }
    expect(had.size).toBe(600);
  });
});
