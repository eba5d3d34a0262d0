import { revisionKey } from '../../core/deployed-names.ts';
import { performancesName } from '../../core/effect/performances-view.ts';
import { eventLogName } from '../../core/event-log.ts';
import { instancesName } from '../../core/process/instances-view.ts';
import { nowOf } from '../instant.ts';
import type { Clock } from '../ports.ts';
import type { Active, Actives, Phase, Phases } from '../view/ports.ts';
import { type Candidate, refusal, refusalOfRemoval } from './refusal.ts';

/** A revision as it is deployed. */
export type DeployedRevision = Readonly<{
  projection: string;
  revision: number;
  /** The id of its table, which no other table ever has. A name is no identity: a view that was removed comes back with a new, empty table of the
   * same name. */
  table: string;
  /** Hash of the code that makes its rows. */
  code?: string;
}>;

/** The record of the last deployment. */
export type Deployed = Readonly<{
  /** The id of the table of each revision, by `<projection>.r<revision>`; of those that it removed, too. */
  tables: Readonly<Record<string, string>>;
  /** The revisions that it deployed. */
  deployed?: readonly string[];
  /** The revisions that were there before it, to which CloudFormation may go back. */
  before?: readonly string[];
}>;

/** The records that a deployment reads and writes. */
export interface Deployments {
  /** The number of commits, as far as a few reads tell; undefined for more. */
  fewCommits(): Promise<number | undefined>;
  last(): Promise<Deployed>;
  keep(deployed: Deployed): Promise<void>;
  forgetActive(projection: string): Promise<void>;
  forgetPhase(projection: string, revision: number): Promise<void>;
}

export type Deploying = Readonly<{ deployments: Deployments; actives: Actives; phases: Phases; clock: Pick<Clock, 'now'> }>;

type Named = Pick<DeployedRevision, 'projection' | 'revision'>;

const nameOf = ({ projection, revision }: Named) => revisionKey({ name: projection, revision });

/** The revision that has this name. */
export const revisionOf = (name: string): Named => {
  const [, projection = '', revision] = /^(.*)\.r(\d+)$/.exec(name) ?? [];
  return { projection, revision: Number(revision) };
};

type Standing = Readonly<{
  actives: readonly Active[];
  last: Deployed;
  /** The phases of those that are deployed next, as they are before. */
  phases: ReadonlyMap<string, Phase['phase']>;
}>;
type Context = Readonly<{
  /** The revisions that were deployed before. */
  previous: readonly Named[];
  /** The views that the manifest says are retired. */
  retired: readonly string[];
  /** The control table is another one than before, such as a restored one: its entries are of an earlier instant. */
  restored?: boolean;
}>;

const isAllOf = (names: readonly string[] | undefined, revisions: readonly Named[]): boolean =>
  names !== undefined && names.length === revisions.length && revisions.every((one) => names.includes(nameOf(one)));

/** Views whose rows the kernel writes, so that no manifest can keep an older revision: a newer one takes the place of one that answers, and is built then. */
const kernelsRows: readonly string[] = [instancesName, performancesName, eventLogName];

type Judged = Readonly<
  { refused: string } | { stale: readonly DeployedRevision[]; goneActives: readonly string[]; unanswered: readonly string[] }
>;

/** `commits` is undefined where there are more than a deployment builds from by itself. */
export type Settled = Readonly<{ refused: string } | { unbuilt: readonly Named[]; commits: number | undefined }>;

/**
 * The effect of a deployment on the revisions that answer. A revision that comes back with another table starts over; one that comes back
 * with its own table, as when CloudFormation rolls back a failure, continues where it was.
 */
const judgeDeployment = (
  next: readonly DeployedRevision[],
  { previous, retired, restored = false }: Context,
  { actives, last, phases }: Standing,
): Judged => {
  const { tables } = last;
  const wasDeployed = (one: Named) => previous.some((each) => nameOf(each) === nameOf(one));
  /** A deployment that is older than the recorded ids has left none: the revisions that are still deployed count as its revisions. */
  const isSame = (one: DeployedRevision) => (tables[nameOf(one)] ?? (wasDeployed(one) ? one.table : undefined)) === one.table;
  const standingOf = (one: DeployedRevision): Candidate['standing'] =>
    // A revision that has another table starts over, and one that was gone for a while has missed commits.
    wasDeployed(one) && isSame(one) ? (phases.get(nameOf(one)) ?? 'building') : 'new';
  const names = [...new Set(next.map(({ projection }) => projection))];
  const removed = actives.find(
    ({ projection }) =>
      !names.includes(projection) && !retired.includes(projection) && previous.some((one) => one.projection === projection),
  );
  // A rollback by CloudFormation looks like a deployment of the previous one; it must not be refused.
  if (removed && !isAllOf(last.before, next)) return { refused: refusalOfRemoval(removed.projection) };
  const goneActives: string[] = [];
  for (const active of actives) {
    const { projection } = active;
    if (!names.includes(projection)) continue;
    const isActive = (one: Named) => nameOf(one) === nameOf(active);
    if (next.some((one) => isActive(one) && isSame(one))) continue;
    // A restored table may name a revision that is gone since, or whose table is another one: this deployment does not take it away.
    const isTakenAway = restored
      ? previous.some(isActive) && !next.some(isActive)
      : previous.some((one) => one.projection === projection);
    const isNewerOfKernel = kernelsRows.includes(projection) && !next.some(isActive);
    if (isTakenAway && !isNewerOfKernel) {
      const others = next.filter((one) => one.projection === projection && one.revision !== active.revision);
      const candidates = others.map((one) => ({ revision: one.revision, standing: standingOf(one) }));
      return { refused: refusal(active, next, candidates) };
    }
    goneActives.push(projection);
  }
  const answering = actives.map(({ projection }) => projection).filter((name) => !goneActives.includes(name));
  return {
    stale: next.filter((one) => !isSame(one)),
    goneActives,
    unanswered: names.filter((name) => !answering.includes(name)),
  };
};

/**
 * Forgets revisions that neither this deployment nor the previous one has: their tables are gone for good. A revision that this deployment
 * removes is still known: CloudFormation may undo the deployment, and then the revision continues where it was.
 */
const forgetGone = async (
  deployments: Deployments,
  tables: Deployed['tables'],
  deployed: readonly Named[],
): Promise<Deployed['tables']> => {
  const names = new Set(deployed.map(nameOf));
  const gone = Object.keys(tables).filter((name) => !names.has(name));
  for (const { projection, revision } of gone.map(revisionOf)) {
    await deployments.forgetPhase(projection, revision);
    if (!deployed.some((one) => one.projection === projection)) await deployments.forgetActive(projection);
  }
  return Object.fromEntries(Object.entries(tables).filter(([name]) => names.has(name)));
};

/**
 * The deployments that CloudFormation may roll back to from here. After a refusal it deploys the last deployment again, and the refused one
 * cannot be rolled back to: otherwise it would pass at its second try. A retried deployment can be rolled back to the same ones as before.
 */
const goingBackTo = (last: Deployed, next: readonly Named[], previous: readonly Named[]): readonly Named[] =>
  isAllOf(last.deployed, next) && !isAllOf(last.before, previous) ? next : previous;

/**
 * Done by each deployment when the tables are there and before anything is removed. Where no revision answers yet and there is no history, the
 * oldest answers at once; over existing history it has to be built. Answers why the deployment is refused, if it is, or else what has to be built.
 */
export const settleDeployment = async (
  { deployments, actives, phases, clock }: Deploying,
  next: readonly DeployedRevision[],
  { previous, ...context }: Context,
): Promise<Settled> => {
  const names = [...new Set([...next, ...previous].map(({ projection }) => projection))];
  const [last, found, loaded] = await Promise.all([
    deployments.last(),
    Promise.all(names.map((name) => actives.load(name))),
    Promise.all(next.map((one) => phases.load(one.projection, one.revision))),
  ]);
  const known = new Map(next.flatMap((one, i) => (loaded[i] ? [[nameOf(one), loaded[i].phase] as const] : [])));
  const standing = { last, actives: found.filter((active) => active !== undefined), phases: known };
  const judged = judgeDeployment(next, { previous, ...context }, standing);
  if ('refused' in judged) return judged;
  for (const projection of judged.goneActives) await deployments.forgetActive(projection);
  const since = nowOf(clock);
  const enter = ({ projection, revision, code }: DeployedRevision, phase: Phase['phase']) =>
    phases.save(projection, revision, { phase, since, ...(code !== undefined && { code }) });
  for (const one of next) if (judged.stale.includes(one) || !known.has(nameOf(one))) await enter(one, 'building');
  const kept = await forgetGone(deployments, last.tables, [...next, ...previous]);
  const tables = { ...kept, ...Object.fromEntries(next.map((one) => [nameOf(one), one.table])) };
  await deployments.keep({ tables, deployed: next.map(nameOf), before: goingBackTo(last, next, previous).map(nameOf) });
  const unanswered = judged.unanswered.map((name) => {
    const revisions = next.filter(({ projection }) => projection === name);
    return revisions.reduce((a, b) => (a.revision < b.revision ? a : b));
  });
  const commits = unanswered.length > 0 ? await deployments.fewCommits() : 0;
  if (commits !== 0) return { unbuilt: unanswered, commits };
  for (const oldest of unanswered) {
    // It is live before it answers: gaps before later deliveries are then filled.
    await enter(oldest, 'live');
    const { projection, revision } = oldest;
    await actives.switch({ projection, revision, since, by: 'deployment', why: 'There were no commits yet.' }, undefined);
  }
  return { unbuilt: [], commits };
};
