import type { Manifest } from '../../core/manifest.ts';
import type { AnyProjection } from '../../core/projection.ts';
import type { Share } from '../../core/share.ts';

/** The field by which a row tells that it is of the second revision, whatever else is in it. */
const mark = 'revised';

/** Whether any of what a reader was shown is of the second revision. */
export const isRevised = (shown: unknown): boolean => JSON.stringify(shown ?? null).includes(`"${mark}"`);

type On = (before: never, event: never) => unknown;
type Change = Readonly<{
  /** The version of an event that the new code cannot take, in any stream. */
  poison?: number;
}>;

const poisoned =
  (on: On, poison: number | undefined): On =>
  (before, event) => {
    if ((event as { version: number }).version === poison) throw new Error('The new revision has a fault here.');
    return on(before, event);
  };

const rowMarked = (on: On): On => {
  return (before, event) => {
    const row = on(before, event) as object | undefined;
    return row && { ...row, [mark]: true };
  };
};

const rowsMarked = (on: On): On => {
  return (before, event) => {
    const step = on(before, event) as Readonly<{ rows?: Readonly<Record<string, object | undefined>> }>;
    const rows = Object.entries(step.rows ?? {}).map(([key, row]) => [key, row && { ...row, [mark]: true }] as const);
    return { ...step, rows: Object.fromEntries(rows) };
  };
};

const sharesMarked = (shares: (memory: never) => Readonly<Record<string, Share>>) => (memory: never) =>
  Object.fromEntries(
    Object.entries(shares(memory)).map(([row, share]) => [row, { ...share, counts: { ...share.counts, [mark]: 1 } }]),
  );

/** The same view with other rows, as its next revision. */
const revised = (projection: AnyProjection, { poison }: Change): AnyProjection => {
  const markedBy = { 'row-per-stream': rowMarked, 'rows-per-stream': rowsMarked, 'shared-rows': (on: On) => on }[projection.kind];
  const on = Object.fromEntries(
    Object.entries(projection.on).map(([type, handler]) => [type, handler && poisoned(markedBy(handler as On), poison)]),
  );
  return {
    ...projection,
    revision: projection.revision + 1,
    on,
    ...(projection.kind === 'shared-rows' && { shares: sharesMarked(projection.shares) }),
  } as AnyProjection;
};

/** A release in which a view is deployed in two revisions, the second behind the first. */
export const withSecondRevision = (manifest: Manifest, view: string, change: Change): Manifest => ({
  ...manifest,
  projections: manifest.projections.flatMap((projection) =>
    projection.name === view ? [projection, revised(projection, change)] : [projection],
  ),
});

type Named = Readonly<{ name: string; revision?: number }>;

/** Under which name a revision has its table, its queue and its function: the first one that is deployed has the view's own. */
export const placeName = (projections: readonly Named[], projection: Named): string => {
  const first = projections.find(({ name }) => name === projection.name);
  return first && first.revision !== projection.revision ? `${projection.name}.r${projection.revision}` : projection.name;
};
