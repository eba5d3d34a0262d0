import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../../lib/core/projection.ts';
import { unitsOf } from '../../../../lib/engine/rebuild/operator/estimate-units.ts';
import { itemSize } from '../../../../lib/engine/store/size.ts';
import { bagOf, entries, sums } from '../../../support/examples/bag.ts';
import { anySpread, spreadHistory } from '../../../support/examples/sharing.ts';

const all = { compared: 1, looksAtItems: false };
const none = { compared: 0, looksAtItems: false };
/** Both scans of the commits, which are eventually consistent. */
const scanned = (commits: readonly Commit[]) => (2 * commits.reduce((sum, each) => sum + itemSize(each), 0)) / 8_192;

/** One row of so many bytes of text. */
const text = {
  ...entries,
  on: {
    Added: (_: number, { data: { n } }: { data: { n: number } }) => ({ memory: 0, rows: { only: { text: 'x'.repeat(n) } } }),
  },
} as unknown as AnyProjection;

describe('the units of a rebuild', () => {
  it('are those of a head for each stream, which is looked at, and read with the history where it is compared', () => {
    const commits = [...bagOf('a', [[1], [2], [3]]), ...bagOf('b', [[4]])];
    const projection = sums as unknown as AnyProjection;
    expect(unitsOf(projection, commits, none)).toEqual({ streams: 2, write: 2, read: scanned(commits) + 2 });
    expect(unitsOf(projection, commits, all)).toEqual({ streams: 2, write: 2, read: scanned(commits) + 6 });
    expect(unitsOf(projection, commits, { ...all, compared: 0.5 }).read).toBe(scanned(commits) + 4);
  });

  it('are none for a stream of which a view handles nothing, but for looking', () => {
    const commits = bagOf('a', [['Weighed']]);
    expect(unitsOf(sums as unknown as AnyProjection, commits, none)).toEqual({ streams: 1, write: 0, read: scanned(commits) });
  });

  it('count each list of a row, and an owner only where the heads are the rows', () => {
    const lists = { lists: { 'by-sum': { by: () => 'all' }, nowhere: { by: () => undefined } }, owner: () => 'ada' };
    const of = (projection: object) => unitsOf({ ...projection, ...lists } as unknown as AnyProjection, bagOf('a', [[1]]), none);
    expect(of(sums).write).toBe(3);
    // A row with its list, and the head.
    expect(of(entries).write).toBe(3);
  });

  it('are double in the transactions of shared rows, with a unit for each part that is new', () => {
    const share = { counts: { n: 1 } };
    const shares = (memory: { amount: number }) =>
      Object.fromEntries(Array.from({ length: memory.amount }, (_, i) => [`r${i}`, share]));
    const projection = { ...anySpread, shares } as unknown as AnyProjection;
    const writesFor = (amount: number) => unitsOf(projection, spreadHistory('a', [{ rows: 0, amount }]), none).write;
    // The head alone in no transaction; a head in each transaction of 40 rows, and a note and a new part for each row.
    expect([0, 1, 40, 41].map(writesFor)).toEqual([1, 2 + 4, 2 + 40 * 4, 4 + 41 * 4]);
  });

  it('round up once for all that a request reads, to four kilobytes, and each item that is written to one', () => {
    const row = itemSize({ key: 'a', sort: 'row#only', stream: 'bag-a', commit: 1, writes: 1, row: { text: '' } });
    const of = (bytes: number) => unitsOf(text, bagOf('a', [[bytes - row]]), all);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (kilobytes) => {
        const [exact, more] = [of(kilobytes * 1_024), of(kilobytes * 1_024 + 1)];
        expect(exact.write).toBe(1 + kilobytes);
        expect(more.write).toBe(2 + kilobytes);
        const scan = scanned(bagOf('a', [[1]]));
        expect(Math.round(exact.read - scan)).toBe(3 + Math.ceil(kilobytes / 4));
        expect(Math.round(more.read - scan)).toBe(3 + Math.ceil((kilobytes + 1 / 1_024) / 4));
      }),
    );
  });
});
