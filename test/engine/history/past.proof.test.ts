import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit, StoredEvent } from '../../../lib/core/commit.ts';
import { fold } from '../../../lib/core/decider.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { type HistoryRequest, readDifference, readHistory, readState } from '../../../lib/engine/history/past.ts';
import { statesAt } from '../../../lib/engine/history/state-at.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { commitHash, type Known } from '../../../lib/engine/store/known.ts';
import { load } from '../../../lib/engine/store/load.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryKeys } from '../../../lib/testing/memory/system.ts';
import {
  ada,
  asks,
  bob,
  deposits,
  instanceOver,
  memoryTable,
  opens,
  operator,
  robot,
  watched,
  withdraws,
} from '../../support/examples/commanding.ts';
import { teller } from '../../support/examples/teller.ts';
import { runs } from '../../support/runs.ts';
import { commitOf } from '../../support/store/commits.ts';

const keys = memoryKeys();
const instant = (i: number) => new Date(Date.UTC(2026, 0, 1) + i * 1_000).toISOString();
const event = (type: string, amount: number): StoredEvent =>
  type === 'AccountOpened'
    ? { type, v: 1, data: { owner: 'ada', currency: 'EUR' } }
    : { type, v: 1, data: { amount, currency: 'EUR' } };

/** Commits of `account-1` with these numbers of events each; none is an event-less commit; two share an instant. */
const historyOf = (sizes: readonly number[]): readonly Commit[] => {
  let version = 0;
  let prev: string | undefined;
  return [1, ...sizes].map((size, i) => {
    const types = ['MoneyDeposited', 'MoneyDeposited', 'MoneyWithdrawn'];
    const events = Array.from({ length: size }, (_, k) =>
      event(i === 0 ? 'AccountOpened' : types[(i + k) % 3]!, 1 + ((i + k) % 5)),
    );
    version += size;
    const commit = commitOf('account-1', i + 1, { version, events, at: instant(Math.floor(i / 2)), ...(prev && { prev }) });
    prev = commitHash(keys, commit);
    return commit;
  });
};
const tableOf = (commits: readonly Commit[], pageBytes = 900) => {
  const store = memoryStore({ pageBytes });
  store.restore(commits);
  return instanceOver(memoryTable(), { store, settings: { ...defaultSettings, snapshotBytes: 1_500 } });
};
/** Commits of a process that was refused, behind others. */
const refusedAfter = (commits: readonly Commit[], count: number): readonly Commit[] => {
  const made: Commit[] = [];
  for (let last = commits.at(-1)!; made.length < count; last = made.at(-1)!) {
    const { version, at } = last;
    made.push(commitOf('account-1', last.commit + 1, { version, at, events: [], prev: commitHash(keys, last) }));
  }
  return made;
};
const nextOf = async (commanding: ReturnType<typeof instanceOver>, events: readonly StoredEvent[]): Promise<Commit> => {
  const { commit, version, at, hash } = await load(commanding, 'account-1', () => {});
  return commitOf('account-1', commit + 1, { version: version + events.length, events, at, prev: hash });
};
const eventsOf = (commits: readonly Commit[]) => commits.flatMap(({ events }) => events);
const sizes = fc.array(fc.nat(4), { maxLength: 14 });

describe('a state of the past', () => {
  it('is what folding that many events gives, for every version, also amid a commit', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (counts) => {
        const commits = historyOf(counts);
        const commanding = tableOf(commits);
        const all = eventsOf(commits);
        for (let version = 0; version <= all.length; version++) {
          const past = await readState(commanding, ada, '1', { version });
          expect(past).toMatchObject({ version, state: fold(teller, teller.initial, all.slice(0, version)) });
        }
      }),
      { numRuns: runs(15) },
    );
  });

  it('is what was there at that instant, for every instant', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (counts) => {
        const commits = historyOf(counts);
        const commanding = tableOf(commits);
        for (let i = -1; i <= commits.length; i++) {
          const [at, there] = [instant(i), commits.filter((commit) => commit.at <= instant(i))];
          const past = await readState(commanding, ada, '1', { at });
          expect(past).toEqual({
            stream: 'account-1',
            version: there.at(-1)?.version ?? 0,
            at: there.at(-1)?.at ?? '',
            state: fold(teller, teller.initial, eventsOf(there)),
          });
        }
      }),
      { numRuns: runs(15) },
    );
  });

  it('is not to be had of a version that is not there yet', async () => {
    await expect(readState(tableOf(historyOf([1])), ada, '1', { version: 3 })).rejects.toMatchObject({
      problem: { status: 400 },
    });
  });

  it('reads no further than it has to', async () => {
    const table = tableOf(historyOf(Array(40).fill(3)));
    const now = await load(table, 'account-1', () => {});
    const { commanding, calls } = watched(table);
    await statesAt(commanding, { now, snapshot: undefined }, [{ version: 1 }]);
    expect(calls).toEqual(['store.read']);
  });

  it('is folded on from the last snapshot, and both moments of a difference in one pass', async () => {
    const table = tableOf(historyOf(Array(61).fill(3)));
    const found: Known[] = [];
    const look = () =>
      load(
        table,
        'account-1',
        () => {},
        (snapshot) => found.push(snapshot),
      );
    await look();
    const now = await look();
    const [snapshot] = found;
    const { commanding, calls } = watched(table);
    await statesAt(commanding, { now, snapshot }, [{ at: now.at }, { at: instant(1_000) }]);
    expect(snapshot?.commit).toBeGreaterThan(55);
    expect(calls.length).toBeLessThanOrEqual(3);
  });

  it('has a limit of what is read for it, behind which an answer says what to do', async () => {
    const table = tableOf(historyOf(Array(40).fill(3)));
    const limited = { ...table, settings: { ...table.settings, pastBytes: 2_000 } };
    await expect(readState(limited, ada, '1', { version: 60 })).rejects.toMatchObject({
      problem: { status: 422, kind: 'too-far-back', extra: { stream: 'account-1' } },
    });
    expect(await readState(limited, ada, '1', { version: 3 })).toMatchObject({ version: 3 });
    expect(await readState(limited, ada, '1', { at: instant(100) })).toMatchObject({ version: 121 });
  });
});

describe('the difference of two moments', () => {
  it('is field by field, in both directions', async () => {
    const commanding = instanceOver(memoryTable());
    for (const request of [opens(), deposits(50), withdraws(50), asks('Close', { reason: 'moved' })])
      await handleCommand(commanding, request);
    const between = (from: number, to: number) => readDifference(commanding, ada, '1', [{ version: from }, { version: to }]);
    expect((await between(1, 2)).changes).toEqual([
      { path: '/balance', from: 0, to: 50 },
      { path: '/unstated/movements', from: 0, to: 1 },
      { path: '/unstated/paidIn', from: 0, to: 50 },
    ]);
    expect((await between(4, 2)).changes).toEqual([
      { path: '/balance', from: 0, to: 50 },
      { path: '/status', from: 'closed', to: 'open' },
      { path: '/unstated/movements', from: 2, to: 1 },
      { path: '/unstated/paidOut', from: 50, to: 0 },
    ]);
    expect((await between(0, 1)).changes).toEqual([
      { path: '/currency', to: 'EUR' },
      { path: '/owner', to: 'ada' },
      { path: '/status', from: 'unopened', to: 'open' },
    ]);
    expect((await between(3, 3)).changes).toEqual([]);
  });
});

describe('authorization', () => {
  it.each([
    [ada, undefined],
    [operator, undefined],
    [bob, 403],
    [robot, 403],
  ])('%j: %s', async (actor, status) => {
    const commanding = tableOf(historyOf([1]));
    for (const look of [
      readHistory(commanding, actor, '1', { limit: 5, direction: 'oldest-first' }),
      readState(commanding, actor, '1', { version: 1 }),
      readDifference(commanding, actor, '1', [{ version: 0 }, { version: 1 }]),
    ])
      if (status) await expect(look).rejects.toMatchObject({ problem: { status } });
      else await look;
  });

  it('nobody, if there is no stream', async () => {
    await expect(readState(tableOf([]), operator, '2', { version: 0 })).rejects.toMatchObject({ problem: { status: 404 } });
  });

  it('nobody, if the stream has only refused commands of a process', async () => {
    const commanding = instanceOver(memoryTable());
    await handleCommand(commanding, deposits(5, { actor: robot, stream: 'account-2' }));
    expect((await commanding.store.read('account-2', { from: 1 })).commits).toHaveLength(1);
    for (const actor of [ada, operator])
      for (const look of [
        readHistory(commanding, actor, '2', { limit: 5, direction: 'oldest-first' }),
        readState(commanding, actor, '2', { version: 0 }),
      ])
        await expect(look).rejects.toMatchObject({ problem: { status: 404 } });
  });
});

describe('the history', () => {
  const walk = async (commanding: ReturnType<typeof tableOf>, request: HistoryRequest) => {
    const pages: (readonly { commit: number; events: readonly { type: string; version: number }[] }[])[] = [];
    let cursor: string | undefined;
    do {
      const page = await readHistory(commanding, ada, '1', { ...request, ...(cursor !== undefined && { cursor }) });
      pages.push(page.commits);
      cursor = page.cursor;
    } while (cursor !== undefined && pages.length < 100);
    return pages;
  };
  const filters = fc.record({
    limit: fc.integer({ min: 1, max: 7 }),
    direction: fc.constantFrom('oldest-first' as const, 'newest-first' as const),
    types: fc.constantFrom<(readonly string[] | undefined)[]>(
      undefined,
      ['MoneyWithdrawn'],
      ['MoneyDeposited', 'AccountOpened'],
      ['Nothing'],
    ),
    since: fc.option(fc.integer({ min: -1, max: 8 }).map(instant), { nil: undefined, freq: 2 }),
    until: fc.option(fc.integer({ min: -1, max: 8 }).map(instant), { nil: undefined }),
  });

  it('page by page is all that the filter lets pass, in order, nothing twice, in either direction', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, filters, async (counts, { types, since, until, ...request }) => {
        const commits = historyOf(counts);
        const asked = { ...request, ...(types && { types }), ...(since && { since }), ...(until && { until }) };
        const pages = await walk(tableOf(commits), asked);
        const expected = commits
          .filter(({ at }) => (!since || at >= since) && (!until || at <= until))
          .map(({ commit, version, events }) => ({
            commit,
            events: events
              .map(({ type }, i) => ({ type, version: version - events.length + i + 1 }))
              .filter(({ type }) => !types || types.includes(type)),
          }))
          .filter(({ events }) => events.length > 0);
        const found = pages
          .flat()
          .map(({ commit, events }) => ({ commit, events: events.map(({ type, version }) => ({ type, version })) }));
        expect(found).toEqual(request.direction === 'oldest-first' ? expected : expected.toReversed());
        expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(request.limit);
      }),
      { numRuns: runs(60) },
    );
  });

  it('takes a cursor only for what it was made for', async () => {
    const commanding = tableOf(historyOf([1, 1, 1]));
    const request = { limit: 1, direction: 'oldest-first' as const };
    const { cursor } = await readHistory(commanding, ada, '1', request);
    expect(cursor).toBeDefined();
    for (const other of [
      { ...request, direction: 'newest-first' as const },
      { ...request, types: ['MoneyDeposited'] },
      { ...request, since: instant(0) },
      { ...request, until: instant(9) },
    ])
      await expect(readHistory(commanding, ada, '1', { ...other, cursor: cursor! })).rejects.toMatchObject({
        problem: { status: 400 },
      });
    await expect(readHistory(commanding, ada, '1', { ...request, cursor: 'nonsense' })).rejects.toMatchObject({
      problem: { status: 400 },
    });
  });

  it('looks for what is rare in few requests, and gives a page back before it has looked for long', async () => {
    const long = historyOf(Array(2_400).fill(1));
    const { commanding, calls } = watched(tableOf(long, 1024 * 1024));
    const { commits, cursor } = await readHistory(commanding, operator, '1', {
      limit: 1,
      direction: 'oldest-first',
      types: ['AccountClosed'],
    });
    expect(commits).toEqual([]);
    expect(cursor).toBeDefined();
    expect(calls.filter((call) => call === 'store.read').length).toBeLessThanOrEqual(30);
  });

  it('reads thousands of commits without events in few requests, for every limit', async () => {
    const { commanding, calls } = watched(tableOf([...historyOf([]), ...refusedAfter(historyOf([]), 2_400)], 1024 * 1024));
    const { commits, cursor } = await readHistory(commanding, operator, '1', { limit: 1, direction: 'newest-first' });
    expect([commits, typeof cursor]).toEqual([[], 'string']);
    expect(calls.filter((call) => call === 'store.read').length).toBeLessThanOrEqual(25);
  });

  it('ends a page before it has more bytes than an answer may have', async () => {
    const long = instanceOver(memoryTable(), { store: memoryStore() });
    await handleCommand(long, opens());
    const large = 'x'.repeat(380_000);
    for (let i = 0; i < 12; i++)
      await long.store.append(await nextOf(long, [{ type: 'AccountClosed', v: 1, data: { reason: large } }]));
    const { commits, cursor } = await readHistory(long, ada, '1', { limit: 100, direction: 'oldest-first' });
    expect(JSON.stringify(JSON.stringify(commits)).length).toBeLessThan(6_000_000);
    expect(commits.length).toBeLessThan(12);
    expect(cursor).toBeDefined();
  });
});
