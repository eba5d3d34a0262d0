import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, fold } from '../../../lib/core/decider.ts';
import type { Message } from '../../../lib/core/message.ts';
import { processDecider } from '../../../lib/core/process/decider.ts';
import type { Cause } from '../../../lib/core/process/events.ts';
import type { Instance } from '../../../lib/core/process/instance.ts';
import { type AnyProcess, type Reaction, type Resolution, send } from '../../../lib/core/process/process.ts';
import { readInstance } from '../../../lib/engine/operate/processes.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';
import { type ProcessWorld, processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';
import { open, order, terms, typesIn, variant } from '../../support/examples/transferring.ts';

type Resolved = (memory: never, resolution: Resolution) => Reaction<unknown> | undefined;

const settles: Resolved = (_, { instance, by, why }) => ({
  memory: { ...moving.initial, id: `${by}: ${why}` },
  send: [send(transfer, instance, 'Settle', { how: 'by hand' })],
});
const throws: Resolved = () => {
  throw new Error('Nobody knows.');
};
const resolvingBy = (resolved: Resolved, over: object = {}): AnyProcess => variant({ onResolved: resolved, ...over });
const worldOf = (process: AnyProcess) => processWorld(process, [wallet, transfer]);
/** The same tables under another release. */
const releasedAs = (process: AnyProcess, world: ProcessWorld) => {
  const released = worldOf(process);
  released.store.restore(world.store.stored());
  return released;
};
const again = { ...order, correlation: 'once-more' };

/** Taken from a, then both are closed: neither the transfer nor the way back is possible. */
const stuck = async (resolved: Resolved) => {
  const world = await open(worldOf(resolvingBy(resolved)));
  await world.ask('transfer-1', 'Request', terms);
  await world.deliver(world.instance({ appendingTo: 'wallet-a' }));
  for (const name of ['a', 'b']) await world.ask(`wallet-${name}`, 'Close');
  await world.settle();
  expect((await world.stateOf('moving-1')).status).toBe('stuck');
  return world;
};
const parked = async (process: AnyProcess) => {
  const world = await open(worldOf(process));
  await world.ask('transfer-1', 'Note', { notes: ['throw'] });
  await world.settle();
  expect(await world.stateOf('moving-1')).toMatchObject({ status: 'parked', memory: moving.initial });
  return world;
};
const settledIn = (world: ProcessWorld) => typesIn(world.commitsOf('transfer-1')).filter((types) => types.includes('Settled'));
const report = ({ instance }: ProcessWorld, process: AnyProcess) =>
  readInstance(
    { processes: [{ process, queueName: 'q', queue: memoryQueue(), loading: { ...instance().own, log: memoryLog() } }] },
    { process: 'moving', instance: '1' },
  );

describe('the reaction when a stuck instance is resolved by hand', () => {
  it('is decided in the same commit, sent like any other command, and the instance is over', async () => {
    const world = await stuck(settles);
    const request = world.commitsOf('transfer-1').at(-1)!;
    for (const message of [order, order]) expect(await world.tell({ resolve: message })).toEqual([]);
    await world.settle();
    expect(typesIn(world.commitsOf('moving-1')).slice(-2)).toEqual([
      'InstanceResolved Reacted Remembered Ended StepEnded',
      'CommandDone StepEnded',
    ]);
    expect(await world.stateOf('moving-1')).toMatchObject({
      status: 'ended',
      ended: 'resolved',
      sends: [],
      stuck: [],
      deadlines: {},
      memory: { id: 'olga: Seen to.' },
    });
    expect(settledIn(world)).toEqual(['Settled']);
    // Part of what the instance was part of, and not of the order's correlation.
    expect(world.commitsOf('transfer-1').at(-1)?.meta).toMatchObject({
      actor: 'moving',
      correlation: request.meta.correlation,
    });
    expect(world.deadlines.items()).toEqual([]);
  });

  it('is described in the words of its story', async () => {
    const world = await stuck(settles);
    await world.tell({ resolve: order });
    const { steps, waits } = await report(world, resolvingBy(settles));
    expect(steps.at(-2)?.says).toBe(
      'is resolved by olga: Seen to.; on being resolved by hand: sends Settle to transfer-1; ends: resolved',
    );
    expect(waits).toEqual([]);
  });

  it('may give the end another name, and be nothing but that', async () => {
    const world = await stuck(() => ({ end: 'written off' }));
    await world.tell({ resolve: order });
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'written off' });
    const nothing = await stuck(() => undefined);
    await nothing.tell({ resolve: order });
    expect(await nothing.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'resolved' });
  });

  it('takes effect once, wherever the function dies that carries it out', async () => {
    const world = await stuck(settles);
    let call = 0;
    for (let died = true; died; ) {
      call += 1;
      for (const after of [false, true]) {
        const dying = releasedAs(resolvingBy(settles), world);
        died = (await dying.tell({ resolve: order }, dying.instance({ call, after }))).length > 0;
        expect(await dying.tell({ resolve: order })).toEqual([]);
        await dying.settle();
        expect(settledIn(dying)).toEqual(['Settled']);
        expect(await dying.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'resolved', sends: [] });
      }
    }
    // Reads, the decision, the command, its outcome.
    expect(call).toBeGreaterThan(5);
  });

  it('knows whose instance it is even where that was parked at its first event', async () => {
    const world = await parked(resolvingBy(settles));
    await world.tell({ resolve: order });
    await world.settle();
    expect(settledIn(world)).toEqual(['Settled']);
  });
});

describe('a reaction to a resolution whose command is refused', () => {
  const refusing: Resolved = (_, { instance }) => ({
    send: [
      send(wallet, 'a', 'Take', { amount: 1 }),
      send(wallet, 'a', 'Close', {}),
      send(transfer, instance, 'Settle', { how: 'x' }),
    ],
  });

  it('leaves the instance stuck, and a second resolution ends it without deciding anything again', async () => {
    const world = await stuck(refusing);
    await world.tell({ resolve: order });
    await world.settle();
    expect(await world.stateOf('moving-1')).toMatchObject({
      status: 'stuck',
      ended: 'resolved',
      stuck: [{ to: 'wallet-a', reason: 'closed' }],
    });
    expect(settledIn(world)).toEqual(['Settled']);
    await world.tell({ resolve: again });
    await world.settle();
    expect(typesIn(world.commitsOf('moving-1')).at(-1)).toBe('InstanceResolved StepEnded');
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', stuck: [], sends: [] });
    expect(settledIn(world)).toEqual(['Settled']);
    expect(world.commitsOf('wallet-a').filter(({ command }) => command.startsWith('process/moving-1/'))).toHaveLength(3);
  });

  it('is sent after all where what was refused first had been open before', async () => {
    // Two that are refused go to the transfer, and the reaction to the first throws: the second is open when the instance is resolved.
    const process = resolvingBy(settles, {
      on: {
        ...moving.on,
        Requested: () => ({
          send: [
            send(wallet, 'a', 'Take', { amount: 1_000 }, { refused: 'notTaken' }),
            send(transfer, '1', 'Settle', { how: 'first' }),
          ],
        }),
      },
      onRefused: { ...moving.onRefused, notTaken: throws },
    });
    const world = await open(worldOf(process));
    const held = world.instance();
    const target: typeof held.target = (category) => (category === 'transfer' ? undefined : held.target(category));
    await world.ask('transfer-1', 'Request', terms);
    await world.deliver({ ...held, target });
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'parked', sends: [{ number: 2 }] });
    await world.ask('transfer-1', 'Note', { notes: ['waits'] });
    await world.tell({ resolve: order }, { ...held, target });
    // The older command is refused, which nothing follows on any more: ours waits behind it, for a person.
    const closing = releasedAs(process, world);
    const refusing = (category: string) => {
      const real = closing.instance().target(category);
      const decider = real && {
        ...real.decider,
        decide: { ...real.decider.decide, Settle: (() => ({ refused: 'no' })) as never },
      };
      return real && { ...real, decider: decider! };
    };
    await closing.tell({ attend: { instance: 'moving-1' } }, { ...closing.instance(), target: refusing });
    expect(await closing.stateOf('moving-1')).toMatchObject({ status: 'stuck', stuck: [{ number: 2 }], sends: [{ number: 3 }] });
    expect((await report(closing, process)).waits).toMatchObject([
      { for: 'outcome', to: 'transfer-1' },
      { for: 'person', status: 'stuck' },
    ]);
    // The transfer cannot be reached: the instance waits for the outcome, and not for an operator any more.
    await closing.tell({ resolve: again }, { ...closing.instance(), target });
    expect((await report(closing, process)).waits).toMatchObject([{ for: 'outcome', to: 'transfer-1', command: 'Settle' }]);
    await closing.tell({ attend: { instance: 'moving-1' } });
    await closing.settle();
    expect(await closing.stateOf('moving-1')).toMatchObject({ status: 'ended', stuck: [], sends: [] });
    expect(settledIn(closing)).toEqual(['Settled']);
  });
});

describe('a reaction to a resolution that throws', () => {
  const large: Resolved = () => ({ memory: { ...moving.initial, notes: ['x'.repeat(500_000)] } });

  it.each([
    ['throws', throws, 'Error: Nobody knows.'],
    ['comes to what no table takes', large, expect.stringContaining('TooLarge')],
  ])('parks the instance where it %s, and a mended release takes it up', async (_, resolved, thrown) => {
    const world = await stuck(resolved);
    await world.tell({ resolve: order });
    await world.ask('transfer-1', 'Note', { notes: ['meanwhile'] });
    await world.settle();
    const state = await world.stateOf('moving-1');
    expect(state).toMatchObject({ status: 'parked', stuck: [], parked: { thrown } });
    expect(state.deferred).toHaveLength(1);
    const mended = releasedAs(resolvingBy(settles), world);
    await mended.tell({ resume: { ...again, reason: 'Mended.' } });
    await mended.settle();
    expect(await mended.stateOf('moving-1')).toMatchObject({
      status: 'ended',
      ended: 'resolved',
      // The actor is the one who resolved it, and not the one who resumed it.
      memory: { id: 'olga: Seen to.', notes: [] },
    });
    expect(settledIn(mended)).toEqual(['Settled']);
  });

  it.each([
    ['throws', throws],
    ['comes to what no table takes', large],
  ])('locks nobody out: a second resolution ends it where it still %s', async (_, resolved) => {
    const world = await stuck(resolved);
    await world.tell({ resolve: order });
    await world.tell({ resume: { ...order, correlation: 'too-early' } });
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'parked' });
    await world.tell({ resolve: again });
    await world.settle();
    expect(typesIn(world.commitsOf('moving-1')).at(-1)).toBe('InstanceResolved Ended StepEnded');
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'resolved', deadlines: {}, sends: [] });
    expect(settledIn(world)).toEqual([]);
  });

  it('runs at a second resolution once it is fixed', async () => {
    const world = await stuck(throws);
    await world.tell({ resolve: order });
    const mended = releasedAs(resolvingBy(settles), world);
    await mended.tell({ resolve: again });
    await mended.settle();
    expect(await mended.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'resolved' });
    expect(settledIn(mended)).toEqual(['Settled']);
  });
});

describe('any history of an instance', () => {
  const at = '2026-11-21T12:00:00.000Z';
  const event = (type: string, data: object, version: number): Cause => {
    const place = { id: `transfer-1/${version}`, stream: 'transfer-1', version, commit: version, at };
    return { event: { ...place, type, v: 1, data, actor: 'olga', correlation: 'c', causation: 'r' } };
  };
  const happening = fc.constantFrom('request', 'note', 'throw', 'done', 'refused', 'due', 'resume', 'retry', 'resolve');
  const byHand = { by: 'olga', why: 'Seen to.' };

  it('two resolutions end it, and what follows is decided once at most, or else has thrown both times', () =>
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 25 }), fc.boolean(), fc.boolean(), (happenings, first, second) => {
        let version = 0;
        const stepsOf = (what: (typeof happenings)[number], { sends, deadlines }: Instance): Message => {
          version += 1;
          const react = (cause: Cause) => ({ type: 'React', data: { causes: [cause] } });
          const outcomes = sends.slice(0, 1).map(({ number, attempt }) => {
            const refused = what === 'refused' && { refused: { reason: 'closed' } };
            return { number, attempt, commit: version, at, ...refused };
          });
          const due = Object.values(deadlines).map(({ name, setBy }) => ({ name, setBy }));
          if (what === 'request') return react(event('Requested', terms, version));
          if (what === 'note' || what === 'throw') return react(event('Noted', { note: what }, version));
          if (what === 'done' || what === 'refused') return { type: 'Answer', data: { outcomes } };
          if (what === 'due') return { type: 'Due', data: { due } };
          return { type: { resume: 'Resume', retry: 'Retry', resolve: 'Resolve' }[what], data: byHand };
        };
        const reacted: object[] = [];
        const ends: unknown[] = [];
        const take = (process: AnyProcess, instance: Instance, step: Message): Instance => {
          const decider = processDecider(process);
          const context = {
            id: '1',
            actor: { id: 'moving', kind: 'process', roles: [] },
            at: '2026-11-21T13:00:00.000Z',
          } as const;
          const events = decide(decider, instance, step, context) as readonly Message[];
          for (const { type, data } of events) {
            if (type === 'Ended') ends.push(data);
            if (type === 'Reacted' && 'resolved' in (data as { occasion: object }).occasion) reacted.push(data as object);
          }
          return fold(decider, instance, events) as Instance;
        };
        const [before, after] = [first, second].map((works) => resolvingBy(works ? settles : throws)) as [AnyProcess, AnyProcess];
        let instance = processDecider(before).initial as Instance;
        for (const what of happenings) instance = take(before, instance, stepsOf(what, instance));
        const { status, ended } = instance;
        const stood = status === 'stuck' || status === 'parked';
        for (let i = 0; i < 2; i++) instance = take(after, instance, { type: 'Resolve', data: byHand });
        if (stood) expect(instance.status).toBe('ended');
        expect(reacted.length).toBeLessThanOrEqual(1);
        expect(ends.length).toBeLessThanOrEqual(1);
        if (stood && ended === undefined) expect(reacted).toHaveLength(second ? 1 : 0);
      }),
      { numRuns: 300 },
    ));
});
