import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Share } from '../../lib/core/share.ts';
import type { RowChange, RowListing, View, ViewItem, ViewReader } from '../../lib/engine/ports.ts';
import { shardOf } from '../../lib/engine/shard.ts';
import { NotStorable } from '../../lib/engine/store/storable.ts';
import { totalOf } from '../../lib/engine/view/parts.ts';
import { rowChanges } from '../../lib/engine/view/shares.ts';
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
