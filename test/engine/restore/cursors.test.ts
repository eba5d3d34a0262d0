import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type AnyDecider, command, type Decider } from '../../../lib/core/decider.ts';
import { type AnyProcess, type Process, send } from '../../../lib/core/process/process.ts';
import { v1 } from '../../../lib/core/version.ts';
import { resetToRestored } from '../../../lib/engine/restore/reset.ts';
import { survey } from '../../../lib/engine/restore/survey.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryScanner, memorySweepPlaces } from '../../../lib/testing/memory/sweep.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { commitOf } from '../../support/store/commits.ts';

const minute = 60_000;
const seats = z.strictObject({ seats: z.array(z.string()) });
const events = { Reminded: v1(seats), Reserved: v1(z.object({ seat: z.string() })), Called: v1(z.object({})) };
const nothing = z.strictObject({});

/** A show, of which several seats may be reserved with one command. */
const show = {
  category: 'show',
  events,
  commands: { Reserve: command(['operator'], seats), Remind: command(['operator'], seats), Call: command(['process'], nothing) },
  initial: {},
  decide: {
    Reserve: (_: unknown, data: z.infer<typeof seats>) => data.seats.map((seat) => ({ type: 'Reserved', data: { seat } })),
    Remind: (_: unknown, data: unknown) => [{ type: 'Reminded', data }],
    Call: () => [{ type: 'Called', data: {} }],
  },
  evolve: { Reminded: (state: unknown) => state, Reserved: (state: unknown) => state, Called: (state: unknown) => state },
} as unknown as Decider<object, never, never>;

const memory = v1(z.object({ reserved: z.boolean(), times: z.int() }));

/** One instance for each seat. A reminder decides nothing as long as the seat is free. */
const seating = {
  category: 'seating',
  from: [show],
  sends: [show],
  since: '2026-11-01T00:00:00.000Z',
  memory,
  initial: { reserved: false, times: 0 },
  instance: ({ data }: { data: { seat?: string; seats?: readonly string[] } }) => data.seat ?? data.seats?.[0],
  on: {
    Reserved: ({ times }: { times: number }) => ({ memory: { reserved: true, times: times + 1 } }),
    Reminded: ({ reserved }: { reserved: boolean }) =>
      reserved ? { send: [send(show as never, 'calls', 'Call' as never, {} as never)] } : {},
  },
} as unknown as AnyProcess & Process<never, never>;

const house = () => {
  const world = processWorld(seating, [show as AnyDecider]);
  const { store, cursors, deadlines, scheduler, keys, clock } = world;
  const queue = memoryQueue();
  async function* each() {
    for (const [stream, commit] of [...cursors.items]) yield { stream, commit };
  }
  async function* listed() {
    yield* deadlines.items();
  }
  const process = {
    process: seating,
    cursors: { ...cursors, each },
    deadlines: { ...deadlines, each: listed },
    scheduler,
    queue,
  };
  const resetting = {
    ...{ store, keys, places: memorySweepPlaces(), segments: 2, correlation: 'restored' },
    ...{ scanner: memoryScanner(store), processes: [process], schedules: [], views: [], announcers: [] },
  };
  const reset = (lateMilliseconds = 60 * minute) => resetToRestored(resetting, { to: clock.now(), lateMilliseconds });
  /** Everything that is stored is delivered once more, as the sweep would. */
  const again = () => {
    world.taken.clear();
    return world.settle();
  };
  const calls = () => world.commitsOf('show-calls').length;
  return { world, reset, again, calls };
};

describe('the position of a process after a restore', () => {
  it('is in front of no decision that is there: what came to nothing before it is not taken again', async () => {
    const { world, reset, again, calls } = house();
    await world.ask('show-1', 'Remind', { seats: ['a'] });
    await world.ask('show-1', 'Reserve', { seats: ['a'] });
    await world.settle();
    expect(calls()).toBe(0);
    // The control table is of before.
    world.cursors.items.clear();
    world.cursors.items.set('show-1', 0);
    await reset();
    expect(world.cursors.items.get('show-1')).toBe(2);
    await again();
    expect(calls()).toBe(0);
  });

  it('is behind no decision of one of several instances that was lost', async () => {
    const { world, reset, again } = house();
    await world.ask('show-1', 'Reserve', { seats: ['a', 'b'] });
    await world.settle();
    world.store.restore(world.store.stored().filter(({ stream }) => stream !== 'seating-b'));
    await reset();
    expect(world.cursors.items.get('show-1')).toBe(0);
    await again();
    expect([world.commitsOf('seating-a').length, world.commitsOf('seating-b').length]).toEqual([1, 1]);
  });

  it('is behind no later step of a decision on many events that was lost', async () => {
    const { world, reset, again } = house();
    await world.ask('show-1', 'Reserve', { seats: Array.from({ length: 250 }, () => 'a') });
    await world.settle();
    const before = world.commitsOf('seating-a').length;
    expect(before).toBeGreaterThan(1);
    world.store.restore(world.store.stored().filter(({ stream, commit }) => stream !== 'seating-a' || commit < before));
    await reset();
    expect(world.cursors.items.get('show-1')).toBe(0);
    await again();
    expect(world.commitsOf('seating-a').length).toBe(before);
  });

  it('is as it was for what is older than a process may have been late, whether a decision is there or not', async () => {
    const { world, reset } = house();
    await world.ask('show-1', 'Remind', { seats: ['a'] });
    await world.settle();
    world.clock.advance(30 * minute);
    await reset(20 * minute);
    expect(world.cursors.items.get('show-1')).toBe(1);
    await reset(40 * minute);
    expect(world.cursors.items.get('show-1')).toBe(0);
  });
});

describe('commits that are not whole', () => {
  it.each([
    ['a hole', [commitOf('show-1', 1), commitOf('show-1', 3)], [{ stream: 'show-1', commit: 3 }]],
    [
      'half of a transaction',
      [commitOf('show-1', 1, { siblings: [{ stream: 'show-2', commit: 1 }] }), commitOf('show-3', 1)],
      [{ stream: 'show-1', commit: 1, what: 'commit 1 of show-2, which was made with it, is missing' }],
    ],
    [
      'a decision without a fact that it rests on',
      [commitOf('show-1', 1, { facts: [{ stream: 'show-2', commit: 2 }] }), commitOf('show-2', 1)],
      [{ stream: 'show-1', commit: 1, what: 'commit 2 of show-2, on which it was decided, is missing' }],
    ],
    [
      'a decision with all its facts, one of which was of a stream without a commit',
      [
        commitOf('show-1', 1, {
          facts: [
            { stream: 'show-2', commit: 1 },
            { stream: 'show-3', commit: 0 },
          ],
        }),
        commitOf('show-2', 1),
      ],
      [],
    ],
    [
      'a whole transaction, and more',
      [
        commitOf('show-1', 1, { siblings: [{ stream: 'show-2', commit: 1 }] }),
        commitOf('show-2', 1, { siblings: [{ stream: 'show-1', commit: 1 }] }),
        commitOf('show-2', 2),
      ],
      [],
    ],
  ])('%s', async (_, commits, faults) => {
    const { world, reset } = house();
    world.store.restore(commits);
    world.cursors.items.set('show-1', 9);
    const done = await reset();
    if (faults.length === 0) return expect(done).not.toHaveProperty('faults');
    expect(done).toMatchObject({ faults });
    // Nothing is done.
    expect(world.cursors.items.get('show-1')).toBe(9);
  });

  it('are looked at once, each stream in one segment', async () => {
    const { world } = house();
    const commits = Array.from({ length: 30 }, (_, i) => commitOf(`show-${i % 7}`, 1 + Math.floor(i / 7)));
    world.store.restore(commits);
    const found = await survey({ scanner: memoryScanner(world.store), processes: ['seating'], segments: 5 }, 'Z');
    expect([found.commits, found.streams, found.lastOf('show-0'), found.lastOf('show-9')]).toEqual([30, 7, 5, 0]);
  });
});
