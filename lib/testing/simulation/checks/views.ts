import { isDeepStrictEqual } from 'node:util';
import { type Commit, recordedEvents } from '../../../core/commit.ts';
import { type AnyProjection, sourceOf, streamKey } from '../../../core/projection.ts';
import { FromNewerRelease, readEvent } from '../../../core/version.ts';
import type { ViewItem } from '../../../engine/ports.ts';
import { storable } from '../../../engine/store/storable.ts';
import type { MemoryView } from '../../memory/view.ts';
import { kindOf } from '../kinds/index.ts';
import type { Streams } from '../kinds/kind.ts';

/** The fold of a stream's commits, in a view that folds each stream by itself. */
type Folded = Readonly<{ rows: ReadonlyMap<string, unknown>; memory?: unknown; parked?: number; handled: number }>;

const eventsOf = (projection: AnyProjection, commit: Commit) =>
  recordedEvents(commit, (stored) =>
    projection.on[stored.type]
      ? readEvent(sourceOf(projection, commit.stream)?.events ?? {}, stored)
      : { type: stored.type, data: undefined },
  ).filter(({ type }) => projection.on[type]);

const beginningOf = (projection: AnyProjection): Folded => ({
  rows: new Map(),
  memory: kindOf(projection).initial(projection),
  handled: 0,
});

/** Written independently from the design, and not with the engine's code: the two must agree. After each commit. */
export const foldsOf = (
  projection: AnyProjection,
  commits: readonly Commit[],
  beginning = beginningOf(projection),
): readonly Folded[] => {
  let last = beginning;
  return commits.map((commit) => {
    if (last.parked !== undefined) return last;
    const rows = new Map(last.rows);
    let { memory, handled } = last;
    try {
      for (const event of eventsOf(projection, commit)) {
        handled = commit.commit;
        memory = kindOf(projection).step(projection, { rows, memory }, event);
      }
      last = { rows, memory, handled };
    } catch (cause) {
      if (cause instanceof FromNewerRelease) throw cause;
      last = { ...last, parked: commit.commit, handled };
    }
    return last;
  });
};

export const foldOf = (projection: AnyProjection, commits: readonly Commit[]): Folded =>
  foldsOf(projection, commits).at(-1) ?? beginningOf(projection);

/**
 * True if the code of a release has a fault at a commit, judged by the result of another release's code; a commit that cannot be read yet
 * is not a fault.
 */
const parksAfter = (projection: AnyProjection, before: AnyProjection, commits: readonly Commit[]): boolean => {
  try {
    const beginning = foldOf(before, commits.slice(0, -1));
    return beginning.parked === undefined && foldsOf(projection, commits.slice(-1), beginning)[0]?.parked !== undefined;
  } catch {
    return false;
  }
};

/** True if the code of some release has a fault at a commit: any of them may have brought a stream to it. */
export const parksAt = (releases: readonly AnyProjection[], commits: readonly Commit[], commit: number): boolean =>
  releases.some((projection) => releases.some((before) => parksAfter(projection, before, commits.slice(0, commit))));

const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));

/** The faults of the stored memory and rows of a stream. */
export const itemsFault = (
  where: string,
  head: ViewItem | undefined,
  { rows, memory }: Pick<Folded, 'rows' | 'memory'>,
  items: readonly ViewItem[],
): string | undefined => {
  if (head && !isDeepStrictEqual(memory === undefined ? undefined : storable(memory), head.memory))
    return `${where} remembers ${shown(head.memory)}, and the fold is ${shown(memory)}`;
  for (const sort of new Set([...rows.keys(), ...items.map((item) => item.sort)])) {
    const [row, expected] = [items.find((item) => item.sort === sort)?.row, rows.get(sort)];
    if (!isDeepStrictEqual(row, expected && storable(expected)))
      return `${where}, ${sort}: ${shown(row)}, and the fold is ${shown(expected)}`;
  }
  return undefined;
};

/** The faults of a stream's cursor in a view. */
const streamFault = (
  projection: AnyProjection,
  stream: string,
  commits: readonly Commit[],
  items: readonly ViewItem[],
): string | undefined => {
  const { rows, memory, parked, handled } = foldOf(projection, commits);
  const where = `${projection.name}, ${stream}`;
  const head = kindOf(projection).headIn(items);
  if (head?.parked && head.parked.commit !== parked)
    return `${where} is parked at commit ${head.parked.commit} (${head.parked.reason}), and the code has no fault there`;
  if (parked !== undefined) return head?.parked ? undefined : `${where} is not parked, and cannot apply commit ${parked}`;
  if (handled > 0 && (head?.commit ?? 0) < handled) return `${where} stays at commit ${head?.commit ?? 0} of ${handled}`;
  return itemsFault(where, head, { rows, memory }, items);
};

/** The faults of a view: it must be the fold of the store, row by row. */
export const viewFault = (projection: AnyProjection, streams: Streams, items: readonly ViewItem[]): string | undefined => {
  const byKey = Map.groupBy(items, ({ key }) => key);
  for (const [stream, commits] of streams) {
    if (!sourceOf(projection, stream)) continue;
    const key = streamKey(projection, stream);
    const fault = streamFault(projection, stream, commits, byKey.get(key) ?? []);
    if (fault !== undefined) return fault;
    byKey.delete(key);
  }
  return undefined;
};

/** The faults of rows to which several streams contribute, as far as each of them is applied. */
export const totalsFault = (projection: AnyProjection, streams: Streams, view: MemoryView): Promise<string | undefined> => {
  const own = [...streams].filter(([stream]) => sourceOf(projection, stream));
  const memories = new Map(own.map(([stream, commits]) => [stream, foldOf(projection, commits).memory]));
  return kindOf(projection).totalsFault(projection, memories, view);
};
