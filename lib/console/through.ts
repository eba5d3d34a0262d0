import type { Commit } from '../core/commit.ts';
import type { AnyDecider } from '../core/decider.ts';
import type { Manifest } from '../core/manifest.ts';
import { type AnyProjection, sourceOf } from '../core/projection.ts';
import type { ViewItem } from '../engine/ports.ts';
import { eventsIn, foldCommit } from '../engine/store/fold-commit.ts';
import { isPurged } from '../engine/store/purged.ts';
import { apply } from '../engine/view/apply.ts';
import { kindOf as itemsOf } from '../engine/view/kinds/index.ts';
import { kindOf } from './kinds.ts';
import { deciderOf, type Opened } from './opened.ts';
import { walking } from './walk.ts';

/** One commit through some code: what there was before it, and what after. */
export type Stepped = Readonly<{
  before: unknown;
  after: unknown;
  /** The code threw, or cannot read the commit, for this reason: a view parks there. */
  fault?: string;
}>;

type Walker = (commit: number) => Stepped;

const messageOf = (cause: unknown): string => (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));

type Folded = Readonly<{ state: unknown; fault?: string }>;

/** The states of a stream by its decider. What a purge left has none. */
const throughDecider = (decider: AnyDecider, { commits }: Opened): Walker => {
  const next = (before: Folded, commit: Commit): Folded => {
    if (before.fault !== undefined) return before;
    try {
      if (isPurged(commit)) throw new Error('The stream was purged: what it held is gone.');
      return { state: foldCommit(decider, before.state, commit) };
    } catch (cause) {
      return { state: before.state, fault: messageOf(cause) };
    }
  };
  const stateAt = walking(commits, { state: decider.initial } as Folded, next);
  return (commit) => {
    const [before, after] = [stateAt(commit - 1), stateAt(commit)];
    return { before: before.state, after: after.state, ...(after.fault !== undefined && { fault: after.fault }) };
  };
};

/** The rows of items by their keys; of an item with several each has its number. One that is deleted is undefined. */
const rowsOf = (view: AnyProjection, items: readonly ViewItem[]): readonly (readonly [string, unknown])[] =>
  items.flatMap((item) => {
    const rows = itemsOf(view).rowsIn(item);
    return rows.length > 1 ? rows.map((row, i) => [`${item.sort}.${i + 1}`, row] as const) : [[item.sort, rows[0]] as const];
  });

/** What readers of a view see of a stream after some commits: its row, its rows that a commit changed, or what it adds to shared ones. */
const throughView = (view: AnyProjection, { commits }: Opened): Walker => {
  const versions = new Map<string, Readonly<{ commit: number; row: unknown }>[]>();
  let folded = 0;
  const next = (head: ViewItem | undefined, commit: Commit): ViewItem | undefined => {
    if (head?.parked) return head;
    try {
      const change = apply(view, head, [commit], commit.at);
      if (commit.commit > folded) {
        folded = commit.commit;
        for (const [sort, row] of rowsOf(view, change.rows))
          versions.set(sort, [...(versions.get(sort) ?? []), { commit: folded, row }]);
      }
      return change.head;
    } catch (cause) {
      return {
        ...(head ?? { key: '', sort: 'head', stream: commit.stream, commit: 0 }),
        parked: { commit: commit.commit, reason: messageOf(cause), at: commit.at },
      };
    }
  };
  const headAt = walking(commits, undefined as ViewItem | undefined, next);
  const rowAt = (sort: string, commit: number) => versions.get(sort)?.findLast((each) => each.commit <= commit)?.row;
  const shown = (head: ViewItem | undefined, changed: readonly string[], commit: number): unknown =>
    kindOf(view).shown(view, head, Object.fromEntries(changed.map((sort) => [sort.replace('row#', ''), rowAt(sort, commit)])));
  return (commit) => {
    const [before, after] = [headAt(commit - 1), headAt(commit)];
    const changed = [...versions].flatMap(([sort, all]) => (all.some((each) => each.commit === commit) ? [sort] : []));
    const { parked } = after ?? {};
    return {
      before: shown(before, changed, commit - 1),
      after: shown(after, changed, commit),
      ...(parked && { fault: `Parked at commit ${parked.commit}: ${parked.reason}` }),
    };
  };
};

/** Something of the manifest that a stream can be walked through: its decider, or a view that reads it. */
export type Through = Readonly<{ kind: 'decider' | 'view' | 'process'; name: string; label: string }>;

/** The revision of each view that this code has: the newest. */
const viewsOf = ({ projections }: Manifest): readonly AnyProjection[] =>
  [...Map.groupBy(projections, ({ name }) => name).values()].map((revisions) =>
    revisions.reduce((a, b) => (b.revision > a.revision ? b : a)),
  );

export const throughsOf = (manifest: Manifest, stream: string): readonly Through[] => {
  const decider = deciderOf(manifest, stream);
  return [
    ...(decider ? [{ kind: 'decider', name: decider.category, label: `decider ${decider.category}` } as const] : []),
    ...viewsOf(manifest)
      .filter((view) => sourceOf(view, stream))
      .map(({ name }) => ({ kind: 'view', name, label: `view ${name}` }) as const),
    ...(manifest.processes ?? [])
      .filter((process) => sourceOf(process, stream))
      .map(({ category }) => ({ kind: 'process', name: category, label: `process ${category}` }) as const),
  ];
};

export const viewOf = (manifest: Manifest, name: string): AnyProjection => {
  const view = viewsOf(manifest).find((each) => each.name === name);
  if (!view) throw new Error(`The domain's code has no view ${name}.`);
  return view;
};

/** Walks the stream through its decider or a view. */
export const walkerOf = (manifest: Manifest, opened: Opened, { kind, name }: Pick<Through, 'kind' | 'name'>): Walker => {
  if (kind === 'view') return throughView(viewOf(manifest, name), opened);
  const decider = deciderOf(manifest, opened.stream);
  if (!decider) throw new Error(`No code of the domain folds ${opened.stream}: it is shown as it is stored.`);
  return throughDecider(decider, opened);
};

/** The events of a commit in today's shapes; as they are stored where this code cannot read them. */
export const eventsOf = (manifest: Manifest, commit: Commit): readonly object[] => {
  try {
    const decider = deciderOf(manifest, commit.stream);
    if (decider && !isPurged(commit))
      return eventsIn(decider.events, commit).map(({ type, version, data }) => ({ type, version, data }));
  } catch {
    // As they are stored, then.
  }
  return commit.events ?? [];
};
