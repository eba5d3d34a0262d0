import { type Candidate, refusal } from './deployed-refusal.ts';
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

type Standing = Readonly<{
  actives: readonly Active[];
  tables: Readonly<Record<string, string>>;
  /** The phases of those that are deployed next, as they are before. */
  phases: ReadonlyMap<string, Phase['phase']>;
}>;
type Judged = Readonly<
  { refused: string } | { stale: readonly DeployedRevision[]; goneActives: readonly string[]; unanswered: readonly string[] }
>;

/**
 * What a deployment means for what answers. A revision that comes back with another table begins anew; one that comes back with its own, as
 * when CloudFormation undoes what failed, goes on where it was.
 */
const judgeDeployment = (
  next: readonly DeployedRevision[],
  previous: readonly Pick<DeployedRevision, 'projection' | 'revision'>[],
  { actives, tables, phases }: Standing,
): Judged => {
  const standingOf = (one: DeployedRevision): Candidate['standing'] => {
    // One that comes with another table begins anew, and one that was gone for a while has missed something.
    const stays = previous.some((each) => nameOf(each) === nameOf(one)) && tables[nameOf(one)] === one.table;
    return stays ? (phases.get(nameOf(one)) ?? 'building') : 'new';
  };
  const names = [...new Set(next.map(({ projection }) => projection))];
  const goneActives: string[] = [];
  for (const active of actives) {
    const { projection } = active;
    if (!names.includes(projection)) continue;
    const same = next.some((one) => nameOf(one) === nameOf(active) && tables[nameOf(one)] === one.table);
    if (same) continue;
    if (previous.some((one) => one.projection === projection)) {
      const others = next.filter((one) => one.projection === projection && one.revision !== active.revision);
      const candidates = others.map((one) => ({ revision: one.revision, standing: standingOf(one) }));
      return { refused: refusal(active, next, candidates) };
    }
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
  previous: readonly Pick<DeployedRevision, 'projection' | 'revision'>[],
): Promise<string | undefined> => {
  const names = [...new Set(next.map(({ projection }) => projection))];
  const [tables, found, loaded] = await Promise.all([
    deployments.tables(),
    Promise.all(names.map((name) => actives.load(name))),
    Promise.all(next.map((one) => phases.load(one.projection, one.revision))),
  ]);
  const known = new Map(next.flatMap((one, i) => (loaded[i] ? [[nameOf(one), loaded[i].phase] as const] : [])));
  const standing = { tables, actives: found.filter((active) => active !== undefined), phases: known };
  const judged = judgeDeployment(next, previous, standing);
  if ('refused' in judged) return judged.refused;
  for (const projection of judged.goneActives) await deployments.forgetActive(projection);
  const since = nowOf(clock);
  const enter = ({ projection, revision, code }: DeployedRevision, phase: Phase['phase']) =>
    phases.save(projection, revision, { phase, since, ...(code !== undefined && { code }) });
  for (const one of next) if (judged.stale.includes(one) || !known.has(nameOf(one))) await enter(one, 'building');
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
