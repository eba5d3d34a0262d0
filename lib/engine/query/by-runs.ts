import type { List } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import { pages } from '../pages.ts';
import type { Listing, ViewItem, ViewReader } from '../ports.ts';
import { numberOf, sortOf } from '../view/kinds/places.ts';
import { entryOf, placedInRuns, rowOfPlace } from '../view/kinds/runs.ts';
import { matches } from '../view/lists.ts';
import type { KeyedReader, RowPlace } from './ports.ts';

type Reader = Pick<KeyedReader, 'places'> & Pick<ViewReader, 'rowsOf'>;
type Asked = Parameters<ViewReader['list']>[0];

/** Most runs are short. */
const [firstRows, moreRows] = [8, 64];
const runsAtOnce = 10;
/** Behind so many pages of entries whose rows are gone, or do not match, a page ends early. */
const batchesPerPage = 20;

/** Sorts behind a place, and before the next: nothing is stored there. */
const behind = (commit: number) => `${sortOf(commit)}~`;

/** The rows of a run in their order, from the entry on that an index has; none if the row is gone from there. */
const runAt = async (
  reader: Reader,
  { of: list, name, partition }: Readonly<{ of: List<never>; name: string; partition: string }>,
  { key, sort, at }: RowPlace,
): Promise<readonly ViewItem[]> => {
  let rows: readonly ViewItem[] = [];
  let limit = firstRows;
  const read = (asked: Omit<Parameters<ViewReader['rowsOf']>[1], 'limit'>) => {
    const page = reader.rowsOf(key, { ...asked, limit });
    limit = moreRows;
    return page;
  };
  const from = { after: { key, sort: behind(numberOf({ sort }) - 1) }, direction: 'oldest-first' } as const;
  for await (const { items } of pages(read, from)) {
    const placed = placedInRuns(name, list, [...rows, ...items]);
    const own = ({ lists }: ViewItem) => lists?.[name]?.in === partition && entryOf(lists[name].at) === at;
    const end = placed.findIndex((item) => !own(item));
    rows = end < 0 ? placed : placed.slice(0, end);
    if (end >= 0) break;
  }
  return rows;
};

/** The entry of the run that a place is in, and the commit of that place. */
const restOf = (at: string): Readonly<{ place: RowPlace; commit: number }> | undefined => {
  const [first, row] = [rowOfPlace(entryOf(at)), rowOfPlace(at)];
  return first && row && { place: { key: first.key, sort: sortOf(first.commit), at: entryOf(at) }, commit: row.commit };
};

/**
 * A list that has an entry for each run, with all rows: a run's stand together, in the order of their commits, and the runs in the order of their entries. Newest first is
 * the same from its end. A page may end within a run.
 */
export const byRuns = (reader: Reader, of: List<never>): Pick<ViewReader, 'list'> => ({
  list: async ({ list: name, partition, limit, after, direction, where }: Asked): Promise<Listing> => {
    const isForward = direction === 'oldest-first';
    const rowsOf = async (place: RowPlace, isWanted: (commit: number) => boolean = () => true) => {
      const rows = (await runAt(reader, { of, name, partition }, place)).filter((item) => isWanted(numberOf(item)));
      return (isForward ? rows : rows.toReversed()).filter((item) => matches(item, where));
    };
    const items: ViewItem[] = [];
    const page = (next: Listing['next']): Listing => {
      const shown = items.slice(0, limit);
      const last = shown.at(-1);
      const more = last && (next || items.length > limit) ? { at: last.lists?.[name]?.at } : next;
      return { items: shown, ...(more && { next: more }) };
    };
    const rest = typeof after?.at === 'string' ? restOf(after.at) : undefined;
    if (rest && (isForward || rest.commit > numberOf(rest.place)))
      items.push(...(await rowsOf(rest.place, (commit) => (isForward ? commit > rest.commit : commit < rest.commit))));
    let from: Listing['next'] = rest ? { at: rest.place.at } : after;
    for (let batch = 0; batch < batchesPerPage && items.length <= limit; batch += 1) {
      // Whether anything follows on a full page is for the index to say.
      const asked = { list: name, partition, direction, limit: Math.max(1, limit - items.length), ...(from && { after: from }) };
      const { places, next } = await reader.places(asked);
      for (let i = 0; i < places.length; i += runsAtOnce) {
        if (items.length > limit || (items.length === limit && places.length > i)) return page({ at: places.at(-1)?.at });
        items.push(...(await atOnce(runsAtOnce, places.slice(i, i + runsAtOnce), (place) => rowsOf(place))).flat());
      }
      from = next;
      if (!from || items.length >= limit) break;
    }
    return page(from);
  },
});
