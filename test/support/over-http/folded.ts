import { isDeepStrictEqual } from 'node:util';
import type { Commit } from '../../../lib/core/commit.ts';
import { type AnyProjection, sourceOf } from '../../../lib/core/projection.ts';
import type { Share } from '../../../lib/core/share.ts';
import type { RowPart } from '../../../lib/engine/ports.ts';
import { storable } from '../../../lib/engine/store/storable.ts';
import { apply } from '../../../lib/engine/view/apply.ts';
import { fromHome, homeName, isOfHomes } from '../../../lib/engine/view/kinds/homes.ts';
import { kindOf } from '../../../lib/engine/view/kinds/index.ts';
import { totalOf } from '../../../lib/engine/view/parts.ts';
import { contributed, noted, noteSort, rowAt, rowPlace } from '../../../lib/engine/view/shares.ts';
import { listed } from '../../../lib/engine/view/view-item.ts';
import { sumOf } from '../../../lib/testing/sharing.ts';

/** An item of a view's table as it is stored. */
export type Stored = Readonly<Record<string, unknown> & { key: string; sort: string }>;

const place = ({ key, sort }: Readonly<{ key: string; sort: string }>) => `${key} ${sort}`;

/** The expected content of a view's table: its items by place, the total of each shared row, and the highest cursor that each stream may have. */
type Folded = Readonly<{
  items: ReadonlyMap<string, object>;
  /** The places where streams are noted under the rows that they contribute to. */
  notes: ReadonlySet<string>;
  rows: ReadonlyMap<string, unknown>;
  reach: ReadonlyMap<string, number>;
}>;

const fold = (projection: AnyProjection, streams: ReadonlyMap<string, readonly Commit[]>): Folded => {
  const items = new Map<string, object>();
  const shares = new Map<string, Share[]>();
  const notes = new Set<string>();
  const reach = new Map<string, number>();
  for (const [stream, commits] of streams) {
    if (!sourceOf(projection, stream)) continue;
    // Commits without handled events are not delivered: the cursor is at the last handled commit, or further if a gap was read from the
    // table.
    const last = commits.findLastIndex(({ events }) => events.some(({ type }) => projection.on[type] !== undefined));
    if (last < 0) continue;
    const { head, rows } = apply(projection, undefined, commits.slice(0, last + 1), '');
    reach.set(place(head), commits.length);
    for (const item of kindOf(projection).hasHeads ? [head, ...rows] : rows) {
      const { lists = {}, ...rest } = listed(item);
      const places = Object.entries(lists).flatMap(([list, { in: partition, at }]) => [
        [`in.${list}`, partition],
        [`at.${list}`, at],
      ]);
      items.set(place(item), storable({ ...rest, ...Object.fromEntries(places) }) as object);
    }
    if (projection.kind !== 'shared-rows') continue;
    for (const [row, share] of contributed(projection, head)) {
      notes.add(place({ key: rowPlace(row), sort: noteSort(stream) }));
      shares.set(row, [...(shares.get(row) ?? []), share]);
    }
  }
  return { items, notes, reach, rows: new Map([...shares].map(([row, all]) => [row, sumOf(all)])) };
};

const isPart = ({ key, sort }: Stored) => key.startsWith(rowPlace('')) && sort.startsWith('part#');

/** A stream's note under a row that it contributes to, or has contributed to. */
export const isNote = ({ key, sort }: Stored) => key.startsWith(rowPlace('')) && sort.startsWith(noted);

/** A head of a view whose rows are its cursors: it is there only where it says what no row does. */
export const isSpare = ({ kind }: AnyProjection, { sort }: Stored): boolean => !kindOf({ kind }).hasHeads && sort === 'head';

const partOf = ({ key, sort, listed: _, ...values }: Stored): RowPart => {
  const [amounts, highest]: Record<string, unknown>[] = [{}, {}];
  for (const [name, value] of Object.entries(values))
    if (!isOfHomes(name)) (name.startsWith('highest/') ? highest : amounts)![name] = value;
  return { row: rowAt(key), shard: Number(sort.slice('part#'.length)), amounts, highest } as RowPart;
};

/** The head that is at home in a row's item, in the place of the pointer that says so. A pointer that leads nowhere stays, and is a fault. */
const resolved = (stored: readonly Stored[]) => {
  const parts = Map.groupBy(stored.filter(isPart), ({ key }) => rowAt(key));
  return (item: Stored): Stored => {
    const { home, ...at } = item as Stored & Readonly<{ home?: string; stream: string }>;
    const name = homeName(at.stream);
    const there = home === undefined ? undefined : parts.get(home)?.find((part) => name in part)?.[name];
    if (home === undefined || there === undefined) return item;
    const { home: _, ...head } = fromHome(home, at, there);
    return head as unknown as Stored;
  };
};

type Streams = ReadonlyMap<string, readonly Commit[]>;

const folds = new WeakMap<Streams, Map<AnyProjection, Folded>>();

/** The fold, made once for the same streams. */
const foldOnce = (projection: AnyProjection, streams: Streams): Folded => {
  const known = folds.get(streams) ?? new Map<AnyProjection, Folded>();
  folds.set(streams, known);
  const folded = known.get(projection) ?? fold(projection, streams);
  known.set(projection, folded);
  return folded;
};

const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));

/** The places where a view's table differs from the fold of its streams, item by item: nothing may be missing, and nothing extra be there. */
export const faults = (projection: AnyProjection, streams: Streams, stored: readonly Stored[]): readonly string[] => {
  const folded = foldOnce(projection, streams);
  const isCompared = (item: Stored) => !isPart(item) && !isNote(item) && !isSpare(projection, item);
  const found = new Map(
    stored
      .filter(isCompared)
      .map(resolved(stored))
      .map((item) => [place(item), item]),
  );
  // A note stays when its stream has left the row.
  const known = new Set(stored.filter(isNote).map(place));
  const rows = Map.groupBy(stored.filter(isPart).map(partOf), ({ row }) => row);
  const compared = (what: string, came: unknown, expected: unknown) =>
    isDeepStrictEqual(came, expected) ? [] : [`${projection.name}, ${what}: ${shown(came)}, and the fold is ${shown(expected)}`];
  return [
    ...[...new Set([...found.keys(), ...folded.items.keys()])].flatMap((where) => {
      const [item, expected] = [found.get(where), folded.items.get(where)];
      // Not how often a head was written, or when the stream was last folded anew.
      const { writes: _, refolded: __, ...plain }: Partial<Stored> = item ?? {};
      const came = item && plain;
      const [at, least, most] = [Number(item?.commit), Number((expected as Stored | undefined)?.commit), folded.reach.get(where)];
      const isThere = most !== undefined && at >= least && at <= most;
      return compared(where, isThere ? { ...came, commit: least } : came, expected);
    }),
    ...[...folded.notes].filter((where) => !known.has(where)).map((where) => `${projection.name}: ${where} is missing`),
    ...[...new Set([...rows.keys(), ...folded.rows.keys()])].flatMap((row) =>
      compared(`row ${row}`, totalOf(rows.get(row) ?? [])?.total, folded.rows.get(row)),
    ),
  ];
};
