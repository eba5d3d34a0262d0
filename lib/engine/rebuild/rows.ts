import { sourceOf, streamKey } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import { unevenParts } from '../view/mend.ts';
import { contributed, rowAt, sameShares } from '../view/shares.ts';
import { isSampled } from './compare.ts';
import type { Difference, Rebuild, ScannedItem, Work } from './ports.ts';
import { defaultWorkSettings } from './settings.ts';
import type { Page, Working } from './slice.ts';

const looks = 5;
const betweenLooks = 200;

type Found = Readonly<{ difference?: Difference; moved: boolean }>;

/** Looks until what is found is the same twice: one look may fall between two writes. */
const settled = async ({ clock }: Pick<Working, 'clock'>, look: () => Promise<Found>): Promise<Difference | undefined> => {
  let before: Difference | undefined;
  for (let i = 0; i < looks; i++) {
    if (i > 0) await clock.wait(betweenLooks);
    const { difference, moved } = await look();
    if (!difference && !moved) return undefined;
    if (!moved && difference && before) return difference;
    before = moved ? undefined : difference;
  }
  // Written to all the time: the next audit may find it at rest.
  return undefined;
};

/** Whether the parts of a shared row are the sum of its shares. */
export const rowDifference = async (working: Working, row: string): Promise<Difference | undefined> => {
  const { projection, view } = working;
  if (projection.kind !== 'shared-rows') return undefined;
  return settled(working, async () => {
    const { uneven, moved } = await unevenParts({ projection, view }, row);
    const detail = `its total is not the sum of its shares, in ${uneven.length === 1 ? 'one part' : `${uneven.length} parts`}`;
    return { moved, ...(uneven.length > 0 && { difference: { row, what: 'total-differs', detail } }) };
  });
};

/** Whether a stream is to have the share in a row that it has. */
export const shareDifference = async (working: Working, stream: string, row: string): Promise<Difference | undefined> => {
  const { projection, view } = working;
  if (projection.kind !== 'shared-rows') return undefined;
  return settled(working, async () => {
    const head = await view.head(streamKey(projection, stream));
    if (head?.begun) return { moved: true };
    const stored = (await view.shares(stream, [row])).get(row);
    if (sameShares(stored, contributed(projection, head).get(row))) return { moved: false };
    const now = await view.head(streamKey(projection, stream));
    const difference: Difference = { stream, row, what: 'share-differs', detail: 'its share is not what its head says' };
    return { moved: now?.writes !== head?.writes || now?.begun !== undefined, difference };
  });
};

/** An item of a stream that the store knows nothing of. */
const strayDifference = async (
  working: Working,
  { stream, key }: ScannedItem & { stream: string; key: string },
): Promise<Difference | undefined> => {
  const { projection, store, view } = working;
  const stray = (detail: string): Difference => ({ stream, what: 'stray', detail });
  if (!sourceOf(projection, stream)) return stray('no stream that this view reads');
  if (streamKey(projection, stream) !== key) return stray(`it lies under ${key}, which is another stream's place`);
  // A cursor in front of everything is what a refold leaves of a stream without a history.
  if (await store.find(stream, 1)) return undefined;
  const head = await view.head(key);
  return head && head.commit === 0 && head.row === undefined ? undefined : stray('its stream has no commits');
};

/**
 * The pages of one segment of a view's own table: rows that are not the sum of their shares, shares that nobody's head speaks of, and items of
 * streams that do not exist, which no scan of the commits comes to.
 */
export const rowsPage =
  (working: Working, work: Work) =>
  ({ category, settings: { compareOneOf } }: Rebuild): Page =>
  async (after) => {
    const { viewScanner, settings = defaultWorkSettings } = working;
    const page = await viewScanner.scan(
      { segment: work.number, of: work.of },
      { limit: settings.pageCommits, ...(after && { after }) },
    );
    const differences: Difference[] = [];
    const add = (difference: Difference | undefined) => void (difference && differences.push(difference));
    const sampled = page.items.filter((item) => item.kind !== 'part' && isSampled(item.stream, compareOneOf));
    const streams = new Map<string, ScannedItem & { stream: string; key: string }>();
    for (const item of sampled) if (item.kind === 'head' || item.kind === 'row') streams.set(`${item.stream} ${item.key}`, item);
    // A row that is in several parts is looked at by whoever comes to the first of them.
    const rows = new Set<string>();
    for (const item of page.items)
      if (item.kind === 'part' && (await working.view.parts(item.row))[0]?.shard === item.shard) rows.add(item.row);
    await atOnce(settings.streamsAtOnce, category === undefined ? streams.values() : [], async (item) =>
      add(await strayDifference(working, item)),
    );
    await atOnce(settings.streamsAtOnce, sampled, async (item) => {
      if (item.kind === 'share') add(await shareDifference(working, item.stream, rowAt(item.key)));
    });
    await atOnce(settings.streamsAtOnce, rows, async (row) => add(await rowDifference(working, row)));
    return { ...(page.next && { next: page.next }), commits: 0, streams: 0, scanUnits: page.units, differences };
  };
