import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Snapshot, Store } from '../../../lib/engine/ports.ts';
import { commitHash, type Known, toSnapshot } from '../../../lib/engine/store/known.ts';
import { catchUp, load, saveSnapshot } from '../../../lib/engine/store/load.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryKeys } from '../../../lib/testing/memory/system.ts';
import { asks, deposits, instanceOver, memoryTable, opens, watched } from '../../support/examples/commanding.ts';
import { commitOf } from '../../support/store/commits.ts';

const nobody = () => {};
const place = 'account-1 teller-1';

/** All that is known of a stream, however much of it is put into its last form already. */
const whole = (known: Known) => toSnapshot(memoryKeys(), known, '');

/** An account of 40 commits with 39 in it, and a snapshot on the way. */
const filled = async () => {
  const table = memoryTable();
  const settings = { ...instanceOver(table).settings, snapshotBytes: 2_000 };
  const commanding = instanceOver(table, { settings });
  await handleCommand(commanding, opens());
  for (let i = 0; i < 39; i++) await handleCommand(commanding, deposits(1, { key: `k${i}` }));
  const snapshot = JSON.parse(table.snapshots.items.get(place) ?? '') as Snapshot;
  return { table, settings, snapshot };
};

describe('a snapshot', () => {
  const spoil: Readonly<Record<string, (snapshot: Snapshot) => string>> = {
    'no JSON': () => '{"stream":"acc',
    'cut short': (snapshot) => JSON.stringify(snapshot).slice(0, -10),
    'without fields': ({ stream, commit, recent }) => JSON.stringify({ stream, commit, recent }),
    'of another state': (snapshot) =>
      JSON.stringify({ ...snapshot, state: { status: 'open', owner: 'ada', currency: 'EUR', balance: 5_000 } }),
    'of no state': (snapshot) => JSON.stringify({ ...snapshot, state: null }),
    'of another version': (snapshot) => JSON.stringify({ ...snapshot, version: snapshot.version + 1 }),
    'of another time': (snapshot) => JSON.stringify({ ...snapshot, at: '2099-01-01T00:00:00.000Z' }),
    'of another size': (snapshot) => JSON.stringify({ ...snapshot, bytes: 1 }),
    'without the command ids': (snapshot) => JSON.stringify({ ...snapshot, recent: '' }),
    'without the ids of processes': (snapshot) => JSON.stringify({ ...snapshot, sent: '', sentFrom: 41 }),
    'from other code': (snapshot) => JSON.stringify({ ...snapshot, code: 'teller-2' }),
    'of another stream': (snapshot) => JSON.stringify({ ...snapshot, stream: 'account-2' }),
    'of another history': (snapshot) => JSON.stringify({ ...snapshot, hash: '00' }),
    'on another commit': (snapshot) => JSON.stringify({ ...snapshot, commit: snapshot.commit - 1 }),
    'ahead of the stream': (snapshot) => JSON.stringify({ ...snapshot, commit: 41 }),
    'far ahead of the stream': (snapshot) => JSON.stringify({ ...snapshot, commit: 4_100 }),
    'before the stream': (snapshot) => JSON.stringify({ ...snapshot, commit: 0 }),
  };

  it('is used where it is right', async () => {
    const { table, snapshot, settings } = await filled();
    const froms: number[] = [];
    const store: Store = {
      ...table.store,
      read: (stream, range) => {
        froms.push(range.from);
        return table.store.read(stream, range);
      },
    };
    await load(instanceOver(table, { settings, store }), 'account-1', nobody);
    expect(snapshot.commit).toBeGreaterThan(20);
    // The newest commits alone: the snapshot's own is among them.
    expect(froms).toEqual([1]);
  });

  it.each([
    ['from before the newest commits', 20],
    ['newer than those', 40],
  ])('is used where it is %s: the commits after it are read', async (_, at) => {
    const { table, settings } = await filled();
    const right = await load(instanceOver(memoryTable(), { store: table.store }), 'account-1', nobody);
    const { commits } = await table.store.read('account-1', { from: 1, to: at });
    const early = memoryTable();
    for (const commit of commits) await early.store.append(commit);
    await saveSnapshot(instanceOver(early, { settings }), await load(instanceOver(early), 'account-1', nobody));
    const froms: number[] = [];
    const store: Store = {
      ...table.store,
      read: async (stream, range) => {
        froms.push(range.from);
        // The last commits were appended after the newest ones had been read.
        return table.store.read(stream, range.newestFirst && at === 40 ? { ...range, to: 35 } : range);
      },
    };
    const found = await load(instanceOver(early, { settings, store }), 'account-1', nobody);
    expect(whole(found)).toEqual(whole(right));
    expect(froms).toEqual([1, at]);
  });

  it.each(Object.entries(spoil))('never changes an answer: %s', async (_, spoiled) => {
    const { table, settings, snapshot } = await filled();
    const right = await load(instanceOver(memoryTable(), { store: table.store }), 'account-1', nobody);
    table.snapshots.items.set(place, spoiled(snapshot));
    expect(whole(await load(instanceOver(table, { settings }), 'account-1', nobody))).toEqual(whole(right));
    const cold = instanceOver(table, { settings });
    expect(await handleCommand(cold, asks('Withdraw', { amount: 40, currency: 'EUR' }))).toMatchObject({
      refusal: { detail: { balance: 39 } },
    });
    expect(await handleCommand(cold, deposits(1, { key: 'k3' }))).toMatchObject({ outcome: 'committed', commit: { commit: 5 } });
  });

  it('of other code is not read even where it lies in the place of ours', async () => {
    const { table, settings } = await filled();
    const { decider } = instanceOver(table);
    const doubling = {
      ...decider,
      evolve: { ...decider.evolve, MoneyDeposited: (state: { balance: number }) => ({ ...state, balance: state.balance + 2 }) },
    };
    await load(instanceOver(table, { settings, code: 'teller-2', decider: doubling as never }), 'account-1', nobody);
    table.snapshots.items.set(place, table.snapshots.items.get('account-1 teller-2')!);
    expect((await load(instanceOver(table, { settings }), 'account-1', nobody)).state).toMatchObject({ balance: 39 });
  });

  it('that is impossible is replaced by the next one', async () => {
    const { table, settings, snapshot } = await filled();
    table.snapshots.items.set(place, JSON.stringify({ ...snapshot, commit: 4_100 }));
    await load(instanceOver(table, { settings }), 'account-1', nobody);
    expect(JSON.parse(table.snapshots.items.get(place) ?? '').commit).toBe(40);
  });

  it('is none of a state that would not come back as it is', async () => {
    const table = memoryTable();
    const settings = { ...instanceOver(table).settings, snapshotBytes: 1 };
    const { decider } = instanceOver(table);
    const counting = {
      ...decider,
      initial: new Map([['balance', 0]]),
      owner: () => 'ada',
      decide: {
        Deposit: (state: Map<string, number>) => [
          { type: 'MoneyDeposited', data: { amount: 1 + (state.get('balance') ?? 0), currency: 'EUR' } },
        ],
      },
      evolve: {
        MoneyDeposited: (state: Map<string, number>, { amount }: { amount: number }) =>
          new Map([['balance', (state.get('balance') ?? 0) + amount]]),
      },
    };
    for (let i = 0; i < 4; i++) await handleCommand(instanceOver(table, { settings, decider: counting as never }), deposits(1));
    expect((await load(instanceOver(table, { settings, decider: counting as never }), 'account-1', nobody)).state).toEqual(
      new Map([['balance', 15]]),
    );
    expect(table.snapshots.items.size).toBe(0);
    expect(table.log.lines.map(({ message }) => message)).toContain('A snapshot could not be saved.');
  });

  it('that cannot be read or saved is only logged', async () => {
    const { table, settings } = await filled();
    const fails = async () => {
      throw new Error('no snapshots today');
    };
    const commanding = instanceOver(table, { settings, snapshots: { load: fails, save: fails } });
    for (let i = 0; i < 8; i++) expect(await handleCommand(commanding, deposits(1))).toMatchObject({ outcome: 'committed' });
    expect(new Set(table.log.lines.map(({ level, message }) => `${level}: ${message}`))).toEqual(
      new Set(['warn: A snapshot could not be read.', 'warn: A snapshot could not be saved.']),
    );
  });

  it('is waited for, and not saved if the append fails', async () => {
    const { table } = await filled();
    let saved = false;
    const snapshots = {
      load: table.snapshots.load,
      save: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        saved = true;
      },
    };
    const commanding = instanceOver(table, { snapshots, settings: { ...instanceOver(table).settings, snapshotBytes: 1 } });
    await handleCommand(commanding, deposits(1));
    saved = false;
    await handleCommand(commanding, deposits(1));
    expect(saved).toBe(true);
    saved = false;
    const fails = async () => {
      throw new Error('throttled');
    };
    await expect(handleCommand({ ...commanding, store: { ...table.store, append: fails } }, deposits(1))).rejects.toThrow(
      'throttled',
    );
    expect(saved).toBe(false);
  });

  it.each([1, 4, 32])('is saved about once for each distance, however many instances are warm: %d', async (warm) => {
    const table = memoryTable();
    const settings = { ...instanceOver(table).settings, snapshotBytes: 2_048 };
    const instances = Array.from({ length: warm }, () => watched(instanceOver(table, { settings })));
    await handleCommand(instances[0]!.commanding, opens());
    for (let i = 0; i < 160; i++) await handleCommand(instances[i % warm]!.commanding, deposits(1));
    const saves = instances.flatMap(({ calls }) => calls).filter((call) => call === 'snapshots.save').length;
    const { bytes } = await load(instanceOver(table), 'account-1', nobody);
    expect(saves).toBeGreaterThanOrEqual(Math.floor(bytes / 2_048) - 1);
    expect(saves).toBeLessThanOrEqual(Math.floor(bytes / 2_048) + warm);
  });
});

describe('a long history', () => {
  /** 100,000 deposits of 1 in 10,000 commits, made while they are read; tells how many pages are held at each read. */
  const longStore = (): { store: Store; held: number[] } => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const events = Array.from({ length: 10 }, () => ({ type: 'MoneyDeposited', v: 1, data: { amount: 1, currency: 'EUR' } }));
    const pages: WeakRef<readonly Commit[]>[] = [];
    const held: number[] = [];
    const keys = memoryKeys();
    let prev = '';
    const read: Store['read'] = async (stream, { from, limit = 0, newestFirst }) => {
      // Longer than one page: the newest ones do not tell what has been before them.
      if (newestFirst) return { commits: [commitOf(stream, 10_000, { version: 100_000, events })], next: 10_000 - limit };
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      held.push(pages.filter((page) => page.deref()).length);
      const commits: Commit[] = [];
      for (let commit = from; commit < Math.min(from + 1_000, 10_001); commit++)
        commits.push(commitOf(stream, commit, { version: commit * 10, events, ...(commit === from && prev && { prev }) }));
      const last = commits.at(-1);
      if (!last) return { commits };
      prev = commitHash(keys, last);
      pages.push(new WeakRef(commits));
      return { commits, next: last.commit + 1 };
    };
    return { store: { ...memoryStore(), read }, held };
  };

  it('of 100,000 events is folded page by page, holding two at most, and leaves snapshots on the way', async () => {
    const { store, held } = longStore();
    const table = memoryTable();
    const { commanding, calls } = watched(instanceOver(table, { store }));
    const known = await load(commanding, 'account-1', nobody);
    expect(known).toMatchObject({ commit: 10_000, version: 100_000, state: { balance: 100_000 } });
    expect(held).toHaveLength(11);
    expect(Math.max(...held)).toBeLessThanOrEqual(2);
    expect(calls.filter((call) => call === 'snapshots.save')).toHaveLength(10);
  });
});

it('is known from which commit on all ids of processes are remembered, also where one page has more of them than that', async () => {
  const table = memoryTable();
  const { keys, settings } = instanceOver(table);
  let prev: string | undefined;
  for (let i = 1; i <= 5; i++) {
    const over = { events: [], version: 0, command: `process/moving-1/${i}` };
    const commit = commitOf('account-1', i, { ...over, ...(prev !== undefined && { prev }) });
    await table.store.append(commit);
    prev = commitHash(keys, commit);
  }
  const two = instanceOver(table, { settings: { ...settings, idempotencyWindow: 2 } });
  expect(await load(two, 'account-1', nobody)).toMatchObject({ sentFrom: 4, fresh: [] });
});

describe('the cache', () => {
  const known = (stream: string, size: number) =>
    ({ stream, state: 'x'.repeat(size), recent: '', sent: '', fresh: [] as Known['fresh'], commit: 1 }) as Known;
  const kept = (cache: ReturnType<typeof stateCache>, names: readonly string[]) => names.filter((name) => cache.get(name));

  it('is bounded in bytes, and lets the longest unused go', () => {
    const cache = stateCache(10_000);
    for (const name of ['a', 'b', 'c']) cache.set(known(name, 1_000));
    cache.get('a');
    cache.set(known('d', 1_000));
    expect(kept(cache, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
  });

  it('does not keep what is larger than itself, nor what was there before it', () => {
    const cache = stateCache(10_000);
    cache.set(known('a', 10));
    cache.set(known('b', 10));
    cache.set(known('a', 20_000));
    expect(kept(cache, ['a', 'b'])).toEqual(['b']);
  });

  it('counts a state once, however often it is set, and forgets what is dropped', () => {
    const cache = stateCache(10_000);
    cache.set(known('a', 1_000));
    for (let i = 0; i < 50; i++) cache.set(known('b', 1_000));
    expect(kept(cache, ['a', 'b'])).toEqual(['a', 'b']);
    for (let i = 0; i < 50; i++) cache.drop('b');
    cache.set(known('c', 1_000));
    cache.set(known('d', 1_000));
    expect(kept(cache, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
  });
});

describe('catching up', () => {
  it('finds out that the known commit itself is gone, or another', async () => {
    const { table } = await filled();
    const instance = instanceOver(table);
    const known = await load(instance, 'account-1', nobody);
    table.store.restore(table.store.stored().slice(0, 39));
    await expect(catchUp(instance, known, nobody)).rejects.toThrow('not the one that was read before');
    await handleCommand(instanceOver(table), deposits(3));
    await expect(catchUp(instance, known, nobody)).rejects.toThrow('not the one that was read before');
  });
});
