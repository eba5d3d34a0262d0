import { canonical } from '../canonical.ts';
import { nowOf } from '../instant.ts';
import { pages } from '../pages.ts';
import type { ViewItem } from '../ports.ts';
import { storable } from '../store/storable.ts';
import { expired } from '../view/lists.ts';
import type { Projecting } from '../view/projecting.ts';
import { listed } from '../view/view-item.ts';
import type { Difference } from './ports.ts';

const rowsPerPage = 200;

/** The part of an item that readers and later commits go by, as the table keeps it. */
export const compared = (item: ViewItem) => {
  const { row, memory, owner, lists, expires } = listed(item);
  return storable({ row, memory, owner, lists, expires });
};

/** 53 bits of a text, mixed: enough to tell two versions of a row from each other, where keeping all rows would take too much room. */
const fingerprint = (text: string): number => {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0);
};

export type Wanted = Readonly<{ commit: number; print: number; expires?: string }>;

/** The expected row in a compact form; undefined for a tombstone. */
export const wantedOf = (item: ViewItem): Wanted | undefined =>
  item.row === undefined
    ? undefined
    : {
        commit: item.commit,
        print: fingerprint(canonical(compared(item))),
        ...(item.expires && { expires: item.expires }),
      };

/** The rows beside a head that are not what they should be, by their sort keys. */
export const rowDifferences = async (
  { view, store, clock }: Projecting,
  head: ViewItem,
  wanted: Map<string, Wanted | undefined>,
): Promise<readonly Difference[]> => {
  const { stream } = head;
  const differences: Difference[] = [];
  const differs = (sort: string, what: Difference['what'], detail: string) =>
    differences.push({ stream, what, detail: `${sort} ${detail}` });
  const options = { limit: rowsPerPage, direction: 'oldest-first', consistent: true, tombstones: true } as const;
  for await (const { items } of pages((asked) => view.rowsOf(head.key, asked), options))
    for (const item of items) {
      const should = wanted.get(item.sort);
      wanted.delete(item.sort);
      // Rows are written, or taken away, before the cursor: one that is ahead of it is its next commit's, if there is such a commit.
      if (item.commit > head.commit) {
        if (!(await store.find(stream, item.commit)))
          differs(item.sort, 'stray', `carries commit ${item.commit}, which its stream does not have`);
      } else if (item.row === undefined) {
        if (should) differs(item.sort, 'differs', 'was taken away');
      } else if (!should) differs(item.sort, 'stray', 'should not be there');
      else if (item.commit < should.commit) differs(item.sort, 'differs', `is of commit ${item.commit}, not of ${should.commit}`);
      else if (wantedOf(item)?.print !== should.print) differs(item.sort, 'differs', 'has other fields');
    }
  // The table may have removed what has expired.
  for (const [sort, should] of wanted) if (should && !expired(should, nowOf(clock))) differs(sort, 'differs', 'is missing');
  return differences;
};
