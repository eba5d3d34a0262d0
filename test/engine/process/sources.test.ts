import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { send } from '../../../lib/core/process/process.ts';
import { toPointer } from '../../../lib/engine/delivery/delivered.ts';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import { blankOf } from '../../../lib/engine/store/purged.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';
import { open, requested, terms, variant } from '../../support/examples/transferring.ts';

const minute = 60_000;

describe('source streams', () => {
  it('are taken in order, each commit once, with gaps filled from the table, by pointers too', async () => {
    const world = await requested(
      processWorld(
        variant({ onDone: {}, on: { ...moving.on, Requested: (memory: object) => ({ memory: { ...memory, id: '1' } }) } }),
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

  it('are done with when they come again, and when their instance was purged meanwhile', async () => {
    const world = await requested();
    await world.deliver();
    const again = [{ id: 'again', delivered: world.toDelivered(world.commitsOf('transfer-1')[0]!) }];
    const stored = world.store.stored();
    expect(await reactBatch(world.instance(), again)).toEqual([]);
    expect(world.store.stored()).toEqual(stored);
    const purge = world.commitsOf('moving-1').at(-1)!;
    world.store.restore(stored.map((each) => (each.stream === purge.stream ? blankOf(purge, each.commit) : each)));
    expect(await reactBatch(world.instance(), again)).toEqual([]);
  });

  it('that concern several instances hold up none for the sake of another, whichever cannot decide or go on', async () => {
    const on = {
      ...moving.on,
      Noted: (memory: object, { data }: { data: { note: string } }) => ({
        memory: { ...memory, id: data.note },
        send: [send(wallet, data.note, 'Add', { amount: 1 })],
      }),
    };
    const instance = ({ data, entityId }: { data: { note?: string }; entityId: string }) => data.note ?? entityId;
    const world = await open(processWorld(variant({ instance, on }), [wallet, transfer]));
    await world.ask('transfer-1', 'Note', { notes: ['b', 'a'] });
    const sick = world.instance();
    const { append } = sick.own.store;
    const own = {
      ...sick.own,
      store: {
        ...sick.own.store,
        append: async (commit: Commit) => {
          if (commit.stream === 'moving-b') throw new Error('It cannot be written.');
          return append(commit);
        },
      },
    };
    for (let tries = 0; tries < 3; tries++) expect(await world.deliver({ ...sick, own })).toBe(true);
    expect([(await world.stateOf('moving-a')).sends, world.commitsOf('wallet-a')]).toMatchObject([[], { length: 3 }]);
    expect([world.commitsOf('moving-b'), world.cursors.items.get('transfer-1')]).toEqual([[], undefined]);
    await world.settle();
    expect([world.commitsOf('wallet-a').length, world.commitsOf('wallet-b').length]).toEqual([3, 3]);
    expect(world.cursors.items.get('transfer-1')).toBe(1);
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
    // A commit at exactly that instant is not before it, also in a stream that is too long to be read from its beginning.
    const exact = processWorld(variant({ since: all.at(-2)!.at, onDone: {} }), [wallet, transfer]);
    exact.store.restore(all.map((commit, i) => (i < all.length - 2 ? { ...commit, at: '2026-11-20T12:00:00.000Z' } : commit)));
    exact.clock.set(world.clock.now());
    await exact.deliver(exact.instance(), (commits) => commits.filter(({ commit }) => commit === 61));
    expect(exact.commitsOf('moving-1').map(({ command }) => command)).toContain('process/moving/transfer-1/60');
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
