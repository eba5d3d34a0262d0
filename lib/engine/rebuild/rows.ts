import { sourceOf, streamKey } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import { isSampled } from './compare.ts';
import { kindOf } from './kinds.ts';
import type { Difference, Rebuild, ScannedItem, Work } from './ports.ts';
import { defaultWorkSettings } from './settings.ts';
import type { TakePage, Working } from './slice.ts';

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
 * The pages of one segment of a view's own table: rows that are not the sum of their contributions, and
 * items of streams that do not exist, which no scan of the commits finds.
 */
export const rowsPage =
  (working: Working, work: Work) =>
  ({ category, settings: { compareOneOf } }: Rebuild): TakePage =>
  async (after) => {
    const { projection, viewScanner, settings = defaultWorkSettings } = working;
    const kind = kindOf(projection);
    const page = await viewScanner.scan(
      { segment: work.number, of: work.of },
      { limit: settings.pageCommits, ...(after && { after }) },
    );
    const differences: Difference[] = [];
    const add = (difference: Difference | undefined) => void (difference && differences.push(difference));
    const streams = new Map<string, ScannedItem & { stream: string; key: string }>();
    for (const item of page.items)
      if (item.kind !== 'part' && isSampled(item.stream, compareOneOf)) streams.set(`${item.stream} ${item.key}`, item);
    // A row in several parts is checked by the worker that finds the first of them.
    const rows = new Set<string>();
    for (const item of page.items)
      if (item.kind === 'part' && (await working.view.parts(item.row))[0]?.shard === item.shard) rows.add(item.row);
    await atOnce(settings.streamsAtOnce, category === undefined ? streams.values() : [], async (item) =>
      add(await strayDifference(working, item)),
    );
    await atOnce(settings.streamsAtOnce, rows, async (row) => add(await kind.compareTotal(working, row)));
    return { ...(page.next && { next: page.next }), commits: 0, streams: 0, scanUnits: page.units, differences };
  };
