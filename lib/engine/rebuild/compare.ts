import canonicalize from 'canonicalize';
import { difference } from '../../core/difference.ts';
import { streamKey } from '../../core/projection.ts';
import { TryAgain } from '../again.ts';
import { atOnce } from '../at-once.ts';
import { nowOf } from '../instant.ts';
import { pages } from '../pages.ts';
import type { ViewItem, ViewReader } from '../ports.ts';
import { storable } from '../store/storable.ts';
import { foldAfresh } from '../view/fold-afresh.ts';
import { expired } from '../view/lists.ts';
import { type Projecting, rowsAtOnce } from '../view/projecting.ts';
import { contributed, sameShares, shardOf } from '../view/shares.ts';
import { listed } from '../view/view-item.ts';
import type { Difference } from './ports.ts';

export type Comparing = Projecting & Readonly<{ view: Projecting['view'] & Pick<ViewReader, 'rowsOf'> }>;

/** What differs, and whether that may be because the stream was written to meanwhile. */
type Look = Readonly<{ differences: readonly Difference[]; moved: boolean }>;

const looks = 5;
const betweenLooks = 200;
const rowsPerPage = 200;
const pathsNamed = 5;

/** Which of so many streams are compared: the same ones every time, spread by name. */
export const isSampled = (stream: string, oneOf: number): boolean => oneOf <= 1 || shardOf(stream, oneOf) === 0;

const shown = ({ row, memory, owner, lists, expires }: ViewItem) => ({ row, memory, owner, lists, expires });

/** The fields in which a stored item is not what it should be, without what is in them. */
const pathsOf = (stored: ViewItem, wanted: ViewItem): readonly string[] =>
  difference(storable(shown(listed(wanted))), storable(shown(listed(stored)))).map(({ path }) => path || '/');

const listedPaths = (paths: readonly string[]) =>
  `${paths.slice(0, pathsNamed).join(', ')}${paths.length > pathsNamed ? `, and ${paths.length - pathsNamed} more` : ''}`;

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

type Wanted = Readonly<{ commit: number; print: number; expires?: string }>;

/** What a row should be, in little room; undefined for a tombstone. */
const wantedOf = (item: ViewItem): Wanted | undefined =>
  item.row === undefined
    ? undefined
    : {
        commit: item.commit,
        print: fingerprint(canonicalize(storable(shown(listed(item)))) ?? ''),
        ...(item.expires && { expires: item.expires }),
      };

const rowDifferences = async (
  { view, store, clock }: Comparing,
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

const shareDifferences = async ({ projection, view }: Comparing, head: ViewItem): Promise<readonly Difference[]> => {
  if (projection.kind !== 'shared-rows') return [];
  const { stream } = head;
  const wanted = contributed(projection, head);
  const stored = await view.shares(stream, [...wanted.keys()]);
  const found = await atOnce(rowsAtOnce, wanted, async ([row, share]): Promise<readonly Difference[]> => {
    if (!sameShares(stored.get(row), share))
      return [{ stream, row, what: 'share-differs', detail: 'what it contributes is not what its history comes to' }];
    return (await view.part(row, shardOf(stream, projection.shards)))
      ? []
      : [{ row, what: 'total-differs', detail: `the part that ${stream} adds to is missing` }];
  });
  return found.flat();
};

const look = async (comparing: Comparing, stream: string): Promise<Look> => {
  const { projection, view } = comparing;
  const key = streamKey(projection, stream);
  const head = await view.head(key);
  // Nothing is stored, or everything waits for an operator: others say so.
  if (!head || head.parked) return { differences: [], moved: false };
  if (head.begun) return { differences: [], moved: true };
  const rows = new Map<string, Wanted | undefined>();
  let wanted: ViewItem | undefined;
  try {
    wanted = await foldAfresh(comparing, stream, head.commit, (items) => {
      for (const item of items) rows.set(item.sort, wantedOf(item));
    });
  } catch (cause) {
    if (!(cause instanceof TryAgain)) throw cause;
    return {
      differences: [
        { stream, what: 'differs', detail: `its cursor is at commit ${head.commit}, which its history does not have` },
      ],
      moved: false,
    };
  }
  if (!wanted) return { differences: [], moved: false };
  if (wanted.parked)
    return {
      differences: [{ stream, what: 'differs', detail: `folded anew it parks at commit ${wanted.parked.commit}` }],
      moved: false,
    };
  const paths = [...pathsOf(head, wanted), ...(head.stream === stream && head.commit === wanted.commit ? [] : ['/stream'])];
  const own: readonly Difference[] = paths.length > 0 ? [{ stream, what: 'differs', detail: listedPaths(paths) }] : [];
  const others =
    projection.kind === 'rows-per-stream'
      ? await rowDifferences(comparing, head, rows)
      : await shareDifferences(comparing, wanted);
  if (others.length === 0) return { differences: own, moved: false };
  const now = await view.head(key);
  return { differences: [...own, ...others], moved: now?.writes !== head.writes || now?.begun !== undefined };
};

/**
 * Folds a stream afresh, to the commit that its own cursor is at, and compares with what is stored: its head, its rows, its shares. What is
 * found while the stream is written to is looked at again; what is still in motion after some looks is left to the next audit.
 */
export const compareStream = async (comparing: Comparing, stream: string): Promise<readonly Difference[]> => {
  for (let i = 0; i < looks; i++) {
    if (i > 0) await comparing.clock.wait(betweenLooks);
    const { differences, moved } = await look(comparing, stream);
    if (!moved) return differences;
  }
  comparing.log.warn('A stream is written to all the time, and was not compared.', {
    projection: comparing.projection.name,
    stream,
  });
  return [];
};
