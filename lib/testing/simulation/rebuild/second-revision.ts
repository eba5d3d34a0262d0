import type { Manifest } from '../../../core/manifest.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import { kindOf } from '../kinds/index.ts';
import type { On } from '../kinds/kind.ts';

/** The field that marks a row of the second revision. */
const mark = 'revised';

/** True if any of a reader's answer is of the second revision. */
export const isRevised = (shown: unknown): boolean => JSON.stringify(shown ?? null).includes(`"${mark}"`);

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

/** The same view with other rows, as another revision. */
const revised = (projection: AnyProjection, revision: number, { poison }: Change): AnyProjection => {
  const marked = kindOf(projection).marked(projection, mark);
  const on = Object.entries(marked.on).map(([type, handler]) => [type, handler && poisoned(handler as On, poison)]);
  return { ...marked, revision, on: Object.fromEntries(on) } as AnyProjection;
};

/** Releases in which a view is deployed in two revisions, the second behind the first: its own second where a manifest has one, which may handle
 * other events, and else one that is made up. */
export const withSecondRevision = (releases: readonly Manifest[], view: string, change: Change): readonly Manifest[] => {
  const [, own] = revisionsOf(releases).filter(({ name }) => name === view);
  return releases.map((manifest) => ({
    ...manifest,
    projections: manifest.projections.flatMap((projection) => {
      if (projection.name !== view) return [projection];
      if (own && projection.revision === own.revision) return [];
      const second = own && (revisionIn(manifest, own) ?? own);
      return [projection, revised(second ?? projection, second?.revision ?? projection.revision + 1, change)];
    }),
  }));
};

const byRevision = (a: AnyProjection, b: AnyProjection) => a.revision - b.revision;

const isSame = (a: AnyProjection, b: AnyProjection) => a.name === b.name && a.revision === b.revision;

/** A revision of a view as a release has it; undefined where the release does not deploy it. */
export const revisionIn = ({ projections }: Manifest, revision: AnyProjection): AnyProjection | undefined =>
  projections.find((projection) => isSame(projection, revision));

/** Every revision of every view that any of some releases deploys, as the last of them has it; of a view the lowest first. */
export const revisionsOf = (releases: readonly Manifest[]): readonly AnyProjection[] => {
  const all = releases.toReversed().flatMap(({ projections }) => projections);
  return all.filter((projection, i) => all.findIndex((each) => isSame(each, projection)) === i).toSorted(byRevision);
};

type Named = Readonly<{ name: string; revision?: number }>;

/** Under which name a revision has its table, its queue and its function: the lowest one that any release deploys has the view's own. */
export const placeName = (all: readonly AnyProjection[], { name, revision }: Named): string => {
  const first = all.find((each) => each.name === name);
  return first && first.revision !== revision ? `${name}.r${revision}` : name;
};
