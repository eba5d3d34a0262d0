import type { AnyProjection, AnySharedRows } from '../../../core/projection.ts';
import type { HeadMove, RowChange, View, ViewItem } from '../../ports.ts';
import { itemSize, mostSize } from '../../store/size.ts';
import { contributed, raises } from '../shares.ts';

// Of views with shared rows that declare `headsInRows`: while a stream contributes to one row alone, its head is *at home* in an item of that row, so
// that the head and the sum are one write. In the head's own place a pointer says in which row.

/** The heads that a row ever takes, and the bytes of each: with all of them the item costs at most two units more, and the transaction that is saved three. */
export const mostHomes = 8;
const mostBytes = 256;
/** What is stored of a head beside its stream's name and its memory: names, and numbers of some digits. */
const otherBytes = 48;

/** The names that an item of a row has for the heads in it, and for their number. Stored format of 2026-11. */
const prefix = 'home/';
export const homesName = 'homes';
export const homeName = (stream: string): string => `${prefix}${stream}`;
export const isOfHomes = (name: string): boolean => name === homesName || name.startsWith(prefix);
export const streamAtHome = (name: string): string | undefined =>
  name.startsWith(prefix) ? name.slice(prefix.length) : undefined;

type StoredHome = Pick<ViewItem, 'commit' | 'writes' | 'refolded' | 'memory'>;

/** A head as it is stored in a row. */
export const toHome = ({ commit, writes, refolded, memory }: ViewItem): StoredHome => ({
  commit,
  ...(writes !== undefined && { writes }),
  ...(refolded !== undefined && { refolded }),
  ...(memory !== undefined && { memory }),
});

export const fromHome = (home: string, { key, stream }: Pick<ViewItem, 'key' | 'stream'>, stored: unknown): ViewItem => ({
  key,
  sort: 'head',
  stream,
  home,
  ...(stored as StoredHome),
});

/** What is in the place of a head that is at home in a row. Its count is that of the head that went there, as no other head of the stream has it. */
export const pointerTo = ({ key, stream, writes, home }: ViewItem): ViewItem => ({
  key,
  sort: 'head',
  stream,
  commit: 0,
  ...(writes !== undefined && { writes }),
  ...(home !== undefined && { home }),
});

/** True for what only says where a head is: a head at home has commits. */
export const isPointer = (item: ViewItem | undefined): boolean => item?.home !== undefined && item.commit === 0;

/** True if a head stays in the item of a row that it is in. */
export const stays = ({ head, before }: HeadMove): boolean => head.home !== undefined && head.home === before?.home;

/** The row whose item a head moves into. */
export const movesInto = ({ head, before }: HeadMove): string | undefined =>
  head.home !== undefined && head.home !== before?.home ? head.home : undefined;

/** Asked for each commit: a bound that is mostly enough costs a third of the exact size. The name of a stream has a byte for each character. */
const isSmall = ({ stream, memory }: ViewItem): boolean => {
  const left = mostBytes - otherBytes - stream.length;
  const stored = { memory };
  return mostSize(stored) <= left || itemSize(stored) <= left;
};

/**
 * The row that a head is at home in after a write with these changes. It moves in when it enters the one row that it contributes to, stays while no other is
 * concerned, and else moves out. Highest values have conditions of their own: who has any is not at home.
 */
export const homeFor = (
  projection: AnyProjection & AnySharedRows,
  before: ViewItem | undefined,
  head: ViewItem,
  changes: readonly RowChange[],
): string | undefined => {
  if (!projection.headsInRows || changes.length > 1 || head.parked || head.begun || before?.begun) return undefined;
  const [change] = changes;
  const home = before?.home;
  if (change) {
    if (raises(change)) return undefined;
    const { contributors } = change.add;
    if (home === undefined ? contributors !== 1 : contributors !== undefined || change.row !== home) return undefined;
    if (home === undefined && contributed(projection, head).size !== 1) return undefined;
  }
  const row = home ?? change?.row;
  return row !== undefined && isSmall(head) ? row : undefined;
};

/** Heads whose stored place is a row are read in two steps; a row that is full is remembered. */
export const withHomes = <V extends View>(view: V, { initial }: Pick<AnySharedRows, 'initial'>): V => {
  const full = new Set<string>();
  const whole = (there: ViewItem | undefined) => (isPointer(there) ? undefined : there);
  const putShares: View['putShares'] = async (moves, changes) => {
    const into = moves.flatMap((move) => movesInto(move) ?? []);
    if (into.some((row) => full.has(row))) return 'full';
    const put = await view.putShares(moves, changes);
    if (put === 'full' && into.length === 1) {
      if (full.size >= fullRows) full.clear();
      full.add(into[0]!);
    }
    return typeof put === 'object' ? { moved: new Map([...put.moved].map(([key, there]) => [key, whole(there)])) } : put;
  };
  return {
    ...view,
    head: async (key) => {
      for (let seen: ViewItem | undefined; ; ) {
        const there = await view.head(key);
        if (there?.home === undefined) return there;
        const head = await view.headIn(there.home, there);
        if (head) return head;
        // It has moved out since the pointer was read; or nothing has, and the head is lost: then its contributions are unknown.
        if (seen !== undefined && seen.writes === there.writes) return lost(there, initial);
        seen = there;
      }
    },
    putHead: async (head, before) => {
      if (before?.home === undefined && head.home === undefined) {
        const put = await view.putHead(head, before);
        return put === 'written' ? put : { there: whole(put.there) };
      }
      const put = await putShares([{ head, before }], []);
      return put === 'written' ? put : { there: typeof put === 'object' ? put.moved.get(head.key) : undefined };
    },
    putShares,
  };
};

const fullRows = 10_000;

/** A head whose pointer leads nowhere: it is written over the pointer. */
const lost = ({ home: _, ...pointer }: ViewItem, memory: unknown): ViewItem => ({ ...pointer, memory });
