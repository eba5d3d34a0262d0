import type { Commit } from '../../../core/commit.ts';
import { ProblemError } from '../../../core/problem.ts';
import { type AnyProjection, sourceOf } from '../../../core/projection.ts';
import type { Ordering } from '../../../engine/rebuild/operator/requests.ts';
import type { Rebuild } from '../../../engine/rebuild/ports.ts';
import type { MemoryView } from '../../memory/view.ts';
import { foldOf, totalsFault, viewFault } from '../checks/views.ts';
import type { World } from '../world/world.ts';
import type { SimulatedRebuilds } from './rebuilds.ts';

type Streams = ReadonlyMap<string, readonly Commit[]>;
type Deployed = Readonly<{ projection: AnyProjection; view: MemoryView }>;

export type Ending = Readonly<{
  streams: () => Streams;
  /** Both revisions of the view, of the release that runs in the end. */
  revisions: readonly AnyProjection[];
  sent: () => number;
  rest: () => Promise<void>;
}>;

/** The faults of a revision as a whole. */
const revisionFault = async ({ projection, view }: Deployed, streams: Streams): Promise<string | undefined> =>
  viewFault(projection, streams, view.items()) ?? (await totalsFault(projection, streams, view));

/** Runs and checks the requests that come at the end. */
export const endings = (world: World, { control, own, orderPool }: SimulatedRebuilds, ending: Ending) => {
  const { name, plan } = control;
  const { streams, revisions, rest } = ending;
  const deployed = own.map(({ view }, i): Deployed => ({ view, projection: revisions[i]! }));
  const parks = ({ projection }: Deployed) =>
    [...streams()].some(([stream, commits]) => sourceOf(projection, stream) && foldOf(projection, commits).parked !== undefined);
  const broken = ({ projection }: Deployed, fault: string | undefined) => {
    if (fault !== undefined) world.broken(`revision ${projection.revision}: ${fault}`);
  };
  /** Requests it and waits for its result. */
  const ended = async (view: Deployed, order: (ordering: Ordering) => Promise<Rebuild>): Promise<Rebuild | undefined> => {
    try {
      const ordered = orderPool.invoke(order);
      // A waiting caller gets the failure too.
      ordered.catch(() => {});
      await rest();
      // A promise was broken: time stands still, and no answer would come.
      if (world.fault() !== undefined) return undefined;
      const { id } = await ordered;
      await rest();
      return await control.rebuilds.load(id);
    } catch (cause) {
      broken(view, `it cannot be ordered: ${cause instanceof ProblemError ? cause.problem.detail : String(cause)}`);
      return undefined;
    }
  };
  const checkEnd = (view: Deployed, { kind, state, reason, differences = [], found }: Rebuild) => {
    const isRight = kind === 'rebuild' ? state === (parks(view) ? 'failed' : 'switched') : state === 'audited';
    if (!isRight || (kind === 'audit' && (found === 0) === parks(view)))
      broken(view, `the last ${kind} ends as ${state} (${reason ?? JSON.stringify(differences)})`);
  };
  const checkWhole = async (view: Deployed) => broken(view, await revisionFault(view, streams()));
  const asked = { projection: name, by: 'olga', settings: plan.settings };
  return { deployed, parks, ended, checkEnd, checkWhole, asked };
};

/**
 * When all work is done: refolded streams are right; an audit repairs damaged items; a revision that is live and was drained is complete;
 * and a last rebuild, or an audit of the active revision, succeeds unless the new code cannot apply the history.
 */
export const endRebuilds = async (world: World, rebuilds: SimulatedRebuilds, ending: Ending): Promise<void> => {
  const { control, check, engine } = rebuilds;
  const { name, plan, second, phases, actives, spoilt, aged } = control;
  const { sent } = ending;
  const before = sent();
  const { deployed, parks, ended, checkEnd, checkWhole, asked } = endings(world, rebuilds, ending);

  for (const view of deployed) {
    const { revision } = view.projection;
    if (aged.has(revision) && !spoilt.has(revision)) await checkWhole(view);
    aged.delete(revision);
    if (!spoilt.has(revision)) continue;
    const settings = { ...plan.settings, compareOneOf: 1 };
    const repair = { ...asked, revision, why: 'repair', repair: true, settings };
    const repaired = await ended(view, (ordering) => engine.orderAudit(ordering, repair));
    if (repaired) checkEnd(view, repaired);
    await checkWhole(view);
    spoilt.delete(revision);
  }
  const target = deployed.find(({ projection }) => projection.revision === second.revision)!;
  const live = (await phases.load(name, second.revision))?.phase === 'live';
  if (live && check.drained()) await checkWhole(target);
  const unsaid = await control.historyFault();
  if (unsaid !== undefined) world.broken(unsaid);
  if (world.fault() !== undefined) return;
  const active = (await actives.load(name))?.revision;
  if (active === second.revision && !plan.audited) return;
  const order = active === second.revision ? engine.orderAudit : engine.orderRebuild;
  const last = await ended(target, (ordering) => order(ordering, { ...asked, why: 'rebuild' }));
  if (!last) return;
  world.count(`last ${last.state}`);
  checkEnd(target, last);
  if (last.kind === 'rebuild' || live) await checkWhole(target);
  if (sent() !== before) world.broken(`a rebuild of ${name} sends ${sent() - before} entries to the bus`);
  if ((await actives.load(name))?.revision === second.revision && !parks(target)) world.count('ends on the second');
};
