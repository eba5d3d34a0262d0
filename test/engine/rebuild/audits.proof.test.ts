import { describe, expect, it } from 'vitest';
import type { ViewItem } from '../../../lib/engine/ports.ts';
import { compareStream } from '../../../lib/engine/rebuild/compare.ts';
import { orderAudit } from '../../../lib/engine/rebuild/operator/start-in-place.ts';
import type { Rebuild } from '../../../lib/engine/rebuild/ports.ts';
import { bagOf } from '../../support/examples/bag.ts';
import { asked, built, entries, headOf, settings, shelves, sums } from '../../support/examples/built.ts';
import { append, deliver, execute, faultsOf, kinds, type Rebuilding } from '../../support/examples/rebuilding.ts';

const tampered =
  (item: Partial<ViewItem> & Pick<ViewItem, 'key' | 'sort' | 'stream' | 'commit'>, writes?: number) =>
  async ({ view }: Rebuilding) =>
    view.putRow(item, writes === undefined ? await view.head(item.key) : { ...item, writes });
const found = ({ differences = [] }: Rebuild) =>
  [...new Set(differences.map(({ stream, row }) => stream ?? `row ${row}`))].sort();

type Tampering = (rebuilding: Rebuilding) => Promise<unknown>;
const tamperings: readonly (readonly [string, typeof sums, Tampering, readonly string[]])[] = [
  ['a row', sums, headOf({ row: { sum: 11, at: 4 } }), ['bag-a']],
  ['a cursor that is beyond the history', sums, headOf({ commit: 9 }), ['bag-a']],
  [
    'a row of a stream that does not exist',
    sums,
    tampered({ key: 'x', sort: 'head', stream: 'bag-x', commit: 4, row: { sum: 1 } }),
    ['bag-x'],
  ],
  ['an owner', sums, headOf({ owner: 'eve' }), ['bag-a']],
  [
    'one of many rows',
    entries,
    tampered({ key: 'c', sort: 'row#000000000009', stream: 'bag-c', commit: 3, row: { sum: 0, at: 1 } }),
    ['bag-c'],
  ],
  ['a row that is gone', entries, tampered({ key: 'c', sort: 'row#000000000009', stream: 'bag-c', commit: 3 }), ['bag-c']],
  [
    'a row that is gone by a commit from the future',
    entries,
    tampered({ key: 'c', sort: 'row#000000000009', stream: 'bag-c', commit: 99 }),
    ['bag-c'],
  ],
  [
    'a row that is nobody’s',
    entries,
    tampered({ key: 'c', sort: 'row#x', stream: 'bag-c', commit: 2, row: { sum: 0, at: 1 } }),
    ['bag-c'],
  ],
  [
    'a row from the future',
    entries,
    tampered({ key: 'c', sort: 'row#000000000009', stream: 'bag-c', commit: 99, row: { sum: 0, at: 1 } }),
    ['bag-c'],
  ],
  [
    'a row for a head that is far ahead',
    entries,
    tampered({ key: 'c', sort: 'row#000000000009', stream: 'bag-c', commit: 3, row: { sum: 0, at: 1 } }, 1_000),
    ['bag-c'],
  ],
  ['a memory', entries, headOf({ memory: 3 }), ['bag-a']],
  ['a memory behind shares', shelves, headOf({ memory: { sum: 80, seen: 4 } }), ['bag-a', 'row all', 'row digit-0']],
  [
    'a row to which nobody contributes',
    shelves,
    async ({ view }) => {
      const head = (await view.head('a'))!;
      const added = { 'sum/sum': 5, contributors: 1, changes: 1 };
      const change = { row: 'nobodys', shard: 5, listed: 'row/nobodys', entering: [], add: added, raise: {} };
      await view.putShares([{ head, before: head }], [change]);
    },
    ['row nobodys'],
  ],
  [
    'a total',
    shelves,
    async ({ view }) => {
      const [part] = await view.parts('all');
      await view.putPart({ ...part!, amounts: { ...part!.amounts, 'sum/sum': 1_000 } }, 'row/all', part!.amounts.changes);
    },
    ['row all'],
  ],
  [
    'a highest value',
    shelves,
    async ({ view }) => {
      const [part] = await view.parts('all');
      await view.putPart({ ...part!, highest: { 'highest/seen': 1_000 } }, 'row/all', part!.amounts.changes);
    },
    ['row all'],
  ],
];

describe('an audit', () => {
  it.each(kinds)('of $name without tampering finds nothing, under concurrent writes', async (projection) => {
    const rebuilding = await built(projection);
    const { id } = await orderAudit(rebuilding.ordering, { ...asked, projection: projection.name });
    const more = bagOf('a', [[1], [2], [3, 4], [6], ['Emptied'], [3]]).slice(3);
    const instance = rebuilding.instance();
    const live = (async () => {
      for (const commit of more) {
        await append(rebuilding, [commit]);
        await deliver(instance, [commit]);
        for (let turns = 0; turns < 40; turns++) await null;
      }
    })();
    expect(await execute(rebuilding, id)).toMatchObject({ state: 'audited', found: 0 });
    await live;
    expect(await faultsOf(rebuilding)).toEqual([]);
  });

  it.each(tamperings)(
    'finds %s, names it alone, changes nothing, and mends that when it is told to',
    async (_, projection, tamper, names) => {
      const rebuilding = await built(projection);
      await tamper(rebuilding);
      const before = structuredClone(rebuilding.view.items());
      const { id } = await orderAudit(rebuilding.ordering, { ...asked, projection: projection.name, settings });
      const audited = await execute(rebuilding, id);
      expect(audited).toMatchObject({ state: 'audited' });
      expect(found(audited)).toEqual(names);
      expect(rebuilding.view.items()).toEqual(before);
      const again = await orderAudit(rebuilding.ordering, { ...asked, projection: projection.name, settings, repair: true });
      expect(await execute(rebuilding, again.id)).toMatchObject({ state: 'audited', found: 0, ordered: expect.any(Number) });
      expect(await faultsOf(rebuilding)).toEqual([]);
    },
  );
});

describe('comparing a stream', () => {
  const more = bagOf('c', [[0], [1], [9, 8], [7], [6], [3], ['Emptied']]).slice(5);

  it('takes a row that is ahead of its cursor for the next commit’s, if there is such a commit', async () => {
    const rebuilding = await built(entries);
    await append(rebuilding, more.slice(0, 1));
    await tampered({ key: 'c', sort: 'row#000000000003', stream: 'bag-c', commit: 6, row: { sum: 34, at: 7 } })(rebuilding);
    expect(await compareStream(rebuilding.working, 'bag-c')).toEqual([]);
    await tampered({ key: 'c', sort: 'row#000000000003', stream: 'bag-c', commit: 7, row: { sum: 34, at: 7 } })(rebuilding);
    expect(await compareStream(rebuilding.working, 'bag-c')).toMatchObject([{ stream: 'bag-c', what: 'stray' }]);
  });

  it('takes a row that is gone for the next commit’s doing, if there is such a commit that has taken it away', async () => {
    const rebuilding = await built(entries);
    const gone = { key: 'c', sort: 'row#000000000000', stream: 'bag-c', commit: 7 };
    await tampered(gone)(rebuilding);
    expect(await compareStream(rebuilding.working, 'bag-c')).toMatchObject([
      { what: 'stray', detail: expect.stringContaining('carries commit 7') },
    ]);
    await append(rebuilding, more);
    expect(await compareStream(rebuilding.working, 'bag-c')).toEqual([]);
    await tampered({ ...gone, commit: 1 }, 9)(rebuilding);
    expect(await compareStream(rebuilding.working, 'bag-c')).toMatchObject([
      { what: 'differs', detail: expect.stringContaining('was taken away') },
    ]);
  });

  it('looks again when the stream was written to meanwhile', async () => {
    const rebuilding = await built(shelves);
    const instance = rebuilding.instance();
    let looks = 0;
    const notedIn: typeof rebuilding.view.notedIn = async (...given) => {
      looks += 1;
      if (looks === 1) {
        await append(rebuilding, more);
        await deliver(instance, more);
        return new Set();
      }
      return rebuilding.view.notedIn(...given);
    };
    expect(await compareStream({ ...rebuilding.working, view: { ...rebuilding.view, notedIn } }, 'bag-c')).toEqual([]);
    expect(looks).toBe(2);
  });
});
