import { type Amount, plus } from '../../core/amount.ts';
import type { AnySharedRows } from '../../core/projection.ts';
import type { Share } from '../../core/share.ts';
import { idRule, isId } from '../../core/stream.ts';
import { dynamoDb } from '../limits.ts';
import type { RowChange, ViewItem } from '../ports.ts';
import { shardOf } from '../shard.ts';
import { storable } from '../store/storable.ts';
import { compareText } from './lists.ts';

/** The most names that one share may have. A change of a row is one expression, in which a name takes at most seven operators. */
const namesPerShare = dynamoDb.expressionOperators / 10;
/** The prefix of a row's key, which no stream's key has: rows and streams share one table. */
const mark = '@';
/** The prefix of a note's sort key. */
export const noted = 'share#';

/**
 * The keys of a shared row, its parts, and the notes of the streams that have entered it. Stored format of 2026-11; until 2026-12 a note also held
 * the stream's contribution, which follows from its head.
 */
export const rowPlace = (row: string): string => `${mark}${row}`;
export const partSort = (shard: number): string => `part#${String(shard).padStart(2, '0')}`;
export const noteSort = (stream: string): string => `${noted}${stream}`;
export const streamAt = (sort: string): string => sort.slice(noted.length);
export const isPlaceOfRow = (place: string): boolean => place.startsWith(mark);
export const rowAt = (place: string): string => place.slice(mark.length);

/** A row's amounts and highest values under flat names, since DynamoDB adds to attributes of the top level alone.
 * Stored format of 2026-11: `sum/<name>`, `count/<name>`, `member/<set>/<name>`, `highest/<name>`; beside them `contributors`,
 * how many streams have a share, and `changes`, which only grows and so tells one state of a row from every other. What one
 * stream contributes is safe integers; what many come to is exact, since DynamoDB's numbers have 38 digits, and 10^22 streams would be needed to fill them. */
type Flat = Readonly<{ amounts: ReadonlyMap<string, number>; highest: ReadonlyMap<string, number | string> }>;

export const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => Number(a > b) - Number(a < b);

const nothing: Flat = { amounts: new Map(), highest: new Map() };

const putAll = <T>(to: Map<string, T>, prefix: string, values: Readonly<Record<string, T>> | undefined): void => {
  for (const name in values) if (Object.hasOwn(values, name)) to.set(`${prefix}/${name}`, values[name]!);
};

/** A share's amounts and highest values under their flat names. */
export const flat = ({ sums, counts, members, highest }: Share): Flat => {
  const amounts = new Map<string, number>();
  putAll(amounts, 'sum', sums);
  putAll(amounts, 'count', counts);
  if (members) for (const [set, names] of Object.entries(members)) putAll(amounts, `member/${set}`, names);
  if (!highest) return { amounts, highest: nothing.highest };
  const most = new Map<string, number | string>();
  putAll(most, 'highest', highest);
  return { amounts, highest: most };
};

const checked = (row: string, share: Share): Flat => {
  if (!isId(row)) throw new Error(`'${row}' cannot be the key of a shared row, which has ${idRule}.`);
  const { amounts, highest } = flat(storable(share, row));
  if (amounts.size + highest.size > namesPerShare) throw new Error(`The share in ${row} has over ${namesPerShare} names.`);
  for (const set in share.members)
    if (set.includes('/')) throw new Error(`The set '${set}' in ${row} has a slash in its name: use another character.`);
  for (const [name, amount] of amounts)
    if (!Number.isSafeInteger(amount)) throw new Error(`${name} in ${row} is ${amount}: it must be a safe integer.`);
  return { amounts, highest };
};

/** True if one value is above another, as DynamoDB compares: texts by their bytes. A text is above every number. */
export const isHigher = (value: number | string, than: number | string | undefined): boolean => {
  if (than === undefined || typeof value !== typeof than) return than === undefined || typeof value === 'string';
  return typeof value === 'number' ? value > Number(than) : compareText(value, String(than)) > 0;
};

type Raised = readonly (readonly [string, number | string])[];

const none: Raised = [];

/** The highest values that are above those of before. */
const above = (before: Flat, after: Flat): Raised =>
  [...after.highest].filter(([name, value]) => isHigher(value, before.highest.get(name)));

const raised = (row: string, before: Flat, after: Flat): Raised => {
  if (before.highest.size + after.highest.size === 0) return none;
  for (const [name, value] of before.highest) {
    const now = after.highest.get(name);
    if (now === undefined || isHigher(value, now))
      throw new Error(`${name} in ${row} would go from ${value} to ${now}: a highest value never falls.`);
  }
  return above(before, after);
};

type Adding = Record<string, Amount>;

const added = (before: Flat, after: Flat): Adding => {
  const all: Adding = {};
  for (const [name, amount] of after.amounts) {
    const difference = plus(amount, -(before.amounts.get(name) ?? 0));
    if (difference !== 0) all[name] = difference;
  }
  for (const [name, amount] of before.amounts) if (amount !== 0 && !after.amounts.has(name)) all[name] = -amount;
  return all;
};

const isEmpty = (names: Readonly<Record<string, unknown>>): boolean => {
  for (const _ in names) return false;
  return true;
};

/** True for a change with a highest value. */
export const raises = ({ raise }: Pick<RowChange, 'raise'>): boolean => !isEmpty(raise);

/** The part of a row that heads are at home in: none of those that streams are spread over, of which a row has at most 100. */
export const homeShard = 100;

/** The parts of a row, unless its view declares another number: eight items of some hundred bytes are still read by one request for one read unit. */
const defaultShards = 8;

type Declared = Pick<AnySharedRows, 'shares' | 'owner' | 'shards'>;

/** Under what a row is listed: its owner, or itself. */
export const listedAs = ({ owner }: Pick<Declared, 'owner'>, row: string): string => {
  const name = owner?.(row);
  return name === undefined ? `row/${row}` : `owner/${name}`;
};

/** The contributions of one stream, now and before, to its rows. */
export type Contributed = ReadonlyMap<string, Share>;

/** The contribution of a stream to each row, from its head; none before its first commit, whatever an initial memory would contribute. */
export const contributed = ({ shares }: Declared, head: Pick<ViewItem, 'commit' | 'memory'> | undefined): Contributed => {
  const all = new Map<string, Share>();
  if (!head || head.commit === 0) return all;
  const rows: Readonly<Record<string, Share>> = shares(head.memory as never);
  for (const row of Object.keys(rows)) all.set(row, rows[row]!);
  return all;
};

type Shares = readonly [before: Share | undefined, after: Share | undefined];

/** What changes in a row with a stream's share in it, and whether the stream is among its contributors; undefined where nothing does. */
const changeOf = (
  declared: Declared,
  { stream, row, home }: Readonly<{ stream: string; row: string; home: string | undefined }>,
  [old, share]: Shares,
): RowChange | undefined => {
  const [from, to] = [old ? flat(old) : nothing, share ? checked(row, share) : nothing];
  const [raise, add] = [raised(row, from, to), added(from, to)];
  const contributors = Number(share !== undefined) - Number(old !== undefined);
  if (contributors !== 0) add.contributors = contributors;
  if (isEmpty(add) && raise.length === 0) return undefined;
  return {
    row,
    // No highest value is where heads are at home: a repair could not take it away from there.
    shard: row === home && raise.length === 0 ? homeShard : shardOf(stream, declared.shards ?? defaultShards),
    listed: listedAs(declared, row),
    entering: old === undefined ? [stream] : [],
    add: { ...add, changes: 1 },
    raise: raise.length > 0 ? Object.fromEntries(raise) : {},
  };
};

/** The rows of both, in the order of their keys. */
const rowsOf = (before: Contributed, after: Contributed): readonly string[] => {
  const rows = [...after.keys()];
  for (const row of before.keys()) if (!after.has(row)) rows.push(row);
  return rows.length > 1 ? rows.sort() : rows;
};

/** The changes of each row when a stream's contributions change, in the order of the rows' keys: the same at every call. */
export const rowChanges = (
  declared: Declared,
  { stream, home }: Readonly<{ stream: string; home?: string | undefined }>,
  before: Contributed,
  after: Contributed,
): readonly RowChange[] => {
  const changes: RowChange[] = [];
  for (const row of rowsOf(before, after)) {
    const change = changeOf(declared, { stream, row, home }, [before.get(row), after.get(row)]);
    if (change) changes.push(change);
  }
  return changes;
};

/**
 * What a stream has added to each row by now. While a change of more rows than one transaction takes goes on, the first rows have its contributions of
 * after the change, and the others those of before.
 */
export const contributedByNow = (declared: Declared, head: ViewItem | undefined): Contributed => {
  const before = contributed(declared, head);
  if (!head?.begun) return before;
  const after = contributed(declared, head.begun);
  const now = new Map(before);
  for (const { row } of rowChanges(declared, head, before, after).slice(0, head.begun.done)) {
    const share = after.get(row);
    if (share) now.set(row, share);
    else now.delete(row);
  }
  return now;
};

/** The most names that one change of a part may have: a stream may give up as many as it takes, but no highest value. */
const namesPerChange = 2 * namesPerShare;

/** Several streams' changes of one row as one change of one part, the first stream's; undefined where it would have too many names for one expression. */
export const mergedChange = (changes: readonly RowChange[]): RowChange | undefined => {
  const [first] = changes;
  if (changes.length < 2 || !first) return first;
  const add: Record<string, Amount> = {};
  const raise: Record<string, number | string> = {};
  for (const change of changes) {
    for (const name in change.add) add[name] = plus(add[name] ?? 0, change.add[name]!);
    for (const name in change.raise) if (isHigher(change.raise[name]!, raise[name])) raise[name] = change.raise[name]!;
  }
  const names = Object.entries(add).filter(([name, amount]) => amount !== 0 && name !== 'changes');
  const highest = Object.keys(raise).length;
  if (highest > namesPerShare || names.length + highest > namesPerChange) return undefined;
  return {
    ...first,
    entering: changes.flatMap(({ entering }) => entering),
    add: { ...Object.fromEntries(names), changes: 1 },
    raise,
  };
};
