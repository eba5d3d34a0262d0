import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { type AnyProcess, send } from '../../../lib/core/process/process.ts';
import { messageIn } from '../../../lib/engine/process/messages.ts';
import type { ProcessMessage } from '../../../lib/engine/process/ports.ts';
import { type ProcessWorld, processWorld } from '../../support/examples/attending.ts';
import { operator } from '../../support/examples/commanding.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';

const terms = { from: 'a', to: 'b', amount: 30 };
const traceparent = (n: number) => `00-${String(n).repeat(32)}-${String(n).repeat(16)}-01`;
const [ofRequest, ofNotes, ofLater, ofOrder] = [1, 2, 3, 4].map(traceparent) as [string, string, string, string];
const order = { instance: 'moving-1', reason: 'Seen to.', by: 'olga', correlation: 'by-hand', traceparent: ofOrder };
const add = (amount: number) => send(wallet, 'b', 'Add', { amount });

/** Sends something when its patience ends, and when a person resolves it. */
const sending = (over: object = {}): AnyProcess =>
  ({
    ...moving,
    onDone: { ...moving.onDone, added: () => undefined },
    onDeadline: { patience: () => ({ raise: [{ type: 'Delayed', data: { by: 'now' } }], send: [add(7)] }) },
    onResolved: () => ({ send: [add(9)] }),
    ...over,
  }) as never;
const worldOf = (process: AnyProcess) => processWorld(process, [wallet, transfer]);
const open = async (world: ProcessWorld) => {
  for (const name of ['a', 'b']) {
    await world.ask(`wallet-${name}`, 'Open');
    await world.ask(`wallet-${name}`, 'Add', { amount: 100 });
  }
};
/** As it comes through the queue. */
const tell = (world: ProcessWorld, message: ProcessMessage) => world.tell(messageIn(JSON.parse(JSON.stringify(message)))!);

/** Accepts every note, as the fixed release does. */
const Noted = (memory: { notes: string[] }, { data }: { data: { note: string } }) => ({
  memory: { ...memory, notes: [...memory.notes, data.note] },
});

/** All parts of a commit that have a correlation id, at any depth. */
const trailsIn = (value: unknown): readonly object[] => {
  if (typeof value !== 'object' || value === null) return [];
  return [...('correlation' in value ? [value] : []), ...Object.values(value).flatMap(trailsIn)];
};

/** If a request's commit has a trace context, everything with its correlation id has it too, and nothing else has one. */
const expectOneTraceEach = (commits: readonly Commit[]) => {
  const asked = commits.filter(({ command }) => command.startsWith('request/'));
  const traces = new Map(asked.map(({ meta }) => [meta.correlation, meta.traceparent]));
  traces.set(order.correlation, order.traceparent);
  for (const trail of commits.flatMap(trailsIn)) {
    const { correlation, traceparent } = trail as { correlation: string; traceparent?: string };
    expect([correlation, traceparent]).toEqual([correlation, traces.get(correlation)]);
    expect(Object.hasOwn(trail, 'traceparent')).toBe(traceparent !== undefined);
  }
};
const addedTo = (world: ProcessWorld, amount: number) =>
  world.commitsOf('wallet-b').find(({ events: [event] }) => (event?.data as { amount?: number })?.amount === amount)?.meta;

describe("a request's trace", () => {
  it('goes with its correlation through steps, sends, deadlines, and what waited while the instance stood still', async () => {
    const standing = worldOf(sending());
    await open(standing);
    await standing.ask('transfer-1', 'Request', terms, operator, ofRequest);
    await standing.settle();
    await standing.ask('transfer-1', 'Note', { notes: ['first', 'throw', 'second'] }, operator, ofNotes);
    await standing.ask('transfer-1', 'Note', { notes: ['third'] });
    await standing.ask('transfer-1', 'Note', { notes: ['fourth'] }, operator, ofLater);
    await standing.settle();
    expect(await standing.stateOf('moving-1')).toMatchObject({ status: 'parked', deferred: { length: 3 } });

    const world = worldOf(sending({ on: { ...moving.on, Noted } }));
    world.store.restore(standing.store.stored());
    await tell(world, { resume: order });
    world.clock.advance(31 * 60_000);
    await tell(world, { due: { instance: 'moving-1', name: 'patience', setBy: 1 } });
    await world.settle();

    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'running', sends: [], memory: { notes: { length: 5 } } });
    expect(addedTo(world, 30)).toMatchObject({ traceparent: ofRequest });
    // The cause is the request that set the deadline, whatever came last.
    expect(addedTo(world, 7)).toMatchObject({ traceparent: ofRequest });
    const commits = world.commitsOf('moving-1');
    const raised = commits.find(({ events }) => events.some(({ type }) => type === 'Delayed'));
    expect(raised?.meta).toMatchObject({ traceparent: ofRequest });
    const resumed = commits.find(({ events }) => events.some(({ type }) => type === 'InstanceResumed'));
    expect(resumed?.meta).toMatchObject({ actor: 'olga', traceparent: ofOrder });
    // Every one of them came into an instance's stream.
    const seen = new Set(commits.flatMap(trailsIn).map((trail) => (trail as { traceparent?: string }).traceparent));
    expect(seen).toEqual(new Set([ofRequest, ofNotes, undefined, ofLater, ofOrder]));
    expectOneTraceEach(world.store.stored());
  });

  it('is kept in a deadline whose reaction threw, in an outcome that came meanwhile, and in portions of what waited', async () => {
    const throwing = () => {
      throw new Error('As asked.');
    };
    const standing = worldOf(sending({ onDeadline: { patience: throwing } }));
    await open(standing);
    await standing.ask('transfer-1', 'Request', terms, operator, ofRequest);
    // It dies with its command unsent, and is next looked at when its patience has ended.
    await standing.deliver(standing.instance({ appendingTo: 'wallet-a' }));
    standing.clock.advance(31 * 60_000);
    await tell(standing, { due: { instance: 'moving-1', name: 'patience', setBy: 1 } });
    const notes = Array.from({ length: 30 }, (_, i) => `note ${i}`);
    await standing.ask('transfer-1', 'Note', { notes }, operator, ofNotes);
    await standing.settle();
    const { parked, deferred } = await standing.stateOf('moving-1');
    expect([Object.keys(parked?.cause ?? {}), Object.keys(deferred[0] ?? {})]).toEqual([['due'], ['outcome']]);
    expectOneTraceEach(standing.store.stored());

    const world = worldOf(sending({ on: { ...moving.on, Noted } }));
    world.store.restore(standing.store.stored());
    await tell(world, { resume: order });
    await world.settle();
    const commits = world.commitsOf('moving-1');
    expect(commits.find(({ command }) => command.includes('/continue/'))?.meta).toMatchObject({ traceparent: ofNotes });
    expect([addedTo(world, 7), addedTo(world, 30)]).toMatchObject([{ traceparent: ofRequest }, { traceparent: ofRequest }]);
    expectOneTraceEach(world.store.stored());
  });

  it.each<[string, ProcessMessage, number]>([
    ['retries', { retry: order }, 30],
    ['resolves', { resolve: order }, 9],
  ])('is that of what was refused when somebody %s it, whatever trace the order has', async (_, message, amount) => {
    const world = worldOf(sending({ onDone: { taken: () => ({ send: [send(wallet, 'b', 'Add', { amount: 30 })] }) } }));
    await open(world);
    await world.ask('wallet-b', 'Close');
    await world.ask('transfer-1', 'Request', terms, operator, ofRequest);
    await world.settle();
    expect(await world.stateOf('moving-1')).toMatchObject({
      status: 'stuck',
      stuck: [{ reason: 'closed', traceparent: ofRequest }],
    });
    await world.ask('wallet-b', 'Open', {}, operator, ofLater);
    await tell(world, message);
    await world.settle();
    const ordered = world.commitsOf('moving-1').find(({ meta }) => meta.actor === 'olga');
    expect(ordered?.meta).toMatchObject({ correlation: 'by-hand', traceparent: ofOrder });
    expect(addedTo(world, amount)).toMatchObject({ actor: 'moving', traceparent: ofRequest });
    expectOneTraceEach(world.store.stored());
  });
});
