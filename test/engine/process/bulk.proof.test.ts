import { describe, expect, it } from 'vitest';
import { type AnyProcess, send } from '../../../lib/core/process/process.ts';
import type { Settings } from '../../../lib/engine/settings.ts';
import { largestCommit } from '../../../lib/engine/store/size.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';
import { variant } from '../../support/examples/transferring.ts';

const house = async (process: AnyProcess = moving, over: Partial<Settings> = {}) => {
  const world = processWorld(process, [wallet, transfer], over);
  await world.ask('wallet-a', 'Open');
  await world.ask('wallet-a', 'Add', { amount: 100 });
  await world.ask('wallet-b', 'Open');
  return world;
};
const numbered = (count: number, text = '') => Array.from({ length: count }, (_, i) => `${i}${text}`);

/** Of a note, beside all that its commit has besides. */
const largestText = largestCommit - 300;
type Noted = Readonly<{ data: { note: string } }>;
type Notes = Readonly<{ notes: readonly string[] }>;

describe('a source commit of many events for one instance', () => {
  it.each([
    ['as many as a commit takes', 1_000, ''],
    ['nearly as many', 999, ''],
    ['few of them, and large', 30, 'x'.repeat(12_000)],
    ['one, as large as a commit takes', 1, 'x'.repeat(largestText)],
  ])('is reacted to, each event once and in its order: %s', async (_, count, text) => {
    const remembering = variant({
      on: {
        ...moving.on,
        Noted: (state: Notes, { data }: Noted) => ({ memory: { ...state, notes: [...state.notes, data.note.slice(0, 4)] } }),
      },
    });
    const world = await house(remembering);
    expect(await world.ask('transfer-1', 'Note', { notes: numbered(count, text) })).toMatchObject({ outcome: 'committed' });
    await world.settle();
    const { status, memory, deferred } = await world.stateOf('moving-1');
    expect([status, deferred, (memory as { notes: unknown[] }).notes]).toEqual([
      'running',
      [],
      numbered(count, text).map((note) => note.slice(0, 4)),
    ]);
    expect(world.cursors.items.get('transfer-1')).toBe(1);
  });

  it.each([
    ['as many as a commit takes', 1_000, ''],
    ['few of them, and large', 30, 'x'.repeat(12_000)],
    ['one, as large as a commit takes', 1, 'x'.repeat(largestText)],
  ])('waits whole behind an instance that is parked, and is taken up when it is resumed: %s', async (_, count, text) => {
    let throws = true;
    const remembering = variant({
      on: {
        ...moving.on,
        Noted: (state: Notes, { data }: Noted) => {
          if (throws) throw new Error('not yet');
          return { memory: { ...state, notes: [...state.notes, data.note.slice(0, 4)] } };
        },
      },
    });
    const world = await house(remembering);
    await world.ask('transfer-1', 'Note', { notes: ['first'] });
    await world.settle();
    await world.ask('transfer-1', 'Note', { notes: numbered(count, text) });
    await world.settle();
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'parked' });
    expect((await world.stateOf('moving-1')).deferred).toHaveLength(count);
    throws = false;
    const resume = { instance: 'moving-1', reason: 'mended', by: 'olga', correlation: 'o-1' };
    // As often as it says that it is not through: the message comes again.
    for (let i = 0; (await world.tell({ resume })).length > 0; i++) expect(i).toBeLessThan(50);
    const { status, memory } = await world.stateOf('moving-1');
    expect([status, (memory as { notes: unknown[] }).notes]).toEqual([
      'running',
      ['firs', ...numbered(count, text).map((note) => note.slice(0, 4))],
    ]);
  });

  it('does not park an instance that is well because what several reactions come to is more than a commit takes', async () => {
    const busy = variant({
      on: {
        ...moving.on,
        Noted: (_: Notes, { data }: Noted) => ({ send: [send(transfer, '1', 'Settle', { how: data.note.repeat(40_000) })] }),
      },
    });
    const world = await house(busy);
    await world.ask('transfer-1', 'Note', { notes: [...'abcdefghijklmnopqrst'] });
    await world.settle();
    const { status, reactions, deferred } = await world.stateOf('moving-1');
    expect([reactions, deferred]).toEqual([20, []]);
    // The target refuses to settle twice, and that refusal has no reaction. So it was not the size that stopped the instance.
    expect(status).toBe('stuck');
  });

  it('parks at the one event whose reaction throws or is too large, however many come with it', async () => {
    const one = variant({
      on: {
        ...moving.on,
        Noted: (state: Notes, { data }: Noted) => {
          const note = data.note === '7' ? 'x'.repeat(500_000) : data.note;
          return { memory: { ...state, notes: [...state.notes, note] } };
        },
      },
    });
    const world = await house(one);
    await world.ask('transfer-1', 'Note', { notes: numbered(20) });
    await world.settle();
    const { status, memory, parked, deferred } = await world.stateOf('moving-1');
    expect([status, (memory as { notes: unknown[] }).notes, deferred.length]).toEqual(['parked', numbered(7), 12]);
    expect(parked).toMatchObject({ cause: { event: { data: { note: '7' } } }, thrown: expect.stringContaining('TooLarge') });
  });

  it('that a release without portions has decided on as a whole is not reacted to again', async () => {
    const remembering = variant({
      on: {
        ...moving.on,
        Noted: (state: Notes, { data }: Noted) => ({ memory: { ...state, notes: [...state.notes, data.note] } }),
      },
    });
    const world = await house(remembering);
    await world.ask('transfer-1', 'Note', { notes: numbered(150) });
    // It dies when it has decided and has not moved its cursor.
    const before = world.instance();
    const died = { ...before.cursors, move: () => Promise.reject(new Error('died')) };
    await world.deliver({ ...before, cursors: died, settings: { ...before.settings, causesAtOnce: 1_000 } });
    await world.settle();
    expect((await world.stateOf('moving-1')).memory).toMatchObject({ notes: numbered(150) });
  });

  it('is decided once, whichever instance dies at whichever call', async () => {
    // So that they do not fit into one decision, and are put behind those that wait.
    const settings = { eventsPerCommit: 101 };
    const expected = numbered(100);
    for (let call = 1; ; call++) {
      const world = await house(moving, settings);
      await world.ask('transfer-1', 'Note', { notes: expected });
      const before = world.calls.length;
      await world.deliver(world.instance({ call, after: call % 2 === 0 }));
      const calls = world.calls.length - before;
      world.taken.clear();
      await world.settle();
      const { status, memory } = await world.stateOf('moving-1');
      expect([call, status, (memory as { notes: unknown[] }).notes]).toEqual([call, 'running', expected]);
      if (calls < call - 1) break;
    }
  });
});
