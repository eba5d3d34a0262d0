import { type Commit, recordedEvents } from '../../core/commit.ts';
import { type AnyProjection, type Step, sourceOf, streamKey } from '../../core/projection.ts';
import { FromNewerRelease, readEvent } from '../../core/version.ts';
import type { ViewItem } from '../ports.ts';
import { itemSize } from '../store/size.ts';
import { storable } from '../store/storable.ts';
import { placed } from './lists.ts';
import { contributed, rowChanges } from './shares.ts';

/** What some commits make of a stream's place in a view: rows to put or tombstone, then the head with the cursor. */
export type Change = Readonly<{ rows: readonly ViewItem[]; head: ViewItem }>;

const rowBytes = 350 * 1024;

/** The most rows that one commit may make or change in a view: some seconds' work for its function, whatever else is in the batch. */
export const rowsPerCommit = 1_000;
/** Commits are applied in portions of so many, or of so many rows: what is held and written at once, before the cursor moves. */
const commitsPerPortion = 200;
const rowsPerPortion = 1_000;

const fewEnough = (rows: number): void => {
  if (rows > rowsPerCommit)
    throw new Error(`The commit changes ${rows} rows of this view, which takes ${rowsPerCommit} of one commit.`);
};

/** What the table could never take counts as a fault of the projection, not of the table. */
const checked = (item: ViewItem): ViewItem => {
  if (itemSize(item) > rowBytes) throw new Error(`The row has over ${rowBytes} bytes, which no table takes.`);
  return item;
};

const emptyHead = (projection: AnyProjection, stream: string): ViewItem => ({
  key: streamKey(projection, stream),
  sort: 'head',
  stream,
  commit: 0,
  ...(projection.kind !== 'row-per-stream' && { memory: projection.initial }),
});

const handledEvents = (projection: AnyProjection, commit: Commit) => {
  const formats = sourceOf(projection, commit.stream)?.events ?? {};
  const isHandled = (type: string) =>
    projection.on[type] !== undefined || (projection.waitsForUnknown === true && !Object.hasOwn(formats, type));
  if (commit.events.every(({ type }) => isHandled(type))) return recordedEvents(commit, (stored) => readEvent(formats, stored));
  return recordedEvents(commit, (stored) =>
    isHandled(stored.type) ? readEvent(formats, stored) : { type: stored.type, data: undefined },
  ).filter(({ type }) => isHandled(type));
};

const applyCommit = (projection: AnyProjection, head: ViewItem, commit: Commit): Change => {
  const { key, sort, stream } = head;
  const events = handledEvents(projection, commit);
  if (projection.kind === 'row-per-stream') {
    const row = events.reduce<object | undefined>(
      (before, event) => projection.on[event.type]?.(before as never, event as never),
      head.row,
    );
    const owner = row && projection.owner?.(row as never);
    const stored = row && (storable(row) as object);
    return {
      rows: [],
      head: checked(
        placed(projection, { key, sort, stream, commit: commit.commit, ...(owner && { owner }), ...(stored && { row: stored }) }),
      ),
    };
  }
  if (projection.kind === 'shared-rows') {
    const memory = storable(
      events.reduce<unknown>((before, event) => projection.on[event.type]?.(before as never, event as never), head.memory),
    );
    const after = { key, sort, stream, commit: commit.commit, memory };
    // Written later, and together with other commits' changes; what is wrong with them is to be known at their own commit.
    fewEnough(rowChanges(projection, after, contributed(projection, head), contributed(projection, after)).length);
    checked({ ...after, begun: { commit: commit.commit, memory, done: 0 } });
    return { rows: [], head: after };
  }
  let { memory } = head;
  const rows = new Map<string, object | undefined>();
  for (const event of events) {
    const step: Step<unknown, object> | undefined = projection.on[event.type]?.(memory as never, event as never);
    memory = step?.memory;
    for (const [rowKey, row] of Object.entries(step?.rows ?? {})) rows.set(rowKey, row);
  }
  fewEnough(rows.size);
  const owner = projection.owner?.(memory as never);
  const base = { key, stream, commit: commit.commit, ...(owner && { owner }) };
  return {
    rows: [...rows].map(([rowKey, row]) =>
      checked(placed(projection, { ...base, sort: `row#${rowKey}`, ...(row && { row: storable(row) as object }) })),
    ),
    head: checked({ ...base, sort, memory: storable(memory) }),
  };
};

const applyUntil = (
  projection: AnyProjection,
  before: ViewItem | undefined,
  commits: readonly Commit[],
  now: string,
  mostRows: number,
): Change => {
  const rows = new Map<string, ViewItem>();
  let head = before ?? emptyHead(projection, commits[0]?.stream ?? '');
  for (const commit of commits) {
    if (rows.size >= mostRows) break;
    try {
      const change = applyCommit(projection, head, commit);
      for (const row of change.rows) rows.set(row.sort, row);
      head = change.head;
    } catch (cause) {
      if (cause instanceof FromNewerRelease) throw cause;
      const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
      return {
        rows: [...rows.values()],
        head: { ...head, parked: { commit: commit.commit, reason: reason.slice(0, 1_000), at: now } },
      };
    }
  }
  return { rows: [...rows.values()], head };
};

/**
 * Applies commits that follow on a head, in order. An exception of pure code parks the stream in front of the commit that
 * raised it; what a newer release wrote is not a fault, and passes by itself.
 */
export const apply = (projection: AnyProjection, before: ViewItem | undefined, commits: readonly Commit[], now: string): Change =>
  applyUntil(projection, before, commits, now, Number.POSITIVE_INFINITY);

/** The same in portions, each to be written before the next is applied: however many rows all commits make, few are held at once. */
export function* applyInPortions(
  projection: AnyProjection,
  before: ViewItem | undefined,
  commits: readonly Commit[],
  now: () => string,
): Generator<Change> {
  let head = before;
  for (let from = 0; from < commits.length && !head?.parked; ) {
    const portion = commits.slice(from, from + commitsPerPortion);
    const change = applyUntil(projection, head, portion, now(), rowsPerPortion);
    yield change;
    head = change.head;
    from += portion.filter(({ commit }) => commit <= change.head.commit).length;
  }
}
