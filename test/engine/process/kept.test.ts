import { describe, expect, it } from 'vitest';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';
import { requested, variant } from '../../support/examples/transferring.ts';

const note = (name: string) => ({ notes: [name] });

/** Requests are reacted to where there are notes already; the note 'skip' concerns no instance. */
const noting = variant({
  instance: ({ entityId, data }: { entityId: string; data: { note?: string } }) => (data.note === 'skip' ? undefined : entityId),
  on: {
    ...moving.on,
    Requested: (memory: { notes: readonly string[] }) =>
      memory.notes.length === 0 ? undefined : { memory: { ...memory, notes: [...memory.notes, 'requested'] } },
  },
  onDone: {},
});

type World = Awaited<ReturnType<typeof requested>>;

const watched = async (...notes: readonly string[]) => {
  const world = await requested(processWorld(noting, [wallet, transfer]));
  for (const name of notes) await world.ask('transfer-1', 'Note', note(name));
  return world;
};
const notesIn = async (world: World) => ((await world.stateOf('moving-1')).memory as { notes: string[] }).notes;
const cursorIn = (world: World) => world.cursors.items.get('transfer-1');

/** Delivers one commit to a function, and answers the calls that it made. */
const delivering = (world: World, to = world.instance()) => ({
  of: async (...commits: readonly number[]) => {
    const before = world.calls.length;
    const records = commits.map((n) => ({
      id: String(n),
      delivered: world.toDelivered(world.commitsOf('transfer-1').find(({ commit }) => commit === n)!),
    }));
    expect(await reactBatch(to, records)).toEqual([]);
    return world.calls.slice(before);
  },
});

describe('a commit that concerns no instance', () => {
  it('takes one request of a warm function: its cursor moves, and is not read', async () => {
    const world = await watched('skip', 'one', 'skip', 'skip');
    const { of } = delivering(world);
    expect(await of(1, 2)).toContain('cursors.load');
    await of(3);
    expect(await of(4)).toEqual(['cursors.move']);
    expect(await of(5)).toEqual(['cursors.move']);
    // Come again it is no news.
    expect(await of(5)).toEqual(['cursors.load']);
    expect([cursorIn(world), await notesIn(world)]).toEqual([5, ['one']]);
  });

  it('is not passed on a cursor that somebody has moved on', async () => {
    const world = await watched('skip', 'skip', 'one', 'skip');
    const slow = delivering(world);
    await slow.of(1, 2);
    await delivering(world).of(3, 4, 5);
    expect(await slow.of(3)).toEqual(['cursors.move', 'cursors.load']);
    expect([cursorIn(world), await notesIn(world)]).toEqual([5, ['one']]);
  });

  it('is not passed on a cursor that was set back: what was not decided since is decided first', async () => {
    const world = await watched('one', 'two', 'skip');
    const to = world.instance();
    const warm = delivering(world, to);
    await warm.of(1, 2, 3);
    // A restore took the last decision, and the cursor with it. The function knows nothing of the instance any more.
    to.own.cache.drop('moving-1');
    world.cursors.items.set('transfer-1', 2);
    world.store.restore(world.store.stored().filter(({ stream, commit }) => stream !== 'moving-1' || commit === 1));
    expect((await warm.of(4)).slice(0, 2)).toEqual(['cursors.move', 'cursors.load']);
    expect([cursorIn(world), await notesIn(world)]).toEqual([4, ['one', 'two']]);
  });

  it('is not passed over one that has not arrived', async () => {
    const world = await watched('skip', 'one', 'skip');
    const warm = delivering(world);
    await warm.of(1, 2);
    await warm.of(4);
    expect([cursorIn(world), await notesIn(world)]).toEqual([4, ['one']]);
  });

  it('is passed on no cursor that is older than five minutes', async () => {
    const world = await watched('skip', 'skip');
    const warm = delivering(world);
    await warm.of(1, 2);
    world.clock.advance(5 * 60_000 + 1);
    expect(await warm.of(3)).toEqual(['cursors.load', 'cursors.move']);
  });
});

describe('the first commit of a stream', () => {
  it('begins the instance of its name without anything being read', async () => {
    const world = await requested();
    const calls = await delivering(world).of(1);
    expect(calls.slice(0, 2)).toEqual(['store.append', 'cursors.move']);
    expect(cursorIn(world)).toBe(1);
  });

  it('is decided on no second time, and on no later state, when it comes again to a new function', async () => {
    const world = await watched('one');
    await delivering(world).of(1, 2);
    const before = world.store.stored();
    await delivering(world).of(1);
    expect([world.store.stored(), await notesIn(world)]).toEqual([before, ['one']]);
  });

  it('is decided on by what is there, where an instance of its name is there before', async () => {
    const world = await watched('one');
    // Another source of the same id came first.
    await delivering(world).of(1, 2);
    world.cursors.items.clear();
    await delivering(world).of(1);
    expect([cursorIn(world), await notesIn(world)]).toEqual([1, ['one', 'requested']]);
  });

  it('is decided on no second time where nothing came of it, though a later release would do something', async () => {
    const world = await watched();
    await delivering(world).of(1);
    expect([world.commitsOf('moving-1'), cursorIn(world)]).toEqual([[], 1]);
    // A dead letter that is put back after a deployment.
    const later = processWorld(moving, [wallet, transfer]);
    later.store.restore(world.store.stored());
    later.cursors.items.set('transfer-1', 1);
    later.clock.set(world.clock.now() + 6 * 60_000);
    await delivering(later).of(1);
    expect(later.commitsOf('moving-1')).toEqual([]);
  });
});
