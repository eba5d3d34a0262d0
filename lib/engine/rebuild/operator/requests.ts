import { ProblemError } from '../../../core/problem.ts';
import type { Keys } from '../../ports.ts';
import { notFound } from '../../problems.ts';
import type { Executions, RebuildSettings } from '../ports.ts';
import type { RebuildPorts, RebuildView } from '../steps.ts';

/** The ports that operators' requests need. */
export type Ordering = RebuildPorts &
  Readonly<{
    executions: Executions;
    keys: Pick<Keys, 'randomId'>;
    /** About how many commits there are. */
    aboutCommits(): Promise<number>;
  }>;

/** A request with its author and reason. */
export type Asked = Readonly<{
  projection: string;
  revision?: number;
  by: string;
  why: string;
  settings?: Partial<RebuildSettings>;
}>;

/** An order that does not fit the state of things. */
export const conflict = (
  kind: 'nothing-to-rebuild' | 'not-built' | 'not-running' | 'nothing-to-roll-back' | 'not-deployed' | 'switched-meanwhile',
  detail: string,
) => new ProblemError({ kind, detail });

/** All deployed revisions of a view, the newest first. */
export const revisionsOf = ({ views }: Pick<Ordering, 'views'>, name: string): readonly RebuildView[] => {
  const found = views
    .filter(({ projection }) => projection.name === name)
    .toSorted((a, b) => b.projection.revision - a.projection.revision);
  if (found.length === 0) throw notFound(`view '${name}'`);
  return found;
};

/** One revision of a view, if it is deployed. */
export const deployedRevision = (ordering: Pick<Ordering, 'views'>, name: string, revision: number): RebuildView => {
  const view = revisionsOf(ordering, name).find(({ projection }) => projection.revision === revision);
  if (!view) throw notFound(`revision ${revision} of ${name} in this deployment`);
  return view;
};

/** The named or the active revision; it must be live, since a revision that is being built cannot be compared. */
export const liveView = async (
  ordering: Ordering,
  { projection, revision }: Pick<Asked, 'projection' | 'revision'>,
): Promise<RebuildView> => {
  revisionsOf(ordering, projection);
  const wanted = revision ?? (await ordering.actives.load(projection))?.revision;
  if (wanted === undefined) throw conflict('not-built', `No revision of ${projection} answers yet: rebuild it first.`);
  const view = deployedRevision(ordering, projection, wanted);
  if ((await ordering.phases.load(projection, wanted))?.phase !== 'live')
    throw conflict('not-built', `Revision ${wanted} of ${projection} is still being built: rebuild it first.`);
  return view;
};
