import { revisionKey } from '../../core/deployed-names.ts';
import { ProblemError } from '../../core/problem.ts';
import type { NewestRebuild } from '../rebuild/operator/report.ts';
import { runningStates } from '../rebuild/ports.ts';
import type { Actives } from '../view/ports.ts';
import { begunOn } from './page.ts';
import type { Querying } from './querying.ts';

/** A view for queries: all of its deployed revisions, and the ports that say which of them answers. */
export type Revisions = Readonly<{
  deployed: readonly Querying[];
  active: (projection: string) => ReturnType<Actives['load']>;
  built: (projection: string) => Promise<NewestRebuild | undefined>;
  /** The id of the table that a revision has by now, by `<projection>.r<revision>`. */
  tableOf: (revision: string) => Promise<string | undefined>;
}>;

/** Enough of a table's id to tell it from any other that had its name. */
const incarnationOf = (table: string | undefined): string | undefined => table?.replaceAll('-', '').slice(0, 12);

const beingBuilt = (view: string, built: NewestRebuild | undefined): ProblemError => {
  const running = built && runningStates.some((state) => state === built.state);
  const detail = running
    ? `${view} is being built: ${built.commits} of about ${built.aboutCommits} commits are read. Ask again later.`
    : `${view} has yet to be built: an operator rebuilds it.`;
  return new ProblemError({
    kind: 'view-is-being-built',
    detail,
    extra: { view, ...built },
    retryAfterSeconds: running ? 5 : 60,
  });
};

/**
 * The one revision that answers a request: the active one; or the one that a walk began on, as long as it is deployed, so that no walk
 * mixes the rows of two.
 */
export const answeringRevision = async (
  { deployed, active, built, tableOf }: Revisions,
  view: string,
  cursor: string | undefined,
): Promise<Querying> => {
  const ofRevision = async (revision: number | undefined): Promise<Querying | undefined> => {
    const there = deployed.find(({ projection }) => projection.revision === revision);
    const incarnation = there && incarnationOf(await tableOf(revisionKey(there.projection)));
    return there && { ...there, ...(incarnation !== undefined && { incarnation }) };
  };
  const begun = begunOn(view, cursor);
  if (begun !== undefined) {
    const there = await ofRevision(begun.revision);
    if (there && there.incarnation === begun.incarnation) return there;
    throw new ProblemError({
      kind: 'revision-gone',
      detail: `This cursor is of revision ${begun.revision} of ${view}, which is not deployed any more. Leave it out to start again.`,
    });
  }
  const querying = await ofRevision((await active(view))?.revision);
  if (!querying) throw beingBuilt(view, await built(view));
  return querying;
};
