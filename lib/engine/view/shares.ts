import { type Amount, plus } from '../../core/amount.ts';
import type { AnySharedRows } from '../../core/projection.ts';
import type { Share, Total } from '../../core/share.ts';
import { idRule, isId } from '../../core/stream.ts';
import { dynamoDb } from '../limits.ts';
import type { RowChange, RowPart, ViewItem } from '../ports.ts';
import { shardOf } from '../shard.ts';
import { storable } from '../store/storable.ts';
import { compareText } from './lists.ts';

/** The most names that one share may have. A change of a row is one expression, in which a name takes at most seven operators. */
const namesPerShare = dynamoDb.expressionOperators / 10;
/** The prefix of a row's key, which no stream's key has: rows and streams share one table. */
const mark = '@';

/** The keys of a shared row, its parts and the contributions to it. Stored format of 2026-11. */
export const rowPlace = (row: string): string => `${mark}${row}`;
export const partSort = (shard: number): string => `part#${String(shard).padStart(2, '0')}`;
export const shareSort = (stream: string): string => `share#${stream}`;
export const isPlaceOfRow = (place: string): boolean => place.startsWith(mark);
export const rowAt = (place: string): string => place.slice(mark.length);

/** A row's amounts and highest values under flat names, since DynamoDB adds to attributes of the top level alone.
 * Stored format of 2026-11: `sum/<name>`, `count/<name>`, `member/<set>/<name>`, `highest/<name>`; beside them `contributors`,
 * how many streams have a share, and `changes`, which only grows and so tells one state of a row from every other. What one
 * stream contributes is safe integers; what many come to is exact, since DynamoDB's numbers have 38 digits, and 10^22 streams would be needed to fill them. */
type Flat = Readonly<{ amounts: ReadonlyMap<string, number>; highest: ReadonlyMap<string, number | string> }>;

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => Number(a > b) - Number(a < b);

const entries = <T>(values: Readonly<Record<string, T>> | undefined, prefix: string) =>
  Object.entries(values ?? {}).map(([name, value]) => [`${prefix}/${name}`, value] as const);

const flat = ({ sums, counts, members, highest }: Share): Flat => ({
  amounts: new Map([
    ...entries(sums, 'sum'),
    ...entries(counts, 'count'),
    ...Object.entries(members ?? {}).flatMap(([set, names]) => entries(names, `member/${set}`)),
  ]),
  highest: new Map(entries(highest, 'highest')),
});

const nothing: Flat = { amounts: new Map(), highest: new Map() };

const checked = (row: string, share: Share): Flat => {
  if (!isId(row)) throw new Error(`'${row}' cannot be the key of a shared row, which has ${idRule}.`);
  const { amounts, highest } = flat(share);
  if (amounts.size + highest.size > namesPerShare) throw new Error(`The share in ${row} has over ${namesPerShare} names.`);
  for (const set of Object.keys(share.members ?? {}))
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

/** The highest values that are above those of before. */
const above = (before: Flat, after: Flat): Raised =>
  [...after.highest].filter(([name, value]) => isHigher(value, before.highest.get(name)));

const raised = (row: string, before: Flat, after: Flat): Raised => {
  for (const [name, value] of before.highest) {
    const now = after.highest.get(name);
    if (now === undefined || isHigher(value, now))
      throw new Error(`${name} in ${row} would go from ${value} to ${now}: a highest value never falls.`);
  }
  return above(before, after);
};

const added = (before: Flat, after: Flat): readonly (readonly [string, Amount])[] =>
  [...new Set([...before.amounts.keys(), ...after.amounts.keys()])].flatMap((name) => {
    const difference = plus(after.amounts.get(name) ?? 0, -(before.amounts.get(name) ?? 0));
    return difference === 0 ? [] : [[name, difference] as const];
  });

type Declared = Pick<AnySharedRows, 'shares' | 'owner' | 'shards'>;

/** Under what a row is listed: its owner, or itself. */
export const listedAs = ({ owner }: Pick<Declared, 'owner'>, row: string): string => {
  const name = owner?.(row);
  return name === undefined ? `row/${row}` : `owner/${name}`;
};

/** The contributions of one stream, now and before, to its rows. */
export type Contributed = ReadonlyMap<string, Share>;

/** The contribution of a stream to each row, from its head; none before its first commit, whatever an initial memory would contribute. */
export const contributed = ({ shares }: Declared, head: Pick<ViewItem, 'commit' | 'memory'> | undefined): Contributed =>
  new Map(head && head.commit > 0 ? Object.entries(shares(head.memory as never)) : []);

type Shares = readonly [before: Share | undefined, after: Share | undefined];
type Adding = readonly (readonly [string, Amount])[];

const flats = (row: string, [old, share]: Shares) => [old ? flat(old) : nothing, share ? checked(row, share) : nothing] as const;

/** The amounts that a row gains when a share in it changes, and the stream among its contributors. */
const addedBy = ([old, share]: Shares, from: Flat, to: Flat): Adding => {
  const contributors = Number(share !== undefined) - Number(old !== undefined);
  return [...added(from, to), ...(contributors === 0 ? [] : [['contributors', contributors] as const])];
};

const changeOf = (
  declared: Declared,
  { stream, commit, row }: Readonly<{ stream: string; commit: number; row: string }>,
  share: Share | undefined,
  add: Adding,
  raise: Raised,
): RowChange => ({
  row,
  shard: shardOf(stream, declared.shards),
  stream,
  commit,
  listed: listedAs(declared, row),
  ...(share && { share: storable(share, row) }),
  add: { ...Object.fromEntries(add), changes: 1 },
  raise: Object.fromEntries(raise),
});

/** The changes of each row when a stream's contributions change, in the order of the rows' keys: the same at every call. */
export const rowChanges = (
  declared: Declared,
  { stream, commit }: Readonly<{ stream: string; commit: number }>,
  before: Contributed,
  after: Contributed,
): readonly RowChange[] =>
  [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((row) => {
    const shares: Shares = [before.get(row), after.get(row)];
    const [from, to] = flats(row, shares);
    const [raise, add] = [raised(row, from, to), addedBy(shares, from, to)];
    return add.length === 0 && raise.length === 0 ? [] : [changeOf(declared, { stream, commit, row }, shares[1], add, raise)];
  });

/** A contribution changed from the stored one to the correct one, even if a highest value falls: then the row must be repaired. */
export const shareChange = (
  declared: Declared,
  at: Readonly<{ stream: string; commit: number; row: string }>,
  stored: Share | undefined,
  wanted: Share | undefined,
): RowChange => {
  const shares: Shares = [stored, wanted];
  const [from, to] = flats(at.row, shares);
  return changeOf(declared, at, wanted, addedBy(shares, from, to), above(from, to));
};

/** True if two contributions add the same to their row. */
export const sameShares = (a: Share | undefined, b: Share | undefined): boolean => {
  const named = (share: Share | undefined) => share && [...flat(share).amounts, ...flat(share).highest].sort(byName);
  return JSON.stringify(named(a)) === JSON.stringify(named(b));
};

/** Adds up the shares in a row, part by part and in no order: what its parts must be, but for their `changes`. */
export const addingUp = (row: string, shards: number | undefined) => {
  const parts = new Map<number, { amounts: Map<string, Amount>; highest: Map<string, number | string> }>();
  return {
    add: (stream: string, share: Share): void => {
      const shard = shardOf(stream, shards);
      const part = parts.get(shard) ?? { amounts: new Map(), highest: new Map() };
      parts.set(shard, part);
      const { amounts, highest } = flat(share);
      for (const [name, amount] of [...amounts, ['contributors', 1] as const])
        part.amounts.set(name, plus(part.amounts.get(name) ?? 0, amount));
      for (const [name, value] of highest) if (isHigher(value, part.highest.get(name))) part.highest.set(name, value);
    },
    parts: (): ReadonlyMap<number, RowPart> =>
      new Map(
        [...parts].map(([shard, { amounts, highest }]) => [
          shard,
          { row, shard, amounts: Object.fromEntries(amounts), highest: Object.fromEntries(highest) },
        ]),
      ),
  };
};

/** True if two parts are equal: names with a sum of 0, and the number of changes, make no difference. */
export const sameParts = (a: RowPart | undefined, b: RowPart | undefined): boolean => {
  const values = (part: RowPart | undefined) =>
    Object.entries({ ...part?.amounts, ...part?.highest })
      .filter(([name, value]) => name !== 'changes' && (name.startsWith('highest/') || value !== 0))
      .map(([name, value]) => [name, typeof value === 'bigint' ? { exactly: String(value) } : value] as const)
      .sort(byName);
  return JSON.stringify(values(a)) === JSON.stringify(values(b));
};

const namesUnder = <T>(prefix: string, values: ReadonlyMap<string, T>) =>
  [...values].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : []));

/** A row, all its parts taken together: as if it had never been split. Undefined where no stream has a share in it. */
export const totalOf = (parts: readonly RowPart[]): Readonly<{ total: Total; changes: number }> | undefined => {
  const sums = new Map<string, Amount>();
  const highest = new Map<string, number | string>();
  for (const part of parts) {
    for (const [name, amount] of Object.entries(part.amounts)) sums.set(name, plus(sums.get(name) ?? 0, amount));
    for (const [name, value] of Object.entries(part.highest)) if (isHigher(value, highest.get(name))) highest.set(name, value);
  }
  if (!sums.get('contributors')) return undefined;
  const amounts = new Map([...sums].filter(([, amount]) => amount !== 0).sort(byName));
  const under = (prefix: string) => Object.fromEntries(namesUnder(prefix, amounts)) as Record<string, Amount>;
  const members = Map.groupBy(namesUnder('member/', amounts), ([name]) => name.slice(0, name.indexOf('/')));
  return {
    total: {
      sums: under('sum/'),
      counts: under('count/'),
      members: Object.fromEntries(
        [...members].map(([set, names]) => [set, Object.fromEntries(names.map(([name, n]) => [name.slice(set.length + 1), n]))]),
      ) as Total['members'],
      highest: Object.fromEntries(namesUnder('highest/', highest)),
    },
    changes: Number(sums.get('changes') ?? 0),
  };
};
