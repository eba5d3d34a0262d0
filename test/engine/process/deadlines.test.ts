import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { newInstance } from '../../../lib/core/process/instance.ts';
import { send } from '../../../lib/core/process/process.ts';
import { toPointer } from '../../../lib/engine/delivery/delivered.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import { withTime } from '../../../lib/engine/process/deadlines.ts';
import { messageIn } from '../../../lib/engine/process/messages.ts';
import type { Reacting } from '../../../lib/engine/process/react.ts';
import { openTooLong } from '../../../lib/engine/process/still-open.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';
import { order, requested, terms, typesIn, variant } from '../../support/examples/transferring.ts';

const minute = 60_000;

const appendingBy =
  ({ target }: Reacting, append: () => Promise<never>): Reacting['target'] =>
  (category) => {
    const commanding = target(category)!;
    return { ...commanding, store: { ...commanding.store, append } };
  };

describe('deadlines', () => {
  const waits = (memory: object, { at, data }: { at: string; data: object }) => ({
    memory: { ...memory, ...data, id: '1' },
    setDeadlines: { patience: new Date(Date.parse(at) + 30 * minute).toISOString() },
  });
  const waiting = async () => {
    const world = await requested(
      processWorld(variant({ onDone: {}, on: { ...moving.on, Requested: waits } }), [wallet, transfer]),
    );
    await world.settle();
    return world;
  };
  const shotOf = (world: Awaited<ReturnType<typeof waiting>>) => [...world.scheduler.shots.values()][0]!;

  it('fire once, not before their time, and are forgotten then', async () => {
    const world = await waiting();
    const { message, at, key } = shotOf(world);
    expect([key.length, at, message]).toEqual([
      64,
      '2026-11-21T12:30:00.000Z',
      { due: { instance: 'moving-1', name: 'patience', setBy: 1, at } },
    ]);
    expect(world.deadlines.items()).toEqual([{ instance: 'moving-1', name: 'patience', setBy: 1, at }]);
    expect(await world.tell(message)).toEqual(['message']);
    world.clock.advance(31 * minute);
    for (let i = 0; i < 3; i++) expect(await world.tell(message)).toEqual([]);
    expect(typesIn(world.commitsOf('moving-1')).slice(1)).toEqual(['Reacted Remembered Delayed StepEnded']);
    expect(await world.stateOf('moving-1')).toMatchObject({ memory: { late: true }, deadlines: {} });
    expect(world.deadlines.items()).toEqual([]);
  });

  it('whose one-shot is of a release that told no time leave the list at their own, fired or cancelled', async () => {
    const world = await waiting();
    const [open] = world.deadlines.items();
    const due = { instance: 'moving-1', name: 'patience', setBy: 1 };
    expect([messageIn({ due }), messageIn({ due: open })]).toEqual([{ due }, { due: open }]);
    await world.ask('transfer-1', 'Withdraw');
    await world.settle();
    await world.deadlines.put(open!);
    expect(await world.tell({ due })).toEqual([]);
    expect(world.deadlines.items()).toEqual([]);
    const other = await waiting();
    other.clock.advance(31 * minute);
    expect(await other.tell({ due })).toEqual([]);
    expect(await other.stateOf('moving-1')).toMatchObject({ memory: { late: true } });
    expect(other.deadlines.items()).toEqual([]);
  });

  it('of another time than the open one are of a history that is gone: they leave the list, and it stays', async () => {
    const world = await waiting();
    const [open] = world.deadlines.items();
    const stale = { ...open!, at: '2026-11-21T12:10:00.000Z' };
    await world.deadlines.put(stale);
    world.clock.advance(11 * minute);
    expect(await world.tell({ due: stale })).toEqual([]);
    expect(world.deadlines.items()).toEqual([open]);
    // Nor does it matter what nobody has ever set.
    expect(await world.tell({ due: { instance: 'moving-1', name: 'patience', setBy: 7 } })).toEqual([]);
    expect(world.deadlines.items()).toEqual([open]);
  });

  it('that are more than the state remembers leave the list too: their time is in the event that set them', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `patience-${i}`);
    const world = await requested(
      processWorld(
        variant({
          onDone: {},
          onDeadline: Object.fromEntries(names.map((name) => [name, () => undefined])),
          on: {
            ...moving.on,
            Requested: (memory: object, { at }: { at: string }) => ({
              memory: { ...memory, id: '1' },
              setDeadlines: Object.fromEntries(
                names.map((name, i) => [name, new Date(Date.parse(at) + (30 + i) * minute).toISOString()]),
              ),
            }),
            Withdrawn: () => ({ end: 'withdrawn' }),
          },
        }),
        [wallet, transfer],
      ),
    );
    await world.settle();
    expect(world.deadlines.items()).toHaveLength(12);
    await world.ask('transfer-1', 'Withdraw');
    await world.settle();
    const { status, closed } = await world.stateOf('moving-1');
    expect([status, closed?.length]).toEqual(['ended', 10]);
    expect([world.deadlines.items(), world.scheduler.shots.size]).toEqual([[], 0]);
  });

  it('do nothing after they were cancelled, however late they fire', async () => {
    const world = await waiting();
    const { message } = shotOf(world);
    await world.ask('transfer-1', 'Withdraw');
    await world.settle();
    expect([world.scheduler.shots.size, world.deadlines.items()]).toEqual([0, []]);
    world.clock.advance(31 * minute);
    await world.tell(message);
    expect((await world.stateOf('moving-1')).memory).not.toHaveProperty('late');
  });

  it('that were cancelled leave the list also where a step that leaves nothing to do comes in the same batch', async () => {
    const world = await waiting();
    // The instance that decides both dies before it updates the list.
    await world.ask('transfer-1', 'Withdraw');
    await world.ask('transfer-1', 'Note', { notes: ['afterwards'] });
    const { deadlines, ...instance } = world.instance();
    const down = { ...deadlines, has: () => Promise.reject(new Error('The list cannot be reached.')) };
    await world.deliver({ ...instance, deadlines: down }, (commits) => commits.filter(({ stream }) => stream === 'transfer-1'));
    expect(typesIn(world.commitsOf('moving-1')).slice(1)).toEqual(['Reacted StepEnded', 'Reacted Remembered StepEnded']);
    expect(world.deadlines.items()).toHaveLength(1);
    await world.deliver();
    expect([world.scheduler.shots.size, world.deadlines.items()]).toEqual([0, []]);
  });

  it('are listed before anything else is tried again, whatever kills each function that sends', async () => {
    const world = await requested();
    const listed = async () => {
      const instance = world.instance();
      let isDead = false;
      const has: typeof instance.deadlines.has = async (...given) => {
        if (isDead) throw new Error('dead');
        return instance.deadlines.has(...given);
      };
      const append = async () => {
        isDead = true;
        throw new Error('dead');
      };
      await world.deliver({ ...instance, deadlines: { ...instance.deadlines, has }, target: appendingBy(instance, append) });
      return world.deadlines.items().map(({ name }) => name);
    };
    expect(await listed()).toEqual([]);
    // Beside a commit that is new.
    await world.ask('transfer-1', 'Note', { notes: ['meanwhile'] });
    expect(await listed()).toEqual(['patience']);
  });

  it('are listed while a target cannot be reached', async () => {
    const world = await requested();
    const instance = world.instance();
    await world.deliver({ ...instance, target: appendingBy(instance, () => Promise.reject(new Error('unreachable'))) });
    expect(world.deadlines.items().map(({ name }) => name)).toEqual(['patience']);
  });

  it('that come up at any moment of the work have fired when it is done, or are listed', async () => {
    const soon = (memory: object, { at, data }: { at: string; data: object }) => ({
      memory: { ...memory, ...data, id: '1' },
      setDeadlines: { patience: new Date(Date.parse(at) + 1_000).toISOString() },
    });
    const process = variant({ onDone: {}, on: { ...moving.on, Requested: soon } });
    const seen = new Set<string>();
    for (let call = 1; !seen.has('waits'); call++) {
      const world = await requested(processWorld(process, [wallet, transfer]));
      const instance = world.instance();
      let calls = 0;
      const now = () => {
        calls += 1;
        if (calls === call) world.clock.advance(1_000);
        return world.clock.now();
      };
      const own = { ...instance.own, clock: { ...instance.own.clock, now } };
      await world.deliver({ ...instance, own });
      const { deadlines, memory } = await world.stateOf('moving-1');
      const listed = world.deadlines.items().length;
      expect([Object.keys(deadlines).length, listed], `at reading ${call} of the clock`).toEqual(listed === 1 ? [1, 1] : [0, 0]);
      seen.add(calls < call ? 'waits' : (memory as { late?: true }).late ? 'fired' : 'listed');
    }
    expect([...seen].sort()).toEqual(['fired', 'listed', 'waits']);
  });

  it('that fired for a function which got no further are carried out when the message comes again', async () => {
    const patience = ({ from }: { from: string }) => ({ send: [send(wallet, from, 'Add', { amount: 1 })] });
    const world = await requested(
      processWorld(variant({ on: { ...moving.on, Requested: waits }, onDone: {}, onDeadline: { patience } }), [wallet, transfer]),
    );
    await world.settle();
    world.clock.advance(31 * minute);
    const { message } = shotOf(world);
    expect(await world.tell(message, world.instance({ appendingTo: 'moving-1' }))).toEqual(['message']);
    const fired = world.commitsOf('moving-1').length;
    expect((await world.stateOf('moving-1')).sends).toHaveLength(1);
    expect(await world.tell(message)).toEqual([]);
    expect((await world.stateOf('moving-1')).sends).toEqual([]);
    expect(world.commitsOf('moving-1')).toHaveLength(fired + 1);
  });

  it('that were moved fire only at the new time', async () => {
    const world = await waiting();
    const old = shotOf(world).message;
    world.clock.advance(20 * minute);
    await world.ask('transfer-1', 'Request', terms);
    await world.settle();
    expect(world.deadlines.items()).toEqual([
      { instance: 'moving-1', name: 'patience', setBy: 2, at: '2026-11-21T12:50:00.000Z' },
    ]);
    world.clock.advance(11 * minute);
    expect(await world.tell(old)).toEqual([]);
    expect((await world.stateOf('moving-1')).memory).not.toHaveProperty('late');
    world.clock.advance(20 * minute);
    await world.tell(shotOf(world).message);
    expect((await world.stateOf('moving-1')).memory).toHaveProperty('late');
  });

  it('that never fired are found by the sweep, in the list or by the last commit', async () => {
    const world = await waiting();
    world.clock.advance(33 * minute);
    const before = new Date(world.clock.now() - 2 * minute).toISOString();
    const found = await world.deadlines.overdue('moving', { before, limit: 10 });
    expect(found).toMatchObject([{ instance: 'moving-1', name: 'patience', setBy: 1 }]);
    expect(openTooLong(world.commitsOf('moving-1').at(-1)!, before)).toBe(true);
    await world.tell({ attend: { instance: 'moving-1' } });
    expect((await world.stateOf('moving-1')).memory).toHaveProperty('late');
    expect(openTooLong(world.commitsOf('moving-1').at(-1)!, before)).toBe(false);
  });

  it('of an instance that stands still leave the list, and come back when it is resumed', async () => {
    const world = await waiting();
    const { message } = shotOf(world);
    await world.ask('transfer-1', 'Note', { notes: ['throw'] });
    await world.settle();
    world.clock.advance(31 * minute);
    expect(await world.tell(message)).toEqual([]);
    expect(world.deadlines.items()).toEqual([]);
    const mended = processWorld(variant({ on: { ...moving.on, Noted: () => undefined } }), [wallet, transfer]);
    mended.store.restore(world.store.stored());
    mended.clock.set(world.clock.now());
    await mended.tell({ resume: order });
    expect(await mended.stateOf('moving-1')).toMatchObject({ status: 'running', deadlines: {}, memory: { late: true } });
  });
});

describe('the time of a deadline', () => {
  const reaction = (number: number) => ({
    type: 'Reacted',
    v: 1,
    data: {
      ...{ number, occasion: { send: 1, outcome: 'done' }, at: '', correlation: 'c', sends: [], cancelled: [] },
      set: [{ name: 'patience', at: `at-${number}` }],
    },
  });
  /** Fifty commits with a reaction each, in pages of twenty-five. */
  const history = () => {
    const asked: (number | undefined)[] = [];
    const read: Store['read'] = async (_, { to = 50 }) => {
      asked.push(to);
      const numbers = Array.from({ length: 25 }, (_each, i) => to - i);
      const commits = numbers.map((commit) => ({ commit, events: [reaction(commit)] }) as unknown as Commit);
      return { commits, ...(to > 25 && { next: to - 25 }) };
    };
    return { asked, read };
  };
  const timeIn = async (setBy: number, name = 'patience') => {
    const { asked, read } = history();
    const found = await withTime({ read }, newInstance(moving), { instance: 'moving-1', name, setBy });
    return [found?.at, asked];
  };

  it('is in the event that set it, which is looked for from the end, and no further back than it can be', async () => {
    expect(await timeIn(40)).toEqual(['at-40', [50]]);
    expect(await timeIn(10)).toEqual(['at-10', [50, 25]]);
    expect(await timeIn(51), 'set by no reaction yet').toEqual([undefined, [50]]);
    expect(await timeIn(40, 'other'), 'not set by that reaction').toEqual([undefined, [50]]);
  });
});

describe('deadlines that are open too long', () => {
  it('follows from the last commit of an instance alone', async () => {
    const world = await requested();
    // Decided, and dead before anything is sent.
    await world.deliver(world.instance({ appendingTo: 'moving-1' }));
    const [decision] = world.commitsOf('moving-1');
    expect([openTooLong(decision!, '2026-11-21T12:00:00.000Z'), openTooLong(decision!, '2026-11-21T12:00:00.001Z')]).toEqual([
      false,
      true,
    ]);
    // An imported instance is ignored: its decisions took effect in another deployment.
    const imported = { ...world.toDelivered(decision!), imported: 'elsewhere' };
    expect(await reactBatch(world.instance(), [{ id: 'imported', delivered: imported }])).toEqual([]);
    expect(world.commitsOf('moving-1')).toHaveLength(1);
    // As the sweep sends it.
    expect(await reactBatch(world.instance(), [{ id: 'swept', delivered: toPointer(decision!) }])).toEqual([]);
    expect(await world.stateOf('moving-1')).toMatchObject({ ended: 'completed' });
    expect(openTooLong(world.commitsOf('moving-1').at(-1)!, '2026-11-21T13:00:00.000Z')).toBe(false);
  });
});
