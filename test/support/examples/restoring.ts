import { announcersOf, isAnnounced } from '../../../lib/core/announcer.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { eventLog } from '../../../lib/core/event-log.ts';
import type { AnyProcess } from '../../../lib/core/process/process.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { parseStream } from '../../../lib/core/stream.ts';
import type { Delivered } from '../../../lib/engine/delivery/delivered.ts';
import { sweep } from '../../../lib/engine/operate/sweep.ts';
import { processTargets, sendOverdue } from '../../../lib/engine/operate/sweep-processes.ts';
import { targetOf } from '../../../lib/engine/operate/sweep-target.ts';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import type { Deadline } from '../../../lib/engine/process/ports.ts';
import { type Resetting, type Restored, resetToRestored } from '../../../lib/engine/restore/reset.ts';
import { sweepSettings } from '../../../lib/engine/settings.ts';
import { kindOf, withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { carryOutBatch, type Order } from '../../../lib/engine/view/orders.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { announcing } from '../../../lib/engine/view/public-events.ts';
import { memoryBus } from '../../../lib/testing/memory/bus.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryScanner, memorySweepPlaces } from '../../../lib/testing/memory/sweep.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { type Death, processWorld } from './attending.ts';
import { moving, transfer, wallet } from './moving.ts';

const minute = 60_000;

const told = { ...wallet, publishes: ['Added'] } as AnyDecider;
const manifest = { aggregates: [told, transfer as AnyDecider], processes: [moving as unknown as AnyProcess] };

type Amount = Readonly<{ data: Readonly<{ amount: number }> }>;
const opening = { Opened: () => ({ balance: 0, moves: 0 }) };
type Row = Readonly<{ balance: number; moves: number }>;
const move =
  (sign: number) =>
  (row: Row, { data }: Amount) => ({ balance: row.balance + sign * data.amount, moves: row.moves + 1 });

const wallets = {
  kind: 'row-per-stream',
  name: 'wallets',
  revision: 1,
  from: wallet,
  may: ['operator'],
  on: { ...opening, Added: move(1), Taken: move(-1) },
} as unknown as AnyProjection;

const moves = {
  kind: 'rows-per-stream',
  name: 'moves',
  revision: 1,
  from: wallet,
  may: ['operator'],
  initial: {},
  on: Object.fromEntries(
    ['Added', 'Taken'].map((type) => [
      type,
      (memory: object, { data, version }: Amount & Readonly<{ version: number }>) => ({
        memory,
        rows: { [`n${version}`]: { type, amount: data.amount } },
      }),
    ]),
  ),
} as unknown as AnyProjection;

const total = {
  kind: 'shared-rows',
  name: 'total',
  revision: 1,
  from: wallet,
  may: ['operator'],
  initial: { balance: 0, moves: 0 },
  on: { ...opening, Added: move(1), Taken: move(-1) },
  shares: ({ balance }: Row) => ({ all: { sums: { balance } } }),
} as unknown as AnyProjection;

const lines = eventLog([wallet], { may: ['operator'] }) as unknown as AnyProjection;

/** The contents of a table at some moment. */
export type Moment = Readonly<{ commits: number; cursors: ReadonlyMap<string, number>; deadlines: readonly Deadline[] }>;

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* [...items];
}

/** A deployment in memory whose tables can be restored, each to another moment: wallets, transfers by a process, each kind of view, public events. */
export const restorable = () => {
  const world = processWorld(moving, [told, transfer]);
  const { store, clock, log, cursors, deadlines, keys } = world;
  const bus = memoryBus();
  const [announcer] = announcersOf(manifest) as [AnyProjection];
  const consumers = [wallets, moves, total, lines, announcer].map((projection) => ({
    projection,
    view: withCursors(projection, memoryView()),
    queue: memoryQueue(),
  }));
  const processQueue = memoryQueue();
  const places = memorySweepPlaces();
  const projecting = ({ projection, view }: (typeof consumers)[number]) =>
    projection === announcer
      ? announcing({ projection, store, view, bus, clock, keys, log })
      : { projection, store, view, clock, log };
  const delivered = (commit: Commit): Delivered => ({ ...commit, types: commit.events.map(({ type }) => type) });
  const handles = ({ on, from }: AnyProjection, { stream, events }: Commit) =>
    [from].flat().some(({ category }) => category === parseStream(stream)?.category) && events.some(({ type }) => type in on);

  /** Delivers what was stored from a place on to all views, and public events. */
  let published = 0;
  const project = async () => {
    const news = store.stored().slice(published);
    published += news.length;
    for (const consumer of consumers) {
      const own = news.filter((commit) => handles(consumer.projection, commit));
      await projectBatch(
        projecting(consumer),
        own.map((commit, i) => ({ id: String(i), delivered: delivered(commit) })),
      );
    }
  };

  const react = async (death?: Death) => {
    await world.deliver(world.instance(death));
  };

  /** Processes the messages in the queues, as far as that succeeds. */
  const takeQueues = async () => {
    for (const consumer of consumers) {
      const sent = consumer.queue.sent.splice(0) as (Order | { detail: Delivered })[];
      const orders = sent.flatMap((said, i) => ('detail' in said ? [] : [{ id: String(i), order: said }]));
      const deliveries = sent.flatMap((said, i) => ('detail' in said ? [{ id: String(i), delivered: said.detail }] : []));
      await projectBatch(projecting(consumer), deliveries);
      await carryOutBatch({ ...projecting(consumer), view: consumer.view }, orders);
    }
    const sent = processQueue.sent.splice(0);
    await reactBatch(
      world.instance(),
      sent.map((said, i) =>
        'detail' in said ? { id: String(i), delivered: said.detail as Delivered } : { id: String(i), message: said as never },
      ),
    );
  };

  const swept = { process: moving as unknown as AnyProcess, cursors, queue: processQueue };
  const sweeping = {
    scanner: memoryScanner(store),
    store,
    places,
    targets: [
      ...processTargets(swept, { store, clock }),
      ...consumers.map(({ projection, view, queue }) =>
        targetOf({ subscription: projection, view, queue, ...(projection === announcer && { isFor: isAnnounced(manifest) }) }),
      ),
    ],
    clock,
    log,
    settings: { ...sweepSettings, segments: 1 },
  };
  /** One pass of the sweep a while later. Answers how many cursors were beyond their streams. */
  const sweepOnce = async (): Promise<number> => {
    clock.advance(40 * minute);
    await sendOverdue({ processes: [swept], deadlines, turns: new Map(), log }, new Date(clock.now() - minute).toISOString());
    const { beyond } = await sweep(sweeping);
    await takeQueues();
    return beyond;
  };

  const moment = (): Moment => ({
    commits: store.stored().length,
    cursors: new Map(cursors.items),
    deadlines: deadlines.items(),
  });

  /** The commits are as they were at one moment, the control table as at another one; what is on its way is gone. Views and public events stay. */
  const restore = async (commits: Moment, control: Moment): Promise<void> => {
    store.restore(store.stored().slice(0, commits.commits));
    published = store.stored().length;
    world.taken.clear();
    for (const { stream, commit } of store.stored()) world.taken.add(`${stream}/${commit}`);
    cursors.items.clear();
    for (const [stream, commit] of control.cursors) cursors.items.set(stream, commit);
    for (const deadline of deadlines.items()) await deadlines.remove(deadline);
    for (const deadline of control.deadlines) await deadlines.put(deadline);
    for (const { queue } of consumers) queue.sent.splice(0);
    processQueue.sent.splice(0);
    // Functions that were warm are gone with the deployment of the adopted table.
    clock.advance(10 * minute);
  };

  const resetting: Resetting = {
    scanner: memoryScanner(store),
    store,
    keys,
    places,
    segments: 3,
    correlation: 'restored',
    processes: [
      {
        process: moving as unknown as AnyProcess,
        cursors: { ...cursors, each: () => each([...cursors.items].map(([stream, commit]) => ({ stream, commit }))) },
        deadlines: { ...deadlines, each: () => each(deadlines.items()) },
        scheduler: world.scheduler,
        queue: processQueue,
      },
    ],
    schedules: [],
    views: consumers
      .filter(({ projection }) => projection !== announcer)
      .map(({ projection, view, queue }) => ({ projection, queue, heads: { each: () => each(cursorsOf(projection, view)) } })),
    announcers: consumers
      .filter(({ projection }) => projection === announcer)
      .map(({ projection, view }) => ({ projection, view, heads: { each: () => each(cursorsOf(projection, view)) } })),
  };
  const reset = (to: number): Promise<Restored> => resetToRestored(resetting, { to, lateMilliseconds: 24 * 60 * minute });
  return {
    ...world,
    bus,
    consumers,
    isTold: isAnnounced(manifest),
    project,
    react,
    takeQueues,
    sweepOnce,
    moment,
    restore,
    reset,
  };
};

const cursorsOf = (projection: AnyProjection, view: ReturnType<typeof memoryView>) =>
  view.items().filter(({ sort }) => sort === 'head' || !kindOf(projection).hasHeads);

export type Restorable = ReturnType<typeof restorable>;
