import type { Commit } from '../../../core/commit.ts';
import type { AnyProjection, List } from '../../../core/projection.ts';
import { readTogether as reads, scanUnits as scans, inTransaction as together, writeUnits as writes } from '../../cost/units.ts';
import type { RowChange, ViewItem } from '../../ports.ts';
import { itemSize, sum } from '../../store/size.ts';
import { applyInPortions } from '../../view/apply.ts';
import { mostHomes } from '../../view/kinds/homes.ts';
import { kindOf as keptAs } from '../../view/kinds/index.ts';
import { changedPart, type ListedPart, partItem } from '../../view/parts.ts';
import { homeShard, noteSort, raises, rowPlace } from '../../view/shares.ts';
import { listed } from '../../view/view-item.ts';
import { rowsPerTransaction } from '../../view/write-shares.ts';
import { kindOf } from '../kinds.ts';
import type { Units } from '../ports.ts';
import { handledBy, streamsOf } from '../scan.ts';

/** The size of a head or a row as the table holds it: its places in lists are attributes of their own. */
const sizeOf = ({ lists = {}, ...item }: ViewItem): number =>
  itemSize({ ...item, writes: 1 }) +
  sum(Object.entries(lists).map(([list, place]) => itemSize({ [`in.${list}`]: place.in, [`at.${list}`]: place.at })));

/** A put into the table, and into each index that lists the item, which holds all of it or its keys. */
const puts = (projection: AnyProjection, item: ViewItem): number => {
  const { byOwner, lists = {} } = projection;
  const { key, sort, owner } = item;
  const whole = writes(sizeOf(item));
  const unitsIn = (list: Pick<List<never>, 'keysOnly'> | undefined, keys: object) =>
    list?.keysOnly ? writes(itemSize({ key, sort, ...keys })) : whole;
  return sum([
    whole,
    ...(keptAs(projection).headIsRow && owner !== undefined ? [unitsIn(byOwner, { owner })] : []),
    ...Object.entries(item.lists ?? {}).map(([list, place]) => unitsIn(lists[list], place)),
  ]);
};

/** Everything that a fill puts for one stream. */
type Filled = Readonly<{ head?: ViewItem; rows: ReadonlyMap<string, ViewItem>; changes: readonly RowChange[]; write: number }>;

const filled = (projection: AnyProjection, commits: readonly Commit[]): Filled => {
  const rows = new Map<string, ViewItem>();
  let [head, write, isPut]: [ViewItem | undefined, number, boolean] = [undefined, 0, false];
  if (commits.some(handledBy({ projection })))
    for (const change of applyInPortions(projection, undefined, commits, () => '')) {
      const cursor = head?.commit ?? 0;
      head = listed(change.head);
      for (const row of change.rows) {
        rows.set(row.sort, row);
        write += puts(projection, row);
      }
      isPut = rows.size > 0 && change.rows.length > 0;
      if (isPut && keptAs(projection).putsHead(change, cursor)) write += puts(projection, head);
    }
  const changes = head ? kindOf(projection).changes(projection, head) : [];
  if (head && changes.length > 0) write += together * Math.ceil(changes.length / rowsPerTransaction) * writes(sizeOf(head));
  else if (head && !isPut) write += puts(projection, head);
  return { ...(head && { head }), rows, changes, write };
};

/** The parts of shared rows, the sizes of the notes under each row, and the units to read the heads of the streams that they name. */
const sharedRows = () => {
  const rows = new Map<string, { parts: Map<number, ListedPart>; notes: number[]; heads: number; homes: number }>();
  const rowOf = (row: string) => rows.get(row) ?? rows.set(row, { parts: new Map(), notes: [], heads: 0, homes: 0 }).get(row)!;
  const sizes = (row: string) => [...rowOf(row).parts.values()].map((part) => itemSize(partItem(part)));
  return {
    /** True if a stream's head is kept in the row that it contributes to. */
    takesHome: (projection: AnyProjection, { head, changes }: Filled): boolean => {
      const home = head && kindOf(projection).home(projection, head, changes);
      if (home === undefined || rowOf(home).homes === mostHomes) return false;
      rowOf(home).homes += 1;
      return true;
    },
    /** A stream's first share in a row. Answers the sizes of the note and of the part that it is added to. */
    add: (change: RowChange, stream: string, head: number) => {
      const { row, shard } = change;
      const own = rowOf(row);
      const { parts, notes } = own;
      const isNew = !parts.has(shard);
      const part = changedPart(parts.get(shard), change);
      parts.set(shard, part);
      const size = {
        note: itemSize({ key: rowPlace(row), sort: noteSort(stream), stream }),
        part: itemSize(partItem(part)),
      };
      notes.push(size.note);
      own.heads += head;
      return { ...size, isNew };
    },
    size: () => sum([...rows.keys()].flatMap((row) => [...sizes(row), ...rowOf(row).notes])),
    /** Each part is found, and each row compared with the heads of its streams between two looks at its parts. */
    compared: () =>
      sum(
        [...rows.keys()].map(
          (row) => (rowOf(row).parts.size + 2) * reads(...sizes(row)) + reads(...rowOf(row).notes) + rowOf(row).heads,
        ),
      ),
  };
};

/** The units that a rebuild of these commits takes, and their streams, where it compares this share of them, and looks at the view's items or not. */
export const unitsOf = (
  projection: AnyProjection,
  commits: readonly Commit[],
  { compared, looksAtItems }: Readonly<{ compared: number; looksAtItems: boolean }>,
): Units & Readonly<{ streams: number }> => {
  const streams = streamsOf({ projection }, commits);
  const shared = sharedRows();
  // Scanned when they are filled, and when they are verified.
  let [read, write, table] = [2 * scans(sum(commits.map(itemSize))), 0, 0];
  for (const [stream, own] of streams) {
    const made = filled(projection, own);
    const history = own.map(itemSize);
    const rows = [...made.rows.values()].map(sizeOf);
    const isAtHome = shared.takesHome(projection, made);
    // A head in a row is read there, and before that its own place, which says so.
    const head = made.head ? reads(sizeOf(made.head)) + Number(isAtHome) : 0;
    // Where the last row is the cursor, it is read beside a head that is seldom there.
    const cursor = head > 0 && !keptAs(projection).hasHeads ? 2 * head : head;
    write += made.write;
    table += sum([...(made.head ? [sizeOf(made.head)] : []), ...rows]);
    // Its cursor is read; then it is refolded, and all of its items are read.
    read += cursor + compared * (head === 0 ? 1 : cursor + reads(...history) + (rows.length > 0 ? reads(...rows) : 0));
    if (looksAtItems && head > 0) read += compared * reads(...history.slice(0, 1));
    for (const change of made.changes) {
      const { note, part, isNew } = shared.add(isAtHome ? { ...change, shard: homeShard } : change, stream, head);
      write += writes(note) + together * writes(part) + Number(isNew);
      if (raises(change)) read += reads(part);
      read += compared * (reads(note) + reads(part));
    }
  }
  if (looksAtItems) read += scans(table + shared.size()) + shared.compared();
  return { read, write, streams: streams.size };
};
