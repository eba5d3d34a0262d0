import { dynamoDb } from '../limits.ts';
import type { Listing, ViewItem, ViewReader } from '../ports.ts';
import { matches } from '../view/lists.ts';
import type { KeyedReader, RowPlace } from './ports.ts';

type Lists = Pick<ViewReader, 'list' | 'all'>;
type Asked = Parameters<KeyedReader['places']>[0];

/** A page looks at no more rows than this times a batch: behind many that do not match it ends early, with a place to go on from. */
const batchesPerPage = 20;

const idOf = ({ key, sort }: Readonly<{ key: string; sort: string }>): string => JSON.stringify([key, sort]);

/** The items at some places, in the order of the places. An index may have a row at two places while it moves: it is asked for once, and stands at the first. */
const found = async (reader: KeyedReader, places: readonly RowPlace[]): Promise<readonly (readonly [ViewItem, RowPlace])[]> => {
  if (places.length === 0) return [];
  const once = [...Map.groupBy(places, idOf).values()].map(([first]) => first!);
  const items = new Map((await reader.itemsAt(once)).map((item) => [idOf(item), item]));
  return once.flatMap((place) => {
    const item = items.get(idOf(place));
    return item ? [[item, place] as const] : [];
  });
};

/** A page of the rows that are where the index has them: `shown` answers a row as it stands in the list, or undefined if it is not in it any more. */
const page = async (
  reader: KeyedReader,
  asked: Asked,
  shown: (item: ViewItem, place: RowPlace) => ViewItem | undefined,
  placeOf: (item: ViewItem) => NonNullable<Listing['next']>,
): Promise<Listing> => {
  const items: ViewItem[] = [];
  let after = asked.after;
  for (let batch = 0; batch < batchesPerPage; batch += 1) {
    const wanted = asked.limit - items.length;
    const limit = batch === 0 ? wanted : Math.max(wanted, dynamoDb.batchItems);
    const { places, next } = await reader.places({ ...asked, limit, ...(after && { after }) });
    const rows = (await found(reader, places)).flatMap(([item, place]) => shown(item, place) ?? []);
    items.push(...rows.slice(0, wanted));
    if (rows.length > wanted) return { items, next: placeOf(items.at(-1)!) };
    after = next;
    if (!after || items.length === asked.limit) break;
  }
  return { items, ...(after && { next: after }) };
};

/**
 * Lists by indexes that hold keys only. An index may lag behind the rows, so a row that is gone, or in another partition or of another owner by now, is left out;
 * one that has moved within its partition stands where the index has it, with what it is now: else a walk could miss it, and a page would be out of order.
 */
export const byKeys = (reader: KeyedReader & Lists): Lists => ({
  list: ({ where, ...asked }) =>
    page(
      reader,
      asked,
      (item, { at }) =>
        item.lists?.[asked.list]?.in === asked.partition && matches(item, where)
          ? { ...item, lists: { ...item.lists, [asked.list]: { in: asked.partition, at } } }
          : undefined,
      ({ lists }) => ({ at: lists?.[asked.list]?.at }),
    ),
  all: ({ where, owner, consistent, direction = 'oldest-first', ...asked }) =>
    owner === undefined
      ? reader.all({ where, consistent, ...asked })
      : page(
          reader,
          { ...asked, owner, direction },
          (item) => (item.owner === owner && matches(item, where) ? item : undefined),
          ({ key, sort }) => ({ key, sort }),
        ),
});
