import { nowOf } from './instant.ts';
import type { Clock } from './ports.ts';
import type { Active, Actives, Phase, Phases } from './rebuild/ports.ts';

/** A revision as it is deployed; its table tells it from an earlier one of the same number. */
export type DeployedRevision = Readonly<{
  projection: string;
  revision: number;
  table: string;
  /** Hash of the code that makes its rows. */
  code?: string;
}>;

/** What a deployment finds and leaves behind. */
export interface Deployments {
  hasCommits(): Promise<boolean>;
  /** The table of each revision, by `<projection>.r<revision>`, as it was last deployed; those that are gone included. */
  tables(): Promise<Readonly<Record<string, string>>>;
  keepTables(tables: Readonly<Record<string, string>>): Promise<void>;
  forgetActive(projection: string): Promise<void>;
}

export type Deploying = Readonly<{ deployments: Deployments; actives: Actives; phases: Phases; clock: Pick<Clock, 'now'> }>;

const nameOf = ({ projection, revision }: Pick<DeployedRevision, 'projection' | 'revision'>) => `${projection}.r${revision}`;

type Standing = Readonly<{ actives: readonly Active[]; tables: Readonly<Record<string, string>> }>;
type Judged = Readonly<
  { refused: string } | { stale: readonly DeployedRevision[]; goneActives: readonly string[]; unanswered: readonly string[] }
>;

/** Why a deployment must not go on: it would take away what answers while it keeps the view. */
const refusal = (active: Active, next: readonly DeployedRevision[]): string => {
  const { projection, revision } = active;
  const stays = next.some((one) => one.projection === projection && one.revision === revision);
  return stays
    ? `This would replace the table of ${projection}.r${revision}, which answers queries: declare a new revision instead, deploy both, then foldstream rebuild ${projection}.`
    : `This would remove ${projection}.r${revision}, which answers queries. Keep it, deploy, and switch first: foldstream rebuild ${projection}. Then remove it.`;
};

/**
 * What a deployment means for what answers. A revision that comes back with another table begins anew; one that comes back with its own, as
 * when CloudFormation undoes what failed, goes on where it was.
 */
const judgeDeployment = (
  next: readonly DeployedRevision[],
  previous: readonly Pick<DeployedRevision, 'projection'>[],
  { actives, tables }: Standing,
): Judged => {
  const names = [...new Set(next.map(({ projection }) => projection))];
  const goneActives: string[] = [];
  for (const active of actives) {
    const { projection } = active;
    if (!names.includes(projection)) continue;
    const same = next.some((one) => nameOf(one) === nameOf(active) && tables[nameOf(one)] === one.table);
    if (same) continue;
    if (previous.some((one) => one.projection === projection)) return { refused: refusal(active, next) };
    goneActives.push(projection);
  }
  const answering = actives.map(({ projection }) => projection).filter((name) => !goneActives.includes(name));
  return {
    stale: next.filter((one) => (tables[nameOf(one)] ?? one.table) !== one.table),
    goneActives,
    unanswered: names.filter((name) => !answering.includes(name)),
  };
};

/**
 * Done by each deployment when the tables are there and before anything is removed. Where no revision answers yet and there is no history, the
 * oldest answers at once; over existing history it has to be built. Answers why the deployment is refused, if it is.
 */
export const settleDeployment = async (
  { deployments, actives, phases, clock }: Deploying,
  next: readonly DeployedRevision[],
  previous: readonly Pick<DeployedRevision, 'projection'>[],
): Promise<string | undefined> => {
  const names = [...new Set(next.map(({ projection }) => projection))];
  const [tables, ...found] = await Promise.all([deployments.tables(), ...names.map((name) => actives.load(name))]);
  const judged = judgeDeployment(next, previous, { tables, actives: found.filter((active) => active !== undefined) });
  if ('refused' in judged) return judged.refused;
  for (const projection of judged.goneActives) await deployments.forgetActive(projection);
  const since = nowOf(clock);
  const enter = ({ projection, revision, code }: DeployedRevision, phase: Phase['phase']) =>
    phases.save(projection, revision, { phase, since, ...(code !== undefined && { code }) });
  for (const one of next)
    if (judged.stale.includes(one) || !(await phases.load(one.projection, one.revision))) await enter(one, 'building');
  await deployments.keepTables({ ...tables, ...Object.fromEntries(next.map((one) => [nameOf(one), one.table])) });
  if (judged.unanswered.length === 0 || (await deployments.hasCommits())) return undefined;
  for (const name of judged.unanswered) {
    const revisions = next.filter(({ projection }) => projection === name);
    const oldest = revisions.reduce((a, b) => (a.revision < b.revision ? a : b));
    // Live before it answers: whatever is delivered from now on finds its gaps filled.
    await enter(oldest, 'live');
    const { projection, revision } = oldest;
    await actives.switch({ projection, revision, since, by: 'deployment', why: 'There were no commits yet.' }, undefined);
  }
  return undefined;
};
