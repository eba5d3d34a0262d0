import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection, AnySharedRows } from '../../../lib/core/projection.ts';
import type { Share } from '../../../lib/core/share.ts';
import { shardOf } from '../../../lib/engine/shard.ts';
import { evenness, mendRow } from '../../../lib/engine/view/mend.ts';
import { totalOf } from '../../../lib/engine/view/parts.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { refold } from '../../../lib/engine/view/refold.ts';
import { isHigher, rowChanges } from '../../../lib/engine/view/shares.ts';
import { memoryClock, memoryKeys, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { sumOf } from '../../../lib/testing/sharing.ts';
import { distantView } from '../../support/examples/distant-view.ts';
import { anySpread, checkRows, spreadHistory } from '../../support/examples/sharing.ts';

const deliver = (commits: readonly Commit[]) =>
  commits.map((commit, i) => ({ id: String(i), delivered: { ...commit, types: commit.events.map(({ type }) => type) } }));

const setUp = async (histories: readonly (readonly Commit[])[], projection: AnyProjection = anySpread) => {
  const [store, view, log] = [memoryStore(), memoryView(), memoryLog()];
  for (const commit of histories.flat()) await store.append(commit);
  const projecting = { projection, store, view, clock: memoryClock(), log };
  return { store, view, log, projecting };
};

/** The same over a store that has lost the history: a refold then takes out all that a stream contributed. */
const forgotten = <P extends Pick<Projecting, 'store'>>(projecting: P): P => ({
  ...projecting,
  store: { ...projecting.store, read: async () => ({ commits: [] }) },
});

describe('the projector, on shared rows', () => {
  it('writes the differences alone, whether commits come one by one or all at once', async () => {
    const events = [
      { rows: 3, amount: 5 },
      { rows: 2, amount: 5 },
      { rows: 4, amount: 7 },
    ];
    const histories = [spreadHistory('a', events), spreadHistory('b', events.slice(0, 2))];
    for (const batches of [histories.flat().map((commit) => [commit]), [histories.flat()]]) {
      const { view, projecting } = await setUp(histories);
      for (const batch of batches) expect(await projectBatch(projecting, deliver(batch))).toEqual([]);
      await checkRows(view, anySpread, histories);
      expect(await view.head('a')).toMatchObject({ commit: 3, memory: { rows: 4, amount: 7, top: 7 } });
    }
  });

  it('does in several transactions what one cannot take, and shows nothing as done before it is', async () => {
    const history = spreadHistory('a', [{ rows: 95, amount: 1 }]);
    const { view, projecting } = await setUp([history]);
    const put: (readonly [number, number])[] = [];
    const putShares: typeof view.putShares = (moves, changes) => {
      put.push([changes.length, moves[0]!.head.commit]);
      return view.putShares(moves, changes);
    };
    expect(await projectBatch({ ...projecting, view: { ...view, putShares } }, deliver(history))).toEqual([]);
    expect(put).toEqual([
      [40, 0],
      [40, 0],
      [16, 1],
    ]);
    await checkRows(view, anySpread, [history]);
  });

  it.each([1, 2])(
    'ends what another began, to the same commit and from where it stopped: after %i transactions',
    async (dies) => {
      const history = spreadHistory('a', [
        { rows: 90, amount: 1 },
        { rows: 3, amount: 2 },
        { rows: 100, amount: 3 },
      ]);
      const { view, store, projecting } = await setUp([]);
      await store.append(history[0]!);
      let done = 0;
      const dying: Projecting = {
        ...projecting,
        view: {
          ...view,
          putShares: async (...given) => {
            if (done++ === dies) throw new Error('the function died');
            return view.putShares(...given);
          },
        },
      };
      expect(await projectBatch(dying, deliver(history.slice(0, 1)))).toEqual(['0']);
      expect(await view.head('a')).toMatchObject({ commit: 0, begun: { commit: 1, done: dies * 40 } });
      for (const commit of history.slice(1)) await store.append(commit);
      expect(await projectBatch(projecting, deliver(history.slice(2)))).toEqual([]);
      expect(await view.head('a')).toMatchObject({ commit: 3 });
      expect((await view.head('a'))?.begun).toBeUndefined();
      await checkRows(view, anySpread, [history]);
    },
  );

  it.each<[string, Record<string, Share>, RegExp]>([
    ['a fraction', { row: { sums: { n: 0.5 } } }, /sum\/n in row is 0.5/],
    ['what is no safe integer', { row: { counts: { n: 2 ** 53 } } }, /count\/n in row/],
    ['a key that is none', { 'not an id': {} }, /'not an id' cannot be the key/],
    [
      'too many names',
      { row: { sums: Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`n${i}`, 1])) } },
      /over 30 names/,
    ],
    ['a set with a slash', { row: { members: { 'a/b': { c: 1 } } } }, /slash/],
    ['half of a letter', { row: { highest: { t: '\ud800' } } }, /surrogate/],
  ])('parks at %s', async (_, shares, reason) => {
    const projection = {
      ...anySpread,
      shares: ({ amount }: { amount: number }) => (amount === 2 ? shares : { row: { sums: { n: amount } } }),
    } as AnyProjection & AnySharedRows;
    const history = spreadHistory('a', [
      { rows: 0, amount: 1 },
      { rows: 0, amount: 2 },
      { rows: 0, amount: 3 },
    ]);
    const { view, projecting } = await setUp([history], projection);
    expect(await projectBatch(projecting, deliver(history))).toEqual([]);
    expect(await view.head('a')).toMatchObject({ commit: 1, parked: { commit: 2, reason: expect.stringMatching(reason) } });
    expect(totalOf(await view.parts('row'))?.total.sums).toEqual({ n: 1 });
  });

  it('parks where a highest value would fall, or go away', async () => {
    for (const after of [{ highest: { top: 4 } }, {}]) {
      const shares = ({ amount }: { amount: number }) => ({ row: amount === 1 ? { highest: { top: 5 } } : after });
      const history = spreadHistory('a', [
        { rows: 0, amount: 1 },
        { rows: 0, amount: 2 },
      ]);
      const { view, projecting } = await setUp([history], { ...anySpread, shares } as AnyProjection);
      await projectBatch(projecting, deliver(history));
      expect(await view.head('a')).toMatchObject({
        commit: 1,
        parked: { commit: 2, reason: expect.stringContaining('never falls') },
      });
    }
  });

  it('parks no stream because of the contributions of others: sums are exact beyond what a number holds', async () => {
    const shares = ({ amount }: { amount: number }) => ({ row: { sums: { n: amount } } });
    const big = Number.MAX_SAFE_INTEGER;
    const histories = ['a', 'b', 'c'].map((id, i) => spreadHistory(id, [{ rows: 0, amount: [big, big, 1][i]! }]));
    const { view, projecting } = await setUp(histories, { ...anySpread, shares } as AnyProjection);
    for (const history of histories) expect(await projectBatch(projecting, deliver(history))).toEqual([]);
    for (const id of ['a', 'b', 'c']) expect(await view.head(id)).not.toHaveProperty('parked');
    expect(totalOf(await view.parts('row'))?.total.sums).toEqual({ n: 2n * BigInt(big) + 1n });
    // An audit, a mending and a taking out see the same.
    const shared = { ...anySpread, shares } as AnyProjection & AnySharedRows;
    expect(await evenness({ projection: shared, view }, 'row')).toMatchObject({ even: true, moved: false });
    const [part] = await view.parts('row');
    await view.putPart({ ...part!, amounts: { ...part!.amounts, 'sum/n': 2n * BigInt(big) } }, 'row/row', part!.amounts.changes);
    expect((await evenness({ projection: shared, view }, 'row')).even).toBe(false);
    await mendRow({ projection: shared, view }, 'row');
    await refold(forgotten(projecting), 'spread-a');
    expect(totalOf(await view.parts('row'))?.total.sums).toEqual({ n: BigInt(big) + 1n });
  });

  it('raises a maximum although others raise it at the same time', async () => {
    const histories = Array.from({ length: 9 }, (_, i) => spreadHistory(`s${i}`, [{ rows: 0, amount: ((i * 5) % 9) + 1 }]));
    const { view, projecting } = await setUp(histories);
    const random = memoryKeys(7).random;
    const failed = await Promise.all(
      histories.map((history) =>
        projectBatch({ ...projecting, view: distantView(view, random, { before: 0, after: 0 }) }, deliver(history)),
      ),
    );
    expect(failed.flat()).toEqual([]);
    await checkRows(view, anySpread, histories);
  });

  it('reads a row only where something may be raised', async () => {
    const history = spreadHistory('a', [
      { rows: 2, amount: 1 },
      { rows: 3, amount: 1 },
    ]);
    const { view, projecting } = await setUp([history]);
    const read: string[] = [];
    const part: typeof view.part = (row, shard) => {
      read.push(row);
      return view.part(row, shard);
    };
    for (const commit of history) await projectBatch({ ...projecting, view: { ...view, part } }, deliver([commit]));
    expect(read).toEqual(['top']);
  });

  const spreading = fc.record({
    rows: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 30, max: 130 })),
    amount: fc.integer({ min: -3, max: 9 }),
  });
  it('equals the sum over the folds of all streams, despite late and repeated deliveries, races and crashes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(spreading, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        fc.integer(),
        fc.integer({ min: 1, max: 4 }),
        async (streams, seed, instances) => {
          const histories = streams.map((events, i) => spreadHistory(`s${i}`, events));
          const { view, projecting } = await setUp(histories);
          const { random } = memoryKeys(seed);
          const twice = histories.flat().flatMap((commit) => (random() < 0.3 ? [commit, commit] : [commit]));
          let open = twice.toSorted(() => random() - 0.5);
          for (let round = 0; open.length > 0; round++) {
            expect(round).toBeLessThan(200);
            const odds = round < 50 ? { before: 0.1, after: 0.1 } : { before: 0, after: 0 };
            const batches = Array.from({ length: instances }, (_, i) => deliver(open.filter((__, n) => n % instances === i)));
            const failed = await Promise.all(
              batches.map(async (batch) => {
                const ids = await projectBatch({ ...projecting, view: distantView(view, random, odds) }, batch);
                return batch.filter(({ id }) => ids.includes(id)).map(({ delivered }) => delivered);
              }),
            );
            open = failed.flat() as unknown as Commit[];
          }
          await checkRows(view, anySpread, histories);
          for (const [i, history] of histories.entries()) expect((await view.head(`s${i}`))?.commit).toBe(history.length);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('taking a stream out, and refolding it', () => {
  const lasting = {
    ...anySpread,
    shares: (memory: never) => Object.fromEntries(Object.entries(anySpread.shares(memory)).filter(([row]) => row !== 'top')),
  };

  it('leaves all others exact, while everything goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 0, max: 120 }), async (seed, rows) => {
        const histories = ['a', 'b', 'c'].map((id) =>
          spreadHistory(id, [
            { rows, amount: 2 },
            { rows: 5, amount: 3 },
            { rows: rows + 1, amount: 4 },
          ]),
        );
        const { view, projecting } = await setUp(histories, lasting);
        const { random } = memoryKeys(seed);
        const instance = (odds = 0) => ({ ...projecting, view: distantView(view, random, { before: odds, after: odds }) });
        await projectBatch(projecting, deliver(histories.flat().filter(({ commit }) => commit < 3)));
        const persist = async (work: () => Promise<unknown>): Promise<void> => {
          for (let tries = 0; tries < 60; tries++)
            try {
              await work();
              return;
            } catch {}
          throw new Error('It never got through.');
        };
        const last = deliver(histories.flatMap((history) => history.slice(2)));
        await Promise.all([
          persist(() => refold(instance(0.1), 'spread-a')),
          persist(() => refold(instance(0.1), 'spread-a')),
          persist(async () => {
            if ((await projectBatch(instance(0.1), last)).length > 0) throw new Error('again');
          }),
        ]);
        await checkRows(view, lasting, histories);
        await refold(forgotten(projecting), 'spread-b');
        await checkRows(view, lasting, [histories[0]!, histories[2]!]);
        expect(await view.head('b')).toMatchObject({ commit: 0, memory: { rows: 0 } });
        await projectBatch(projecting, deliver(histories[1]!.slice(2)));
        await checkRows(view, lasting, histories);
      }),
      { numRuns: 30 },
    );
  });

  it('follows a history that reads differently by now', async () => {
    const history = spreadHistory('a', [{ rows: 3, amount: 5 }]);
    const { view, projecting } = await setUp([history], lasting);
    await projectBatch(projecting, deliver(history));
    const redacted = spreadHistory('a', [{ rows: 1, amount: 5 }]);
    await refold({ ...projecting, store: { ...projecting.store, read: async () => ({ commits: redacted }) } }, 'spread-a');
    await checkRows(view, lasting, [redacted]);
  });

  it('takes up a parked stream, and leaves a stranger alone', async () => {
    const history = spreadHistory('a', [
      { rows: 50, amount: 5 },
      { rows: 3, amount: 666 },
    ]);
    const { view, projecting } = await setUp([history], lasting);
    await projectBatch(projecting, deliver(history));
    expect((await view.head('a'))?.parked?.commit).toBe(2);
    await refold(forgotten(projecting), 'spread-a');
    await checkRows(view, lasting, []);
    await refold(projecting, 'spread-a');
    expect((await view.head('a'))?.parked?.commit).toBe(2);
    await checkRows(view, lasting, [history.slice(0, 1)]);
    await refold(projecting, 'spread-nobody');
    expect(await view.head('nobody')).toBeUndefined();
  });

  it('takes out what even a memory of nothing would contribute', async () => {
    const history = spreadHistory('a', [{ rows: 45, amount: 5 }]);
    const always = { ...lasting, shares: (memory: never) => ({ ...lasting.shares(memory), always: { counts: { n: 1 } } }) };
    const { view, projecting } = await setUp([history], always);
    await projectBatch(projecting, deliver(history));
    await checkRows(view, always, [history]);
    await refold(forgotten(projecting), 'spread-a');
    await checkRows(view, always, []);
    await refold(projecting, 'spread-a');
    await checkRows(view, always, [history]);
  });

  it('reports that a highest value cannot be removed, and refolds its stream all the same', async () => {
    const history = spreadHistory('a', [{ rows: 0, amount: 5 }]);
    const { view, projecting } = await setUp([history]);
    await projectBatch(projecting, deliver(history));
    await expect(refold(forgotten(projecting), 'spread-a')).rejects.toThrow('never falls');
    await refold(projecting, 'spread-a');
    await checkRows(view, anySpread, [history]);
  });
});

describe('shares', () => {
  it('take names for what they are', () => {
    const share = { sums: { constructor: 1, 'a/b': 2 }, members: { set: { 'x/y': 1, toString: 2 } } };
    expect(sumOf([share, share])).toEqual({
      sums: { constructor: 2, 'a/b': 4 },
      counts: {},
      members: { set: { 'x/y': 2, toString: 4 } },
      highest: {},
    });
    const head = { stream: 'spread-a', commit: 1 };
    expect(rowChanges({ shares: () => ({}) }, head, new Map(), new Map([['constructor', share]]))).toHaveLength(1);
  });

  it('exist as long as some stream contributes, even if it contributes nothing', () => {
    expect(sumOf([{}])).toEqual({ sums: {}, counts: {}, members: {}, highest: {} });
    expect(sumOf([{ sums: { n: 1 } }, { sums: { n: -1 } }])?.sums).toEqual({});
    expect(sumOf([])).toBeUndefined();
  });

  it('compare texts by their bytes, and put them above numbers', () => {
    expect(['b', 'a', 'é', '\u{ffff}', '\u{10000}', 9, 10, -1, ''].toSorted((a, b) => (isHigher(a, b) ? 1 : -1))).toEqual([
      -1,
      9,
      10,
      '',
      'a',
      'b',
      'é',
      '\u{ffff}',
      '\u{10000}',
    ]);
  });

  it('fall on the shards where they always fell', () => {
    expect(['account-1', 'account-2', 'order-7f3a', 'é-1'].map((stream) => shardOf(stream, 10))).toEqual([4, 5, 7, 1]);
    const spreadOut = new Set(Array.from({ length: 200 }, (_, i) => shardOf(`account-${i}`, 10)));
    expect(spreadOut.size).toBe(10);
  });
});
