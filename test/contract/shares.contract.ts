import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Share } from '../../lib/core/share.ts';
import type { RowChange, RowListing, View, ViewItem, ViewReader } from '../../lib/engine/ports.ts';
import { shardOf } from '../../lib/engine/shard.ts';
import { NotStorable } from '../../lib/engine/store/storable.ts';
import { mostHomes, pointerTo } from '../../lib/engine/view/kinds/homes.ts';
import { totalOf } from '../../lib/engine/view/parts.ts';
import { homeShard, rowChanges } from '../../lib/engine/view/shares.ts';
import { written } from '../../lib/engine/view/view-item.ts';

type Table = View & ViewReader;
type Shares = Readonly<Record<string, Share>>;

const fresh = (): string => randomUUID();
const headOf = (key: string, commit: number, over: Partial<ViewItem> = {}): ViewItem => ({
  key,
  sort: 'head',
  stream: `order-${key}`,
  commit,
  memory: {},
  ...over,
});
const declared = (shards = 1, owner?: (row: string) => string | undefined) => ({
  shares: () => ({}),
  shards,
  ...(owner && { owner }),
});
const changesOf = (head: ViewItem, from: Shares, to: Shares, shards?: number, owner?: (row: string) => string | undefined) =>
  rowChanges(declared(shards, owner), head, new Map(Object.entries(from)), new Map(Object.entries(to)));
const totalIn = async (view: Table, row: string) => totalOf(await view.parts(row))?.total;
/** Puts one head, and answers in one word. */
const putShares = async (view: Table, head: ViewItem, before: ViewItem | undefined, changes: readonly RowChange[]) => {
  const put = await view.putShares([{ head, before }], changes);
  if (typeof put !== 'object') return put;
  // The head that was in the way is handed back.
  expect(put.moved).toEqual(new Map([[head.key, await view.head(head.key)]]));
  return 'moved';
};
const plain = { sums: {}, counts: {}, members: {}, highest: {} };

const walk = async (ask: (after: RowListing['next']) => Promise<RowListing>): Promise<readonly RowListing[]> => {
  const pages: RowListing[] = [];
  for (let after: RowListing['next']; ; ) {
    const page = await ask(after);
    pages.push(page);
    expect(pages.length, 'a list that never ends').toBeLessThan(200);
    after = page.next && JSON.parse(JSON.stringify(page.next));
    if (!after) return pages;
  }
};

/** The promises of every table of a view with shared rows. */
export const sharesContract = (name: string, makeView: () => Table | Promise<Table>) =>
  describe(`shared rows: ${name}`, () => {
    let view: Table;
    beforeAll(async () => {
      view = await makeView();
    });
    /** A stream that contributes something for the first time: its head as it is in the table then. */
    const contribute = async (shares: Shares, shards?: number, owner?: (row: string) => string | undefined, table = view) => {
      const head = headOf(fresh(), 1);
      expect(await putShares(table, head, undefined, changesOf(head, {}, shares, shards, owner))).toBe('written');
      return written(head, undefined);
    };

    it('writes the head, what is added and what is contributed, all together', async () => {
      const row = fresh();
      const share = {
        sums: { 'balance.EUR': 5 },
        counts: { open: 1 },
        members: { who: { ada: 2 } },
        highest: { last: 'b', top: 7 },
      };
      const first = await contribute({ [row]: share });
      const second = await contribute({ [row]: { ...share, highest: { last: 'a', more: 1 } } }).catch(() => undefined);
      expect(second).toBeUndefined();
      expect(await view.head(first.key)).toStrictEqual(first);
      expect(await totalIn(view, row)).toEqual({ ...share });
      expect((await view.streamsIn(row, { limit: 9 })).streams).toContain(first.stream);
      expect(await view.notedIn(first.stream, [row, fresh()])).toEqual(new Set([row]));
      const none = { ...plain, sums: { 'balance.EUR': 1 } };
      const more = await contribute({ [row]: none });
      expect(await totalIn(view, row)).toEqual({ ...share, sums: { 'balance.EUR': 6 } });
      const after = headOf(more.key, 2);
      expect(await putShares(view, after, more, changesOf(after, { [row]: none }, {}))).toBe('written');
      expect(await totalIn(view, row)).toEqual(share);
      // Its head says that it contributes nothing any more.
      expect((await view.streamsIn(row, { limit: 9 })).streams).toEqual(expect.arrayContaining([first.stream, more.stream]));
      await view.putNotes('order-x', [row, fresh()]);
      await view.putNotes('order-x', [row]);
      const { streams } = await view.streamsIn(row, { limit: 9 });
      expect(streams.filter((stream) => stream === 'order-x')).toHaveLength(1);
    });

    it('writes several heads with one change of a row, or nothing at all, and names the heads that have moved', async () => {
      const row = fresh();
      const heads = await Promise.all(Array.from({ length: 4 }, () => contribute({ [row]: { sums: { n: 1 } } }, 8)));
      const moves = heads.map((before) => ({ head: headOf(before.key, 2), before }));
      const add = { 'sum/n': 10, changes: 1 };
      const change: RowChange = { row, shard: 3, listed: `row/${row}`, entering: [], add, raise: { 'highest/top': 5 } };
      const [, second, , fourth] = moves;
      await view.putHead({ ...second!.head, memory: { n: 7 } }, second!.before);
      await view.putHead({ ...fourth!.head, memory: { n: 7 } }, fourth!.before);
      const put = await view.putShares(moves, [change]);
      const there = [second, fourth].map((move) => [move!.head.key, { ...move!.head, memory: { n: 7 }, writes: 2 }] as const);
      expect(put).toEqual({ moved: new Map(there) });
      for (const i of [0, 2]) expect(await view.head(heads[i]!.key)).toStrictEqual(heads[i]);
      expect((await totalIn(view, row))?.sums).toEqual({ n: 4 });
      const left = [moves[0]!, moves[2]!];
      expect(await view.putShares(left, [change])).toBe('written');
      for (const { head, before } of left) expect(await view.head(head.key)).toStrictEqual(written(head, before));
      expect(await totalIn(view, row)).toEqual({ ...plain, sums: { n: 14 }, highest: { top: 5 } });
      // Of the same heads, of new ones, and of a mixture of both.
      expect(await view.putShares(left, [change])).toEqual({
        moved: new Map(left.map(({ head, before }) => [head.key, written(head, before)])),
      });
      const [new1, new2] = [fresh(), fresh()].map((key) => ({ head: headOf(key, 1), before: undefined }));
      const [one] = left;
      expect(await view.putShares([new1!, new2!, one!], [change])).toEqual({
        moved: new Map([[one!.head.key, written(one!.head, one!.before)]]),
      });
      const raised = { ...change, raise: { 'highest/top': 5 } };
      expect(await view.putShares([new1!, new2!], [raised])).toBe('refused');
      expect(await view.head(new1!.head.key)).toBeUndefined();
      expect(await view.putShares([new1!, new2!], [{ ...change, raise: {} }])).toBe('written');
      expect((await totalIn(view, row))?.sums).toEqual({ n: 24 });
    });

    // In memory there are no tables of before.
    if (name !== 'memory')
      it('takes a contribution that was stored before 2026-12 for a note, and adds up nothing of it', async () => {
        const row = fresh();
        const first = await contribute({ [row]: { sums: { n: 1 } } });
        const stored = { key: `@${row}`, sort: 'share#order-old', stream: 'order-old', commit: 1, share: { sums: { n: 70 } } };
        await view.putRow(stored, undefined);
        expect((await view.streamsIn(row, { limit: 9 })).streams).toEqual([first.stream, 'order-old'].toSorted());
        expect(await view.notedIn('order-old', [row])).toEqual(new Set([row]));
        expect(await totalIn(view, row)).toEqual({ ...plain, sums: { n: 1 } });
        expect(await view.parts(row)).toHaveLength(1);
      });

    it('writes nothing at all when the head has moved', async () => {
      const row = fresh();
      const first = await contribute({ [row]: { sums: { n: 1 } } });
      const second = headOf(first.key, 2);
      const change = changesOf(second, { [row]: { sums: { n: 1 } } }, { [row]: { sums: { n: 5 } } });
      expect(await putShares(view, second, undefined, change)).toBe('moved');
      expect(await putShares(view, second, headOf(first.key, 3), change)).toBe('moved');
      expect(await putShares(view, second, headOf(first.key, 7), [])).toBe('moved');
      expect(await view.head(first.key)).toStrictEqual(first);
      expect(await totalIn(view, row)).toEqual({ ...plain, sums: { n: 1 } });
      expect(await putShares(view, second, first, change)).toBe('written');
      expect(await totalIn(view, row)).toEqual({ ...plain, sums: { n: 5 } });
    });

    it('moves only from the head that was read, also if another is at the same commit by now', async () => {
      const key = fresh();
      const begun = (done: number) => headOf(key, 0, { begun: { commit: 4, memory: { to: 4 }, done } });
      expect(await putShares(view, begun(40), undefined, [])).toBe('written');
      const first = written(begun(40), undefined);
      expect(await view.head(key)).toStrictEqual(first);
      expect(await putShares(view, begun(80), headOf(key, 0), [])).toBe('moved');
      expect(await view.putHead(headOf(key, 1), undefined)).toEqual({ there: first });
      const mark = { commit: 1, reason: 'Error', at: '2026-11-21T12:00:00.000Z' };
      const parked = { ...begun(40), parked: mark };
      expect(await view.putHead(parked, first)).toBe('written');
      expect(await putShares(view, begun(80), first, [])).toBe('moved');
      expect(await view.putHead(begun(40), written(parked, first))).toBe('written');
      // The same again as it was read first, and written twice since.
      const again = await view.head(key);
      expect(again).toStrictEqual({ ...first, writes: 3 });
      expect(await putShares(view, begun(80), first, [])).toBe('moved');
      expect(await putShares(view, begun(80), again, [])).toBe('written');
      expect(await view.putHead(parked, again)).toEqual({ there: await view.head(key) });
      const whole = written(begun(80), again);
      expect(await putShares(view, headOf(key, 4), whole, [])).toBe('written');
      expect(await putShares(view, headOf(key, 4), whole, [])).toBe('moved');
      expect(await view.head(key)).toStrictEqual(headOf(key, 4, { writes: 5 }));
    });

    it('loses nothing of what many streams add at once', async () => {
      const row = fresh();
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => {
          const head = headOf(fresh(), 1);
          const changes = changesOf(head, {}, { [row]: { sums: { n: i + 1 }, members: { who: { ada: 1, [`m${i}`]: 1 } } } });
          return putShares(view, head, undefined, changes);
        }),
      );
      expect(new Set(outcomes)).toEqual(new Set(['written']));
      const total = await totalIn(view, row);
      expect(total?.sums.n).toBe(78);
      expect(total?.members.who?.ada).toBe(12);
      expect(Object.keys(total?.members.who ?? {})).toHaveLength(13);
    });

    it.each([1, 3])('adds up exactly, however much many streams come to: %i parts', async (shards) => {
      const row = fresh();
      const most = Number.MAX_SAFE_INTEGER;
      const share = { sums: { up: most, down: -most }, counts: { n: most }, members: { who: { ada: most } } };
      const heads: ViewItem[] = [];
      for (let i = 0; i < 7; i++) heads.push(await contribute({ [row]: share }, shards));
      const seven = 7n * BigInt(most);
      expect(await totalIn(view, row)).toEqual({
        sums: { up: seven, down: -seven },
        counts: { n: seven },
        members: { who: { ada: seven } },
        highest: {},
      });
      // From one end to the other: a difference that no number holds.
      const turned = headOf(heads[0]!.key, 2);
      const change = changesOf(turned, { [row]: share }, { [row]: { sums: { up: -most, down: most } } }, shards);
      expect(await putShares(view, turned, heads[0], change)).toBe('written');
      const five = 5n * BigInt(most);
      expect((await totalIn(view, row))?.sums).toEqual({ up: five, down: -five });
      await contribute({ [row]: { sums: { up: 1 } } }, shards);
      expect((await totalIn(view, row))?.sums.up).toBe(five + 1n);
      for (const head of heads.slice(1)) {
        const after = headOf(head.key, 2);
        expect(await putShares(view, after, head, changesOf(after, { [row]: share }, {}, shards))).toBe('written');
      }
      expect((await totalIn(view, row))?.sums).toEqual({ up: 1 - most, down: most });
    });

    it('puts a part with a sum beyond every number as it must be', async () => {
      const row = fresh();
      await contribute({ [row]: { sums: { n: 1 } } });
      const [there] = await view.parts(row);
      const amounts = { ...there!.amounts, 'sum/n': 12345678901234567890123n };
      expect(await view.putPart({ ...there!, amounts }, `row/${row}`, there!.amounts.changes)).toBe(true);
      expect((await totalIn(view, row))?.sums).toEqual({ n: 12345678901234567890123n });
    });

    it('raises a highest value only over one that is below it', async () => {
      const row = fresh();
      const raise = async (value: number | string) => {
        const head = headOf(fresh(), 1);
        return putShares(view, head, undefined, changesOf(head, {}, { [row]: { highest: { top: value } } }));
      };
      const tried: (number | string)[] = [
        5,
        5,
        4,
        9,
        10,
        -1,
        'a',
        11,
        'Z',
        'b',
        'b!',
        'b',
        'é',
        'z',
        '\u{ffff}',
        '\u{10000}',
        '\u{ffff}',
      ];
      const outcomes: string[] = [];
      for (const value of tried) outcomes.push(await raise(value));
      expect(tried.filter((_, i) => outcomes[i] === 'written')).toEqual([5, 9, 10, 'a', 'b', 'b!', 'é', '\u{ffff}', '\u{10000}']);
      expect(new Set(outcomes)).toEqual(new Set(['written', 'refused']));
      expect((await totalIn(view, row))?.highest).toEqual({ top: '\u{10000}' });
    });

    it('takes forty rows at once', async () => {
      const rows = Array.from({ length: 40 }, fresh);
      await contribute(Object.fromEntries(rows.map((row) => [row, { sums: { n: 1 }, counts: { n: 2 }, highest: { n: 3 } }])));
      for (const row of rows)
        expect(await totalIn(view, row)).toEqual({ ...plain, sums: { n: 1 }, counts: { n: 2 }, highest: { n: 3 } });
    });

    it('takes thirty names at once, and as many that go', async () => {
      const row = fresh();
      const names = (n: number) => Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${n}-${i}`, 1]));
      const first = await contribute({ [row]: { counts: names(1) } });
      const second = headOf(first.key, 2);
      expect(
        await putShares(view, second, first, changesOf(second, { [row]: { counts: names(1) } }, { [row]: { counts: names(2) } })),
      ).toBe('written');
      const third = headOf(first.key, 3);
      const highest = { [row]: { highest: names(3) } };
      expect(
        await putShares(view, third, written(second, first), changesOf(third, { [row]: { counts: names(2) } }, highest)),
      ).toBe('written');
      expect(await totalIn(view, row)).toEqual({ ...plain, highest: names(3) });
    });

    it('says so when a row outgrows its item', async () => {
      const row = fresh();
      const long = (n: number): Share => ({
        members: { long: Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`${n}-${i}${'x'.repeat(16_000)}`, 1])) },
      });
      await contribute({ [row]: long(1) });
      const head = headOf(fresh(), 1);
      await expect(putShares(view, head, undefined, changesOf(head, {}, { [row]: long(2) }))).rejects.toThrow(NotStorable);
      expect(await view.head(head.key)).toBeUndefined();
    });

    it('splits a row and reads it as one', async () => {
      const row = fresh();
      const changes: RowChange[] = [];
      for (let i = 0; i < 24; i++) {
        const head = headOf(fresh(), 1);
        const change = changesOf(head, {}, { [row]: { sums: { n: i }, members: { who: { ada: 1 } }, highest: { top: i } } }, 4);
        changes.push(...change);
        expect(await putShares(view, head, undefined, change)).toBe('written');
      }
      const parts = await view.parts(row);
      // Of a few streams none may fall into some shard.
      const shards = [...new Set(changes.map(({ shard }) => shard))].toSorted();
      expect(shards.length).toBeGreaterThan(1);
      expect(parts.map(({ shard }) => shard)).toEqual(shards);
      expect(totalOf(parts)?.total).toEqual({ ...plain, sums: { n: 276 }, members: { who: { ada: 24 } }, highest: { top: 23 } });
      const shard = shards[0]!;
      const inShard = changes.filter((change) => change.shard === shard);
      const sum = inShard.reduce((n, { add }) => n + Number(add['sum/n'] ?? 0), 0);
      expect((await view.part(row, shard))?.amounts['sum/n'] ?? 0).toBe(sum);
      expect(await view.part(row, 5)).toBeUndefined();
      expect((await view.streamsIn(row, { limit: 5 })).streams).toHaveLength(5);
      const first = await view.streamsIn(row, { limit: 20 });
      const rest = await view.streamsIn(row, { limit: 20, after: JSON.parse(JSON.stringify(first.next)) });
      expect(rest.next).toBeUndefined();
      expect(new Set([...first.streams, ...rest.streams]).size).toBe(24);
    });

    it('adds up a row whose parts are more than one page of a table', async () => {
      const row = fresh();
      const shards = 5;
      const names = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}${'x'.repeat(15_000)}`, 1]));
      // One stream for each part, of some 300 KB.
      for (const shard of Array.from({ length: shards }, (_, i) => i)) {
        let head = headOf(fresh(), 1);
        while (shardOf(head.stream, shards) !== shard) head = headOf(fresh(), 1);
        const share = { sums: { n: 1 }, members: { long: names } };
        expect(await putShares(view, head, undefined, changesOf(head, {}, { [row]: share }, shards))).toBe('written');
      }
      expect(await view.parts(row)).toHaveLength(shards);
      expect((await totalIn(view, row))?.sums).toEqual({ n: shards });
      const listed = await walk((after) => view.sharedRows({ limit: 1, consistent: true, ...(after && { after }) }));
      const found = listed.flatMap(({ items }) => items).find((item) => item.row === row);
      expect(found?.parts).toHaveLength(shards);
      const streams = new Set<string>();
      for (let after: RowListing['next'], more = true; more; ) {
        const page = await view.streamsIn(row, { limit: 100, ...(after && { after }) });
        for (const stream of page.streams) streams.add(stream);
        after = page.next;
        more = after !== undefined;
      }
      expect(streams.size).toBe(shards);
    });

    describe('heads that are at home in a row', () => {
      const share = (n: number): Share => ({ sums: { n }, counts: { open: 1 } });
      const inRow = (row: string, change: readonly RowChange[]) => change.map((each) => ({ ...each, row, shard: homeShard }));
      /** The next head of a stream in a row, and the change of its sum. */
      const step = (
        row: string,
        before: ViewItem | undefined,
        key: string,
        [from, to]: readonly [number | undefined, number],
        home = true,
      ) => {
        const head = headOf(key, (before?.commit ?? 0) + 1, { memory: { n: to, text: 'é', none: null, list: [1, { a: 2 }] } });
        const change = changesOf(head, from === undefined ? {} : { [row]: share(from) }, { [row]: share(to) });
        return { move: { head: { ...head, ...(home && { home: row }) }, before }, change: inRow(row, change) };
      };
      const enter = async (row: string, n: number, table = view) => {
        const { move, change } = step(row, undefined, fresh(), [undefined, n]);
        expect(await table.putShares([move], change)).toBe('written');
        return written(move.head, undefined);
      };
      const at = ({ key, stream }: ViewItem) => ({ key, stream });

      it('are put with the sum, in one item of the row, and are found where their own place says', async () => {
        const row = fresh();
        const first = await enter(row, 5);
        expect(await view.head(first.key)).toStrictEqual(pointerTo(first));
        expect(await view.headIn(row, first)).toStrictEqual(first);
        expect(await view.headIn(row, at(headOf(fresh(), 1)))).toBeUndefined();
        expect(await view.headIn(fresh(), first)).toBeUndefined();
        const { move, change } = step(row, first, first.key, [5, 8]);
        expect(await view.putShares([move], change)).toBe('written');
        const second = written(move.head, first);
        expect(await view.headIn(row, first)).toStrictEqual(second);
        // The pointer stays as it was put.
        expect(await view.head(first.key)).toStrictEqual(pointerTo(first));
        const alone = { ...second, commit: 3 };
        expect(await view.putShares([{ head: alone, before: second }], [])).toBe('written');
        expect(await view.headIn(row, first)).toStrictEqual(written(alone, second));
        // Readers of the row see nothing of it.
        expect(await view.parts(row)).toEqual([
          { row, shard: homeShard, amounts: { 'sum/n': 8, 'count/open': 1, contributors: 1, changes: 2 }, highest: {} },
        ]);
        expect(await view.part(row, homeShard)).toEqual((await view.parts(row))[0]);
        expect((await view.streamsIn(row, { limit: 9 })).streams).toEqual([first.stream]);
        expect((await view.all({ limit: 1_000 })).items).toEqual([]);
        expect((await view.rowsOf(`@${row}`, { limit: 9, direction: 'oldest-first' })).items).toEqual([]);
      });

      it('are not put if one of them has moved, and are handed back', async () => {
        const row = fresh();
        const [one, two] = [await enter(row, 1), await enter(row, 2)];
        const later = step(row, two, two.key, [2, 20]);
        expect(await view.putShares([later.move], later.change)).toBe('written');
        const now = written(later.move.head, two);
        const stale = [step(row, one, one.key, [1, 10]), step(row, two, two.key, [2, 30])];
        const merged = { ...stale[0]!.change[0]!, add: { 'sum/n': 37, changes: 1 } };
        const moves = stale.map(({ move }) => move);
        expect(await view.putShares(moves, [merged])).toEqual({ moved: new Map([[two.key, now]]) });
        expect((await totalIn(view, row))?.sums).toEqual({ n: 21 });
        expect(await view.headIn(row, one)).toStrictEqual(one);
        expect(
          await view.putShares(
            [moves[0]!, step(row, now, two.key, [20, 30]).move],
            [{ ...merged, add: { 'sum/n': 19, changes: 1 } }],
          ),
        ).toBe('written');
        expect((await totalIn(view, row))?.sums).toEqual({ n: 40 });
        // Who takes a stream for new is handed its head, from wherever it is.
        const new1 = step(row, undefined, one.key, [undefined, 7]);
        expect(await view.putShares([new1.move], new1.change)).toEqual({
          moved: new Map([[one.key, await view.headIn(row, one)]]),
        });
        const outside = await contribute({ [row]: share(4) });
        const new2 = step(row, undefined, outside.key, [undefined, 7]);
        expect(await view.putShares([new2.move], new2.change)).toEqual({ moved: new Map([[outside.key, outside]]) });
        expect(await view.putShares([{ head: headOf(one.key, 1), before: undefined }], [])).toEqual({
          moved: new Map([[one.key, undefined]]),
        });
        expect((await totalIn(view, row))?.sums).toEqual({ n: 44 });
      });

      it('move out with their sums, and are nowhere else then', async () => {
        const row = fresh();
        const first = await enter(row, 1);
        const { move, change } = step(row, first, first.key, [1, 3], false);
        expect(await view.putShares([move], change)).toBe('written');
        const second = written(move.head, first);
        expect(await view.head(first.key)).toStrictEqual(second);
        expect(await view.headIn(row, first)).toBeUndefined();
        expect((await totalIn(view, row))?.sums).toEqual({ n: 3 });
        // A writer that still takes it for being in the row loses, on its way there or out.
        const late = step(row, first, first.key, [1, 9]);
        expect(await view.putShares([late.move], late.change)).toEqual({ moved: new Map([[first.key, undefined]]) });
        const out = step(row, first, first.key, [1, 9], false);
        expect(await view.putShares([out.move], out.change)).toEqual({ moved: new Map([[first.key, second]]) });
        expect((await totalIn(view, row))?.sums).toEqual({ n: 3 });
        // And back, to another row.
        const other = fresh();
        const head = headOf(first.key, 3, { home: other });
        const changes = changesOf(head, { [row]: share(3) }, { [other]: share(3) });
        const homed = changes.map((each) => (each.row === other ? { ...each, shard: homeShard } : each));
        expect(await view.putShares([{ head, before: second }], homed)).toBe('written');
        expect(await view.head(first.key)).toStrictEqual(pointerTo(written(head, second)));
        expect(await view.headIn(other, first)).toStrictEqual(written(head, second));
        expect([await totalIn(view, row), (await totalIn(view, other))?.sums]).toEqual([undefined, { n: 3 }]);
        // Whoever has read it in its own place loses as well.
        expect(await view.putHead(headOf(first.key, 4), second)).toEqual({ there: pointerTo(written(head, second)) });
      });

      it('come in until a row has taken eight, whoever has left', async () => {
        const row = fresh();
        const heads: ViewItem[] = [];
        for (let i = 0; i < mostHomes - 1; i++) heads.push(await enter(row, 1));
        const two = [fresh(), fresh()].map((key) => step(row, undefined, key, [undefined, 1]));
        const both = { ...two[0]!.change[0]!, add: { 'sum/n': 2, 'count/open': 2, contributors: 2, changes: 1 } };
        expect(
          await view.putShares(
            two.map(({ move }) => move),
            [both],
          ),
        ).toBe('full');
        expect((await totalIn(view, row))?.sums).toEqual({ n: mostHomes - 1 });
        expect(await view.putShares([two[0]!.move], two[0]!.change)).toBe('written');
        expect(await view.putShares([two[1]!.move], two[1]!.change)).toBe('full');
        const out = step(row, heads[0], heads[0]!.key, [1, 1], false);
        expect(await view.putShares([out.move], [])).toBe('written');
        expect(await view.putShares([two[1]!.move], two[1]!.change)).toBe('full');
        expect(await view.head(two[1]!.move.head.key)).toBeUndefined();
        // Those that are there go on.
        const on = step(row, heads[1], heads[1]!.key, [1, 4]);
        expect(await view.putShares([on.move], on.change)).toBe('written');
        expect((await totalIn(view, row))?.sums).toEqual({ n: mostHomes + 3 });
      });

      it('stay where a repair puts the sum beside them, and are put over what is left of a place that was spoilt', async () => {
        const row = fresh();
        const first = await enter(row, 1);
        const [part] = await view.parts(row);
        expect(await view.putPart({ ...part!, amounts: { ...part!.amounts, 'sum/n': 9 } }, `row/${row}`, 7)).toBe(false);
        expect(
          await view.putPart({ ...part!, amounts: { ...part!.amounts, 'sum/n': 9 } }, `row/${row}`, part!.amounts.changes),
        ).toBe(true);
        expect(await view.headIn(row, first)).toStrictEqual(first);
        expect((await totalIn(view, row))?.sums).toEqual({ n: 9 });
        // Somebody has put a head over the pointer: what the row has of the stream is nobody's.
        const spoilt = written(headOf(first.key, 0), pointerTo(first));
        expect(await view.putHead(headOf(first.key, 0), pointerTo(first))).toBe('written');
        const again = step(row, spoilt, first.key, [undefined, 2]);
        expect(await view.putShares([again.move], again.change)).toBe('written');
        expect(await view.headIn(row, first)).toStrictEqual(written(again.move.head, spoilt));
      });

      it('lose nothing of what many add at once, some of them on their way in or out', async () => {
        const row = fresh();
        const heads = await Promise.all(Array.from({ length: 6 }, (_, i) => enter(row, i)));
        const puts = await Promise.all(
          heads.map((head, i) => {
            const { move, change } = step(row, head, head.key, [i, i + 10], i % 3 > 0);
            return view.putShares([move], change);
          }),
        );
        expect(puts).toEqual(heads.map(() => 'written'));
        expect((await totalIn(view, row))?.sums).toEqual({ n: 75 });
        for (const [i, head] of heads.entries()) expect((await view.headIn(row, head)) !== undefined).toBe(i % 3 > 0);
      });
    });

    it.each([1, 3])('lists every row once, page by page, and an owner’s by their keys: %i parts each', async (shards) => {
      const own = await makeView();
      const rows = Array.from({ length: 9 }, () => fresh()).toSorted();
      const owner = (row: string) => (rows.indexOf(row) % 2 === 0 ? 'ada' : rows.indexOf(row) === 1 ? undefined : 'bob');
      for (let i = 0; i < 6; i++)
        await contribute(Object.fromEntries(rows.map((row) => [row, { sums: { n: 1 } }])), shards, owner, own);
      const gone = fresh();
      const left = await contribute({ [gone]: { sums: { n: 0 } } }, shards, () => 'ada', own);
      const after = headOf(left.key, 2);
      await putShares(
        own,
        after,
        left,
        changesOf(after, { [gone]: { sums: { n: 0 } } }, {}, shards, () => 'ada'),
      );
      for (const limit of [1, 2, 4, 50]) {
        for (const consistent of [false, true]) {
          const pages = await walk((from) => own.sharedRows({ limit, consistent, ...(from && { after: from }) }));
          const listed = pages.flatMap(({ items }) => items);
          expect(listed.map(({ row }) => row).toSorted()).toEqual(rows);
          expect(listed.every(({ parts }) => totalOf(parts)?.total.sums.n === 6)).toBe(true);
          expect(pages.every(({ items }) => items.length <= limit)).toBe(true);
        }
        for (const name of ['ada', 'bob', 'carol']) {
          const pages = await walk((from) => own.sharedRows({ limit, owner: name, ...(from && { after: from }) }));
          expect(pages.flatMap(({ items }) => items.map(({ row }) => row))).toEqual(rows.filter((row) => owner(row) === name));
          expect(pages.every(({ items }) => items.length <= limit)).toBe(true);
        }
      }
      const heads = await own.all({ limit: 50 });
      expect(heads.items).toEqual([]);
      expect((await own.rowsOf(`@${rows[0]}`, { limit: 9, direction: 'oldest-first' })).items).toEqual([]);
    });
  });
