import { ProblemError } from '../../../core/problem.ts';
import type { DeployedRevision } from '../../../engine/deployment/revisions.ts';
import { memoryDeployments } from '../../memory/deployments.ts';
import type { Plan, Planned } from '../plan.ts';
import type { World } from '../world/world.ts';
import type { DeployedView } from './deployed-view.ts';
import { type Ending, endings } from './end.ts';
import { rolledBackFor } from './observed.ts';
import type { RebuildPlan } from './plan.ts';
import type { SimulatedRebuilds } from './rebuilds.ts';

type Parts = Readonly<{
  ending: Ending;
  /** Requests while the view is gone, and when it is there again. */
  planned: readonly Planned[];
  ask: (planned: Planned) => Promise<void>;
  sweepAll: () => Promise<void>;
}>;

/** Some of the last requests, repeated under new ids. */
export const askedAgain = ({ commands }: Plan): readonly Planned[] =>
  commands.slice(-4).map(({ ask }, i) => ({ n: 2_000 + i, at: 0, ask, keyed: true, twin: false, repeats: 0, reads: false }));

/** The result of something that needs time to pass: undefined if it is refused with such a problem, or if a promise was broken meanwhile. */
const unlessRefused = async <T>(world: World, promise: Promise<T>, kinds: readonly string[], rest: () => Promise<void>) => {
  const caught = promise.catch((cause: unknown) => {
    if (cause instanceof ProblemError && kinds.includes(cause.problem.kind)) return undefined;
    throw cause;
  });
  caught.catch(() => {});
  await rest();
  // Time stands still then, and no answer would come.
  return world.fault() === undefined ? caught : undefined;
};

/**
 * A release removes a view, or its revision that does not answer, and a later one brings it back under the same names and with an empty table: no
 * reader is answered from it, and there is no roll back to it, until it is built.
 */
export const playReturn = async (
  world: World,
  rebuilds: SimulatedRebuilds,
  { what, between }: NonNullable<RebuildPlan['returns']>,
  { ending, planned, ask, sweepAll }: Parts,
): Promise<void> => {
  const { control, own, engine, orderPool, answering } = rebuilds;
  const { name, actives, phases, codeOf } = control;
  const { streams, rest } = ending;
  if (streams().size === 0) return;
  const { deployed, ended, checkEnd, checkWhole, asked } = endings(world, rebuilds, ending);
  const commits = () => [...streams().values()].reduce((sum, each) => sum + each.length, 0);
  const deployments = memoryDeployments({ actives, phases, fewCommits: async () => commits() });
  const standing = ({ projection: { revision }, view }: DeployedView): DeployedRevision => ({
    projection: name,
    revision,
    table: view.tableId(),
    code: codeOf(revision),
  });
  let previous = own.map(standing);
  const deploy = async (views: readonly DeployedView[]) => {
    const next = views.map(standing);
    world.note('deployment', () => `deploys ${next.map(({ table }) => table).join(', ') || 'none of them'}`);
    const deploying = { deployments, actives, phases, clock: world.time };
    const settled = await engine.settleDeployment(deploying, next, { previous, retired: [name] });
    if ('refused' in settled) world.broken(`a deployment is refused: ${settled.refused}`);
    previous = next;
    world.redeployed();
  };
  const active = (await actives.load(name))?.revision;
  const isLeaving = ({ projection: { revision } }: Pick<DeployedView, 'projection'>) => what === 'view' || revision !== active;
  const [leaving, staying] = [own.filter(isLeaving), own.filter((each) => !isLeaving(each))];
  const half = Math.ceil(planned.length / 2);
  const askAll = async (all: readonly Planned[]) => {
    for (const each of all) void ask(each);
    await rest();
  };
  const look = async () => {
    const answered = answering(undefined, async ({ projection }) => projection.revision);
    const revision = await unlessRefused(world, answered, ['view-is-being-built'], rest);
    if (revision !== undefined && leaving.some(({ projection }) => projection.revision === revision))
      world.broken(`a reader of ${name} is answered by revision ${revision}, which came back with an empty table`);
  };

  await deploy(own);
  for (const { projection } of leaving) control.removed(projection.revision);
  await deploy(staying);
  if (between) await deploy(staying);
  await askAll(planned.slice(0, half));
  for (const { projection, view } of leaving) {
    view.replaced();
    control.returned(projection.revision);
  }
  await deploy(own);
  world.count(`returns of a ${what}`);
  await look();
  await askAll(planned.slice(half));
  void sweepAll();
  await rest();
  await look();
  const back = orderPool.invoke((ordering) => engine.rollBack(ordering, { projection: name, by: 'olga', why: rolledBackFor }));
  if (await unlessRefused(world, back, ['nothing-to-roll-back', 'not-built'], rest))
    world.broken(`${name} is rolled back to a revision that came back with an empty table`);
  for (const { projection } of leaving)
    if ((await phases.load(name, projection.revision))?.phase === 'live')
      world.broken(`revision ${projection.revision} of ${name} came back with an empty table, and counts as live`);
  for (const view of deployed.filter(isLeaving).toReversed()) {
    const { revision } = view.projection;
    const last = await ended(view, (ordering) => engine.orderRebuild(ordering, { ...asked, revision, why: 'rebuild' }));
    if (!last) return;
    checkEnd(view, last);
    await checkWhole(view);
  }
};
