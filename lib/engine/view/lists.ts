import { findable, isSealedLike, type Sealed } from '../../core/personal/sealed.ts';
import type { AnyProjection, List } from '../../core/projection.ts';
import { dynamoDb } from '../limits.ts';
import type { ListPlace, ViewItem, Where } from '../ports.ts';
import { shardOf } from '../shard.ts';
import { textSize } from '../store/size.ts';
import { isStorable } from '../store/storable.ts';

/** The most bytes of the values of an index's keys. */
const largest = { in: dynamoDb.partitionKeyBytes, at: dynamoDb.sortKeyBytes } as const;
/** Sorts before everything that a text is likely to hold, so that a text comes before all that it begins. */
export const separator = '\u0001';

/** True if a value can be a key of an index. A row with any other value is not listed. */
export const fits = (part: keyof typeof largest, value: string): boolean =>
  3 * value.length <= largest[part] || textSize(value) <= largest[part];

/** The order of DynamoDB's text keys: by their UTF-8 bytes, which JavaScript's own comparison is not. */
export const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A list's partition, as JSON: no value of `by` reaches into another owner's partition, and no text is the number of a shard. */
export const partitionOf = (list: List<never>, owner: string | undefined, by: string | undefined, shard?: number): string => {
  const parts: (string | number | undefined)[] = [];
  if (list.within) parts.push(owner);
  if (list.by) parts.push(by);
  if (shard !== undefined) parts.push(shard);
  return JSON.stringify(parts);
};

/** All partitions over which the rows of one owner and one value are spread: one, unless the list has shards. */
export const partitionsOf = (list: List<never>, owner: string | undefined, by: string | undefined): readonly string[] =>
  list.shards === undefined
    ? [partitionOf(list, owner, by)]
    : Array.from({ length: list.shards }, (_, shard) => partitionOf(list, owner, by, shard));

/** The shard of a list in which all rows of a stream are. */
const shardIn = ({ shards }: List<never>, { stream }: ViewItem): number | undefined =>
  shards === undefined ? undefined : shardOf(stream, shards);

/** A key that pure code returned. An invalid one is a bug in the view's code, not of the table. */
const key = (what: string, part: keyof typeof largest, value: unknown): string => {
  if (typeof value !== 'string' || !value.isWellFormed()) throw new TypeError(`${what} must be a text.`);
  if (!fits(part, value)) throw new RangeError(`${what} has over ${largest[part]} bytes, the limit of an index key.`);
  return value;
};

const textOf = (by: string | Sealed | undefined) => (isSealedLike(by) ? findable(by) : by);

/** The value of `by` as the text of a partition: a personal value by its hash. */
export const textOfBy = ({ by }: List<never>, { row }: ViewItem): string | undefined => textOf(by?.(row as never));

const byOf = (name: string, list: List<never>, item: ViewItem): string | undefined => {
  const by = list.by?.(item.row as never);
  if (by === undefined || isSealedLike(by) === (list.find === true)) return textOf(by);
  throw new TypeError(
    list.find
      ? `The list ${name} declares \`find\`, and what it is by is no personal value.`
      : `The list ${name} is by a personal value: declare \`find: true\` on the list, so that readers can name the value.`,
  );
};

const placeIn = (name: string, list: List<never>, item: ViewItem): ListPlace | undefined => {
  const by = byOf(name, list, item);
  if ((list.within && item.owner === undefined) || (list.by && by === undefined)) return undefined;
  if (list.by) key(`What the list ${name} is by`, 'in', by);
  const rowKey = item.sort === 'head' ? undefined : item.sort.slice('row#'.length);
  const order = list.sort ? key(`What the list ${name} is sorted by`, 'at', list.sort(item.row as never)) : (rowKey ?? item.key);
  const at = `${order}${separator}${item.key}`;
  return {
    in: key(`The partition of the list ${name}`, 'in', partitionOf(list, item.owner, by, shardIn(list, item))),
    // The row's own key makes it unique: an order without ties is what a page can be cut at, and a row laid into.
    at: key(`The place in the list ${name}`, 'at', rowKey === undefined ? at : `${at}${separator}${rowKey}`),
  };
};

/** An item with its places in the lists that its view declares, and the instant from which it counts as absent. */
export const placed = (
  { lists, filters, expires }: Pick<AnyProjection, 'lists' | 'filters' | 'expires'>,
  item: ViewItem,
): ViewItem => {
  const { row } = item;
  if (row === undefined) return item;
  const personal = (filters as readonly (keyof typeof row)[] | undefined)?.find((field) => isSealedLike(row[field]));
  if (personal !== undefined)
    throw new TypeError(
      `The filter by ${personal} finds nothing, since that is personal and stored sealed: declare a list by it, with \`find: true\`.`,
    );
  let places: Record<string, ListPlace> | undefined;
  for (const name in lists) {
    const place = placeIn(name, lists[name]!, item);
    if (place) places = { ...places, [name]: place };
  }
  const listed = places ? { ...item, lists: places } : item;
  const until = expires?.(item.row as never);
  return until === undefined ? listed : { ...listed, expires: new Date(until).toISOString() };
};

/** True if a row has expired. */
export const expired = ({ expires }: Pick<ViewItem, 'expires'>, now: string | undefined): boolean =>
  now !== undefined && expires !== undefined && expires <= now;

/** The values that a text in a URL may mean. */
export const candidates = (text: string): readonly (string | number | boolean)[] => [
  text,
  ...(text !== '' && String(Number(text)) === text && isStorable(Number(text)) ? [Number(text)] : []),
  ...(text === 'true' || text === 'false' ? [text === 'true'] : []),
];

/** True if an item has a row that has not expired and matches the filters. */
export const matches = (item: ViewItem, { equals = {}, now }: Where = {}): boolean =>
  item.row !== undefined &&
  !expired(item, now) &&
  Object.entries(equals).every(([field, text]) =>
    candidates(text).includes((item.row as Record<string, string | number | boolean>)[field]!),
  );
