import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Commit } from '../../lib/core/commit.ts';
import { command } from '../../lib/core/decider.ts';
import type { AnyProcess, Reaction } from '../../lib/core/process.ts';
import { send } from '../../lib/core/process.ts';
import { v1 } from '../../lib/core/version.ts';
import { attend } from '../../lib/engine/process/attend.ts';
import { openTooLong, overdueDeadlines } from '../../lib/engine/process/open.ts';
import { reactBatch } from '../../lib/engine/process/react-batch.ts';
import { toPointer } from '../../lib/engine/publish.ts';
import { processWorld } from '../support/attending.ts';
import { moving, transfer, wallet } from '../support/moving.ts';

const minute = 60_000;

const open = async (world = processWorld(moving, [wallet, transfer])) => {
  for (const name of ['a', 'b']) {
    await world.ask(`wallet-${name}`, 'Open');
    await world.ask(`wallet-${name}`, 'Add', { amount: 100 });
  }
  return world;
};
const terms = { from: 'a', to: 'b', amount: 30 };
const requested = async (world = processWorld(moving, [wallet, transfer])) => {
  await open(world);
  await world.ask('transfer-1', 'Request', terms);
  return world;
};
const typesIn = (commits: readonly Commit[]) => commits.map(({ events }) => events.map(({ type }) => type).join(' '));
const order = { instance: 'moving-1', reason: 'Seen to.', by: 'olga', correlation: 'by-hand' };

/** The same process with some of its reactions replaced. */
const variant = (over: object): AnyProcess => ({ ...moving, ...over }) as never;
const sending = (reaction: (memory: never, event: never) => Reaction<unknown> | undefined) =>
  variant({ on: { ...moving.on, Requested: reaction } });

describe('a transfer', () => {
  it('is completed in the invocation that its request came to, step by step, and leaves nothing open', async () => {
    const world = await requested();
    await world.deliver();
    expect(typesIn(world.commitsOf('moving-1'))).toEqual([
      'Reacted Remembered StepEnded',
      'CommandDone Reacted StepEnded',
      'CommandDone Reacted Ended StepEnded',
      'CommandDone StepEnded',
    ]);
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'completed', sends: [], deadlines: {} });
    expect([world.scheduler.shots.size, world.deadlines.items().length]).toEqual([0, 0]);
    await world.ask('transfer-1', 'Note', { notes: ['too late'] });
    const before = world.store.stored().length;
    // Its last commit says itself that there is nothing to do.
    const calls = world.calls.length;
    const quiet = { id: 'quiet', delivered: world.toDelivered(world.commitsOf('moving-1').at(-1)!) };
    expect([await reactBatch(world.instance(), [quiet]), world.calls.length]).toEqual([[], calls]);
    await world.settle();
    // Looked at again when the steps are delivered, and neither sent, scheduled nor written.
    const effects = ['store.append', 'scheduler.set', 'scheduler.cancel', 'deadlines.put', 'deadlines.remove'];
    expect(world.calls.slice(calls).filter((call) => effects.includes(call))).toEqual([]);
    expect(world.store.stored()).toHaveLength(before);
  });

  it('says on each commit what made it: who, as part of what, because of what, never before its cause', async () => {
    const world = await requested();
    const [cause] = world.commitsOf('transfer-1');
    await world.deliver();
    const [decision, answer] = world.commitsOf('moving-1');
    expect(decision).toMatchObject({
      command: 'process/moving/transfer-1/1',
      meta: { actor: 'moving', correlation: cause?.meta.correlation, causation: 'transfer-1/1' },
    });
    const taken = world.commitsOf('wallet-a').at(-1);
    expect(taken).toMatchObject({
      command: 'process/moving-1/1/1',
      meta: { actor: 'moving', correlation: cause?.meta.correlation, causation: 'moving-1/1' },
    });
    expect(answer?.meta).toMatchObject({ correlation: cause?.meta.correlation, causation: 'process/moving-1/1/1' });
  });

  it('that is refused at the end is given back', async () => {
    const world = await open();
    await world.ask('wallet-b', 'Close');
    await world.ask('transfer-1', 'Request', terms);
    await world.settle();
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'undone' });
    expect(typesIn(world.commitsOf('wallet-a'))).toEqual(['Opened', 'Added', 'Taken', 'Added']);
    expect(world.commitsOf('wallet-b').at(-1)).toMatchObject({ events: [], version: 3, refused: { reason: 'closed' } });
  });
});

describe('sends', () => {
  it('go to one target in the order decided, each after the outcome of the one before, and to others meanwhile', async () => {
    const seen: string[] = [];
    const world = await open(
      processWorld(
        sending(() => ({
          send: [
            send(wallet, 'a', 'Take', { amount: 1 }),
            send(wallet, 'b', 'Take', { amount: 2 }),
            send(wallet, 'a', 'Take', { amount: 3 }),
          ],
        })),
        [wallet, transfer],
      ),
    );
    await world.ask('transfer-1', 'Request', terms);
    const instance = world.instance();
    let fails = true;
    const target: typeof instance.target = (category) => {
      const commanding = instance.target(category)!;
      const append: typeof commanding.store.append = async (commit) => {
        seen.push(commit.command);
        if (commit.command === 'process/moving-1/1/1' && fails) throw new Error('throttled');
        return commanding.store.append(commit);
      };
      return { ...commanding, store: { ...commanding.store, append } };
    };
    await world.deliver({ ...instance, target });
    // The first to a did not get through: the later one to a waits for it, the one to b does not.
    expect(seen).toEqual(['process/moving-1/1/1', 'process/moving-1/2/1']);
    expect((await world.stateOf('moving-1')).sends.map(({ number }) => number)).toEqual([1, 3]);
    // Delivered, the decision is the one to come again.
    const [decision] = world.commitsOf('moving-1');
    expect(await reactBatch({ ...instance, target }, [{ id: 'own', delivered: world.toDelivered(decision!) }])).toEqual(['own']);
    fails = false;
    await world.settle();
    expect((await world.stateOf('moving-1')).sends).toEqual([]);
    expect(
      world
        .commitsOf('wallet-a')
        .map(({ command }) => command)
        .slice(2),
    ).toEqual(['process/moving-1/1/1', 'process/moving-1/3/1']);
  });

  it.each([
    ['what the target does not do at all', 'Nonsense', 'parked'],
    ['what is not for processes', 'Audit', 'forbidden'],
    ['what changes nothing', 'Touch', 'done'],
  ])('leave a commit behind for %s, or are parked before', async (_, type, outcome) => {
    const process = sending(() => ({ send: [{ to: 'wallet-a', command: { type, data: {} } }] }));
    const world = await requested(processWorld(process, [wallet, transfer]));
    await world.settle();
    const state = await world.stateOf('moving-1');
    if (outcome === 'parked') expect(state.parked?.thrown).toBe('Error: wallet has no command Nonsense.');
    if (outcome === 'forbidden') expect(state.stuck).toMatchObject([{ to: 'wallet-a', reason: 'forbidden' }]);
    if (outcome === 'done') expect(state).toMatchObject({ status: 'running', sends: [] });
    const [sent] = world.commitsOf('wallet-a').slice(2);
    expect(sent?.events).toEqual(outcome === 'parked' ? undefined : []);
    expect(sent?.refused).toEqual(outcome === 'forbidden' ? { reason: 'forbidden' } : undefined);
  });

  it('of an older release are lifted before they are sent', async () => {
    const older = {
      ...wallet,
      commands: { ...wallet.commands, Take: command(['process'], v1(z.strictObject({ sum: z.int() }))) },
    };
    const process = variant({
      sends: [older],
      on: { Requested: () => ({ send: [{ to: 'wallet-a', command: { type: 'Take', data: { sum: 7 } } }] }) },
    });
    const world = await requested(processWorld(process, [older as never, transfer]));
    // Decided, and dead before it is sent.
    await world.deliver(world.instance({ appendingTo: 'moving-1' }));
    expect(typesIn(world.commitsOf('moving-1'))).toEqual(['Reacted StepEnded']);
    const lifted = v1(z.strictObject({ sum: z.int() })).next(z.strictObject({ amount: z.int() }), ({ sum }) => ({ amount: sum }));
    const newer = { ...wallet, commands: { ...wallet.commands, Take: command(['process'], lifted) } };
    const instance = world.instance();
    const own = instance.own;
    await attend(
      {
        ...instance,
        own,
        process: variant({ sends: [newer] }),
        target: (category) => ({ ...instance.target(category)!, decider: newer as never }),
      },
      'moving-1',
    );
    expect(world.commitsOf('wallet-a').at(-1)?.events).toMatchObject([{ type: 'Taken', data: { amount: 7 } }]);
  });
});

describe('looking back', () => {
  it('finds what a send did, however many commits came after it, and reads nothing where the times tell', async () => {
    const world = await open(
      processWorld(
        sending(() => ({ send: [send(wallet, 'a', 'Take', { amount: 5 })] })),
        [wallet, transfer],
        { idempotencyWindow: 2, snapshotBytes: 1_000 },
      ),
    );
    for (let i = 0; i < 40; i++) await world.ask('wallet-a', 'Add', { amount: 1 });
    world.clock.advance(1_000);
    await world.ask('transfer-1', 'Request', terms);
    const reads = () => world.calls.filter((call) => call === 'store.read').length;
    // Sent, but dead before the outcome is recorded; others are busy on the same wallet, at the same time by the clock.
    await world.deliver(world.instance({ appendingTo: 'wallet-a' }));
    expect((await world.stateOf('moving-1')).sends).toHaveLength(1);
    for (let i = 0; i < 60; i++) await world.ask('wallet-a', 'Add', { amount: 1 });
    await world.settle();
    expect(world.commitsOf('wallet-a').filter(({ command: id }) => id === 'process/moving-1/1/1')).toHaveLength(1);
    expect((await world.stateOf('moving-1')).sends).toHaveLength(0);
    // A later decision: the last commit is older than it, so that nothing need be looked for.
    world.clock.advance(1_000);
    await world.ask('transfer-2', 'Request', terms);
    const before = reads();
    await world.deliver();
    expect(reads() - before).toBe(2);
  });
});

describe('what comes while an instance stands still', () => {
  it('waits when a reaction threw, and is taken up in order', async () => {
    const standing = await requested(
      processWorld(variant({ done: { ...moving.done, added: () => undefined } }), [wallet, transfer]),
    );
    await standing.ask('transfer-1', 'Note', { notes: ['first', 'throw', 'second'] });
    await standing.ask('transfer-1', 'Note', { notes: ['third'] });
    await standing.settle();
    const parked = await standing.stateOf('moving-1');
    expect(parked).toMatchObject({ status: 'parked', parked: { thrown: 'Error: As asked.' }, memory: { notes: ['first'] } });
    expect(parked.deferred).toHaveLength(3);
    expect(standing.log.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'An instance is parked.',
    ]);
    // Resumed as it is, it parks again at the same cause, and nothing is lost.
    await standing.tell({ resume: { ...order, correlation: 'too-early' } });
    expect(await standing.stateOf('moving-1')).toMatchObject({ status: 'parked', memory: { notes: ['first'] } });
    const mended = variant({
      done: { ...moving.done, added: () => undefined },
      on: {
        ...moving.on,
        Noted: (memory: { notes: string[] }, { data }: { data: { note: string } }) => ({
          memory: { ...memory, notes: [...memory.notes, data.note] },
        }),
      },
    });
    const again = processWorld(mended, [wallet, transfer]);
    again.store.restore(standing.store.stored());
    expect(await again.tell({ resume: order })).toEqual([]);
    expect(await again.tell({ resume: order })).toEqual([]);
    await again.settle();
    expect(await again.stateOf('moving-1')).toMatchObject({
      status: 'running',
      deferred: [],
      memory: { notes: ['first', 'throw', 'second', 'third'] },
    });
    expect(typesIn(again.commitsOf('moving-1')).filter((types) => types.includes('InstanceResumed'))).toHaveLength(2);
  });

  it('waits when a refusal has no reaction, until it is retried', async () => {
    const world = await open();
    await world.ask('wallet-b', 'Close');
    const giving = sending((_memory, event: never) => {
      const { data } = event as { data: typeof terms };
      return {
        memory: { id: '1', ...data, notes: [] },
        send: [
          send(wallet, data.to, 'Add', { amount: 1 }),
          send(wallet, data.to, 'Add', { amount: 2 }),
          send(wallet, data.from, 'Take', { amount: 3 }),
        ],
      };
    });
    const stuck = processWorld(giving, [wallet, transfer]);
    stuck.store.restore(world.store.stored());
    await stuck.ask('transfer-1', 'Request', terms);
    await stuck.settle();
    await stuck.ask('transfer-1', 'Note', { notes: ['waits'] });
    await stuck.settle();
    const state = await stuck.stateOf('moving-1');
    // The later one to the same target is not sent behind a refused one; other targets are not held up.
    expect(state).toMatchObject({
      status: 'stuck',
      stuck: [{ number: 1, reason: 'closed' }],
      sends: [{ number: 2 }],
      memory: { notes: [] },
    });
    expect(stuck.commitsOf('wallet-a').at(-1)?.command).toBe('process/moving-1/3/1');
    expect(stuck.log.lines.filter(({ message }) => message === 'An instance is stuck.')).toMatchObject([
      { fields: { to: 'wallet-b', command: 'Add', reason: 'closed' } },
    ]);
    // An order that is delivered twice is one attempt.
    const early = { retry: { ...order, correlation: 'too-early' } };
    for (let i = 0; i < 2; i++) await stuck.tell(early);
    expect(await stuck.stateOf('moving-1')).toMatchObject({ status: 'stuck', stuck: [{ number: 1, attempt: 2 }] });
    await stuck.ask('wallet-b', 'Open');
    await stuck.tell({ retry: order });
    await stuck.settle();
    expect(await stuck.stateOf('moving-1')).toMatchObject({
      status: 'running',
      stuck: [],
      sends: [],
      memory: { notes: ['waits'] },
    });
    expect(
      stuck
        .commitsOf('wallet-b')
        .map(({ command: id }) => id)
        .slice(-2),
    ).toEqual(['process/moving-1/1/3', 'process/moving-1/2/1']);
  });

  it('is dropped when somebody resolves it by hand, with the reason on record', async () => {
    const world = await open();
    await world.ask('transfer-1', 'Request', terms);
    // Taken from a, then both are closed: neither the transfer nor the way back is possible.
    await world.deliver(world.instance({ appendingTo: 'wallet-a' }));
    for (const name of ['a', 'b']) await world.ask(`wallet-${name}`, 'Close');
    await world.settle();
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'stuck', stuck: [{ to: 'wallet-a', reason: 'closed' }] });
    await world.tell({ resolve: order });
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'resolved', deadlines: {} });
    expect(world.commitsOf('moving-1').at(-1)).toMatchObject({
      meta: { actor: 'olga' },
      events: [{ type: 'InstanceResolved', data: { why: 'Seen to.', by: 'olga' } }, { type: 'Ended' }, { type: 'StepEnded' }],
    });
    expect(world.deadlines.items()).toEqual([]);
  });

  it("is left alone when the instance is over, but for the outcomes of its commands; one that is refused then is somebody's business", async () => {
    const process = sending(() => ({
      send: [send(wallet, 'a', 'Take', { amount: 1_000 }, { refused: 'notTaken' })],
      end: 'given up',
    }));
    const world = await requested(processWorld(process, [wallet, transfer]));
    await world.settle();
    await world.ask('transfer-1', 'Note', { notes: ['too late'] });
    await world.settle();
    expect(await world.stateOf('moving-1')).toMatchObject({
      status: 'stuck',
      ended: 'given up',
      stuck: [{ reason: 'insufficient' }],
      memory: { notes: [] },
    });
    await world.tell({ resolve: order });
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'given up' });
  });
});

describe('what cannot be decided', () => {
  it.each<[string, object, string]>([
    [
      'a reaction that is not declared',
      { send: [send(wallet, 'a', 'Take', { amount: 1 }, { done: 'nothing' })] },
      "There is no 'nothing' in `done`",
    ],
    [
      'a target that is not declared',
      { send: [{ to: 'stock-1', command: { type: 'Take', data: {} } }] },
      'no aggregate of that category',
    ],
    [
      'data that does not fit',
      { send: [{ to: 'wallet-a', command: { type: 'Take', data: { amount: -1 } } }] },
      'does not fit its schema',
    ],
    ['a deadline of no name', { set: [{ name: 'doom', at: '2030-01-01T00:00:00.000Z' }] }, "There is no 'doom' in `due`"],
    ['a deadline in the past', { set: [{ name: 'patience', at: '2020-01-01T00:00:00.000Z' }] }, 'not later than its cause'],
    ['a deadline at no instant', { set: [{ name: 'patience', at: 'tomorrow' }] }, 'no instant'],
    ['memory of another form', { memory: { id: 5 } }, 'does not fit its schema'],
    [
      'memory that no table takes',
      { memory: { id: '1', from: 'a', to: 'b', amount: 1, notes: ['\ud800'] } },
      'half of a surrogate pair',
    ],
    ['more than one commit takes', { memory: { id: 'x'.repeat(500_000), from: 'a', to: 'b', amount: 1, notes: [] } }, 'TooLarge'],
  ])('parks the instance: %s', async (_, reaction, says) => {
    const world = await requested(
      processWorld(
        sending(() => reaction as never),
        [wallet, transfer],
      ),
    );
    await world.settle();
    const { status, parked } = await world.stateOf('moving-1');
    expect(status).toBe('parked');
    expect(parked?.thrown).toContain(says);
  });

  it('is tried again where only a newer release can read it', async () => {
    const older = variant({
      from: [{ category: 'transfer', events: { ...transfer.events, Requested: { ...transfer.events.Requested, readable: 0 } } }],
    });
    const world = await requested(processWorld(older, [wallet, transfer]));
    expect(
      await reactBatch(world.instance(), [{ id: 'r', delivered: world.toDelivered(world.commitsOf('transfer-1')[0]!) }]),
    ).toEqual(['r']);
    expect([world.commitsOf('moving-1'), world.cursors.items.size]).toEqual([[], 0]);
  });
});

describe('source streams', () => {
  it('are taken in order, each commit once, with gaps filled from the table, by pointers too', async () => {
    const world = await requested(
      processWorld(
        variant({ done: {}, on: { ...moving.on, Requested: (memory: object) => ({ memory: { ...memory, id: '1' } }) } }),
        [wallet, transfer],
      ),
    );
    for (const note of ['1', '2', '3']) await world.ask('transfer-1', 'Note', { notes: [note, `${note}b`] });
    const commits = world.commitsOf('transfer-1');
    const delivered = (n: number) => ({
      id: String(n),
      delivered: n === 2 ? toPointer(commits[1]!) : world.toDelivered(commits[n - 1]!),
    });
    for (const n of [3, 2, 4, 2, 3, 1]) expect(await reactBatch(world.instance(), [delivered(n)])).toEqual([]);
    const state = await world.stateOf('moving-1');
    expect(state.memory).toMatchObject({ notes: ['1', '1b', '2', '2b', '3', '3b'] });
    // One decision for all events of a commit.
    expect(world.commitsOf('moving-1').map(({ command: id }) => id)).toEqual(
      [1, 2, 3, 4].map((n) => `process/moving/transfer-1/${n}`),
    );
    expect(world.cursors.items.get('transfer-1')).toBe(4);
  });

  it('are taken by several at once without one taking the cursor back', async () => {
    const world = await requested();
    for (const note of ['1', '2']) await world.ask('transfer-1', 'Note', { notes: [note] });
    const instance = world.instance();
    const [first, , last] = world.commitsOf('transfer-1');
    // Another one is through with all of it, just when this one is through with the first.
    const move: typeof instance.cursors.move = async (...given) => {
      await reactBatch(world.instance(), [{ id: 'last', delivered: world.toDelivered(last!) }]);
      return instance.cursors.move(...given);
    };
    const slow = { ...instance, cursors: { ...instance.cursors, move } };
    expect(await reactBatch(slow, [{ id: 'first', delivered: world.toDelivered(first!) }])).toEqual([]);
    expect(world.cursors.items.get('transfer-1')).toBe(3);
  });

  it('count from the time of the process on, and what was imported never', async () => {
    const world = await open();
    for (let i = 0; i < 60; i++) await world.ask('transfer-1', 'Note', { notes: [String(i)] });
    const since = new Date(world.clock.now() + 1).toISOString();
    world.clock.advance(minute);
    await world.ask('transfer-1', 'Request', terms);
    const all = world.store.stored().map((commit) => (commit.stream === 'transfer-1' && commit.commit === 61 ? commit : commit));
    const late = processWorld(variant({ since }), [wallet, transfer]);
    late.store.restore(all);
    late.clock.set(world.clock.now());
    const reads = late.calls.length;
    await late.deliver(late.instance(), (commits) => commits.filter(({ commit }) => commit === 61));
    expect(await late.stateOf('moving-1')).toMatchObject({ ended: 'completed', memory: { notes: [] } });
    const finds = late.calls.slice(reads).filter((call) => call === 'store.find').length;
    expect([finds > 0, finds < 8]).toEqual([true, true]);
    const short = processWorld(variant({ since }), [wallet, transfer]);
    short.store.restore(
      all.filter(({ stream, commit }) => stream.startsWith('wallet') || (stream === 'transfer-1' && commit <= 5)),
    );
    await short.deliver();
    expect([short.commitsOf('moving-1'), short.cursors.items.get('transfer-1')]).toEqual([[], 5]);
    const imported = processWorld(moving, [wallet, transfer]);
    imported.store.restore(all.map((commit) => (commit.stream === 'transfer-1' ? { ...commit, imported: 'elsewhere' } : commit)));
    await imported.deliver();
    expect([imported.commitsOf('moving-1'), imported.cursors.items.get('transfer-1')]).toEqual([[], 61]);
  });
});

describe('deadlines', () => {
  const waiting = async () => {
    const world = await requested(
      processWorld(
        variant({
          done: {},
          on: {
            ...moving.on,
            Requested: (memory: object, { at }: { at: string }) => ({
              memory: { ...memory, id: '1' },
              set: [{ name: 'patience', at: new Date(Date.parse(at) + 30 * minute).toISOString() }],
            }),
          },
        }),
        [wallet, transfer],
      ),
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
      { due: { instance: 'moving-1', name: 'patience', setBy: 1 } },
    ]);
    expect(world.deadlines.items()).toEqual([{ instance: 'moving-1', name: 'patience', setBy: 1, at }]);
    expect(await world.tell(message)).toEqual(['message']);
    world.clock.advance(31 * minute);
    for (let i = 0; i < 3; i++) expect(await world.tell(message)).toEqual([]);
    expect(typesIn(world.commitsOf('moving-1')).slice(1)).toEqual(['Reacted Remembered Delayed StepEnded']);
    expect(await world.stateOf('moving-1')).toMatchObject({ memory: { late: true }, deadlines: {} });
    expect(world.deadlines.items()).toEqual([]);
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

  it('that were set anew fire at the new time alone', async () => {
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
    const messages = await overdueDeadlines(world.deadlines, before, 10);
    expect(messages).toEqual([{ due: { instance: 'moving-1', name: 'patience', setBy: 1 } }]);
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

describe('what stands open too long', () => {
  it('is told from the last commit of an instance alone', async () => {
    const world = await requested();
    // Decided, and dead before anything is sent.
    await world.deliver(world.instance({ appendingTo: 'moving-1' }));
    const [decision] = world.commitsOf('moving-1');
    expect([openTooLong(decision!, '2026-11-21T12:00:00.000Z'), openTooLong(decision!, '2026-11-21T12:00:00.001Z')]).toEqual([
      false,
      true,
    ]);
    // Imported, it is left alone: what it decided took effect somewhere else.
    const imported = { ...world.toDelivered(decision!), imported: 'elsewhere' };
    expect(await reactBatch(world.instance(), [{ id: 'imported', delivered: imported }])).toEqual([]);
    expect(world.commitsOf('moving-1')).toHaveLength(1);
    // As the sweep sends it.
    expect(await reactBatch(world.instance(), [{ id: 'swept', delivered: toPointer(decision!) }])).toEqual([]);
    expect(await world.stateOf('moving-1')).toMatchObject({ ended: 'completed' });
    expect(openTooLong(world.commitsOf('moving-1').at(-1)!, '2026-11-21T13:00:00.000Z')).toBe(false);
  });
});
