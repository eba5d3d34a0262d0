import type { AnyProjection } from '../../../core/projection.ts';
import type { RowListing, ViewItem } from '../../../engine/ports.ts';
import { withCursors } from '../../../engine/view/kinds/index.ts';
import { totalOf } from '../../../engine/view/parts.ts';
import { type MemoryView, memoryView } from '../../memory/view.ts';
import type { World } from './world.ts';

/** A view's table, which is deleted with its view; one that comes back has its name and another id. */
export type SimulatedView = MemoryView &
  Readonly<{
    tableId(): string;
    replaced(): void;
    /** Commits are gone: each cursor that is beyond its stream now may go back, once. */
    restored(): void;
  }>;

type Method = (...given: unknown[]) => Promise<unknown>;

const keysOf = (given: unknown): readonly string[] => {
  if (Array.isArray(given)) return given.flatMap(keysOf);
  if (typeof given !== 'object' || given === null) return [];
  const { key, sort } = given as Readonly<{ key?: unknown; sort?: unknown }>;
  return typeof key === 'string' && typeof sort === 'string' ? [key] : [];
};

/** A reader of an index, which gets each write only later. */
const fromIndex = (method: string, given: readonly unknown[]): boolean => {
  const { owner, consistent } = (given.at(-1) ?? {}) as Readonly<{ owner?: string; consistent?: boolean }>;
  return (
    ['list', 'places', 'itemsAt'].includes(method) ||
    (['all', 'rowsOf', 'sharedRows'].includes(method) && !consistent) ||
    (['all', 'sharedRows'].includes(method) && owner !== undefined)
  );
};

/** Pages of lists that are read to their end have this many items, as if each filled most of a page. */
const itemsPerPage = 2;
const onePage = (method: string, given: readonly unknown[]): readonly unknown[] => {
  const options = given.at(-1) as Readonly<{ limit: number; tombstones?: boolean }>;
  if (method !== 'streamsIn' && !(method === 'rowsOf' && options.tombstones)) return given;
  return [...given.slice(0, -1), { ...options, limit: Math.min(options.limit, itemsPerPage) }];
};

type About = Readonly<{
  /** Absent in a table that has a head for each stream. */
  of?: AnyProjection;
  mayPark: (head: ViewItem) => boolean;
  lastOf: (stream: string) => number;
}>;

/**
 * A view's table. Reports any write after which a cursor is before where it was; and answers lists from a copy to which the last
 * writes may not have come yet.
 */
export const simulatedView = (
  world: World,
  name: string,
  lagging: boolean,
  { of, mayPark, lastOf }: About,
  tamper: (view: MemoryView) => MemoryView,
): SimulatedView => {
  const empty = () => (of ? withCursors(of, tamper(memoryView())) : tamper(memoryView()));
  const dice = world.dice(`index ${name}`);
  let made = 1;
  let view = empty();
  let index = empty();
  let pending: (() => Promise<unknown>)[] = [];
  const cursors = new Map<string, number>();
  const beyond = new Set<string>();
  const look = async (key: string) => {
    const before = cursors.get(key) ?? 0;
    const head = await view.head(key);
    const now = head?.commit ?? 0;
    if (head?.parked && !mayPark(head)) world.broken(`${head.stream} is parked in ${name} without cause: ${head.parked.reason}`);
    // A stream that is refolded by code with a bug at an earlier commit is parked there.
    if (now < before && !beyond.delete(key) && !head?.parked)
      world.broken(`the cursor of ${key} in ${name} went back from ${before} to ${now}`);
    cursors.set(key, now);
  };
  const both = (method: string) => [view, index].map((table) => table[method as keyof MemoryView] as Method) as [Method, Method];
  const writes = (method: string): Method => {
    return async (...given) => {
      const [run, later] = both(method);
      const answer = await run(...given);
      if (lagging) pending.push(() => later(...given));
      for (const key of new Set(keysOf(given))) await look(key);
      return answer;
    };
  };
  const reads = (method: string): Method => {
    return async (...given) => {
      const [run, late] = both(method);
      if (!lagging || !fromIndex(method, given) || !world.happens('stale', dice)) return run(...onePage(method, given));
      const left = dice.below(5);
      while (pending.length > left) await pending.shift()?.();
      return method === 'sharedRows' ? withParts((await late(...given)) as RowListing) : late(...given);
    };
  };
  /** The index of shared rows lags behind; the rows are read from the table. */
  const withParts = async ({ items, next }: RowListing): Promise<RowListing> => {
    const read = await Promise.all(items.map(async ({ row }) => ({ row, parts: await view.parts(row) })));
    return { items: read.filter(({ parts }) => totalOf(parts)), ...(next && { next }) };
  };
  const methods = Object.keys(view).filter((method) => method !== 'items');
  const wrapped = methods.map((method) => [method, method.startsWith('put') ? writes(method) : reads(method)] as const);
  return {
    ...(Object.fromEntries(wrapped) as unknown as MemoryView),
    items: () => view.items(),
    tableId: () => `${name}-${made}`,
    replaced: () => {
      made += 1;
      [view, index, pending] = [empty(), empty(), []];
      cursors.clear();
      beyond.clear();
    },
    restored: () => {
      for (const { key, stream, commit } of view.items()) if (commit > lastOf(stream)) beyond.add(key);
    },
  };
};
