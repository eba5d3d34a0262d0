import type { AnyProjection } from '../../core/projection.ts';
import { nowOf } from '../instant.ts';
import type { Clock, Log, Queue } from '../ports.ts';
import { sendOrders } from '../send-orders.ts';
import type { MendOrder } from '../view/mend.ts';
import { type Actives, dirtyShards, type Phases } from '../view/ports.ts';
import type { RefoldOrder } from '../view/refold.ts';
import { kindOf } from './kinds.ts';
import {
  type Difference,
  endedNow,
  isOver,
  type PartProgress,
  type Rebuild,
  type RebuildState,
  type Rebuilds,
  type Work,
} from './ports.ts';
import { defaultWorkSettings, partsOf } from './settings.ts';

/** A revision that is deployed. */
export type RebuildView = Readonly<{
  projection: AnyProjection;
  /** Hash of the code that makes its rows, as it is deployed. */
  code?: string;
  queue: Pick<Queue, 'send'>;
}>;

/** The ports of whatever goes on with a rebuild: an operator's request, or a step of the state machine. */
export type RebuildPorts = Readonly<{
  /** All revisions that are deployed. */
  views: readonly RebuildView[];
  actives: Actives;
  phases: Phases;
  rebuilds: Rebuilds;
  clock: Clock;
}>;

/** The ports of the state machine's own steps. */
export type Leading = RebuildPorts &
  Readonly<{
    log: Log;
    /** The time for which a function may still treat a revision as being built: its timeout, and the age of the phase that it caches. */
    liveAfterSeconds: number;
  }>;

/** The work in order: the items of each list run in parallel, and the next list when all of them are done. */
export type Plan = Pick<Rebuild, 'kind' | 'projection' | 'revision'> &
  Readonly<{ concurrency: number; fill: readonly Work[]; drain: readonly Work[]; verify: readonly Work[] }>;

const known = async ({ rebuilds }: Pick<Leading, 'rebuilds'>, id: string): Promise<Rebuild> => {
  const rebuild = await rebuilds.load(id);
  if (!rebuild) throw new Error(`There is no rebuild ${id}: its record is gone from the control table.`);
  return rebuild;
};

export const viewOf = <V extends RebuildView>(
  views: readonly V[],
  { projection, revision }: Pick<Rebuild, 'projection' | 'revision'>,
): V | undefined => views.find((view) => view.projection.name === projection && view.projection.revision === revision);

/** True if a view's own items are checked too: always for sums, and for every view if everything is compared. */
export const looksAtRows = (
  view: Pick<RebuildView, 'projection'> | undefined,
  { kind, settings }: Pick<Rebuild, 'kind' | 'settings'>,
) => kind === 'audit' || settings.compareOneOf === 1 || (view !== undefined && kindOf(view.projection).looksAtItems);

/** Divides the work among workers. */
export const plan = async (leading: Pick<Leading, 'rebuilds' | 'views'>, id: string): Promise<Plan> => {
  const rebuild = await known(leading, id);
  const { kind, projection, revision, settings, small } = rebuild;
  const work = (task: Work['task'], of: number): readonly Work[] =>
    Array.from({ length: of }, (_, number) => ({ task, rebuild: id, number, of }));
  const { segments } = settings;
  const rows = looksAtRows(viewOf(leading.views, rebuild), rebuild);
  return {
    kind,
    projection,
    revision,
    concurrency: settings.concurrency,
    fill: kind === 'audit' ? [] : work('fill', segments),
    drain: kind !== 'rebuild' ? [] : small ? work('catch-up', segments) : work('drain', dirtyShards),
    verify: [...work('verify', segments), ...(rows ? work('rows', segments) : [])],
  };
};

/** Ends the building. The streams that were noted meanwhile may be drained after so many seconds, when no function can write a note any more. */
export const endBuilding = async (leading: Leading, id: string): Promise<Readonly<{ waitSeconds: number }>> => {
  const { phases, rebuilds, clock, liveAfterSeconds } = leading;
  const { kind, state, projection, revision, small } = await known(leading, id);
  if (kind !== 'rebuild') return { waitSeconds: 0 };
  const moved = await rebuilds.move(id, ['filling'], { state: 'draining', since: nowOf(clock) });
  // A move that was sent twice fails on its own first effect: the record's state counts now.
  if (!moved && (await known(leading, id)).state !== 'draining') return { waitSeconds: 0 };
  const phase = await phases.load(projection, revision);
  // It waits for a live revision too: this step may have made it live at its first try.
  if (phase?.phase !== 'live') await phases.save(projection, revision, { ...phase, phase: 'live', since: nowOf(clock) });
  else if (state === 'filling' && Date.parse(phase.since) + liveAfterSeconds * 1_000 < clock.now()) return { waitSeconds: 0 };
  // A function that still treats it as being built got its commits before: every stream is read after this.
  return { waitSeconds: small ? 0 : liveAfterSeconds };
};

/** Everything is applied: verifying begins. */
export const beginVerify = async ({ rebuilds, clock }: Pick<Leading, 'rebuilds' | 'clock'>, id: string): Promise<void> => {
  await rebuilds.move(id, ['filling', 'draining'], { state: 'verifying', since: nowOf(clock) });
};

export type Judged = Readonly<{ state: RebuildState; recheck: readonly Work[] }>;

const summed = (parts: readonly PartProgress[]) => ({
  differences: parts.flatMap(({ differences }) => differences).slice(0, defaultWorkSettings.listedDifferences),
  found: parts.reduce((sum, { found }) => sum + found, 0),
});

const few = (differences: readonly Difference[]) =>
  differences
    .slice(0, 3)
    .map(({ stream, row, what }) => `${stream ?? row ?? ''} (${what})`)
    .join(', ');

type Ending = Readonly<{ from: readonly RebuildState[]; to: Pick<Rebuild, 'state'> & Partial<Rebuild> }>;

/** Moves to a final state; reports whichever final state won. */
const end = async (leading: Pick<Leading, 'rebuilds' | 'clock'>, id: string, { from, to }: Ending): Promise<Judged> => {
  await leading.rebuilds.move(id, from, { ...to, ...endedNow(leading.clock) });
  return { state: (await known(leading, id)).state, recheck: [] };
};

/** Switches, if the revision that answered at the beginning still does and the rebuild was not cancelled. */
const switchOver = async (leading: Leading, rebuild: Rebuild, code: string | undefined): Promise<Judged> => {
  const { actives, phases, rebuilds, clock, log } = leading;
  const { id, projection, revision, from, by, why } = rebuild;
  const phase = await phases.load(projection, revision);
  // The rows were found correct, so they are this code's now.
  if (phase && code !== undefined && phase.code !== code) await phases.save(projection, revision, { ...phase, code });
  const to = { state: 'switched', found: 0, ...endedNow(clock) } as const;
  const next = { projection, revision, since: to.since, by, why, ...(from !== undefined && { previous: from }) };
  const answers = (await actives.load(projection))?.revision === revision;
  if (await rebuilds.move(id, ['verifying'], to, answers ? undefined : { next, from }))
    log.info('A rebuilt revision answers queries now.', { rebuild: id, projection, revision });
  const { state } = await known(leading, id);
  if (state !== 'verifying') return { state, recheck: [] };
  const reason = `Another revision than ${from ?? 'none'} answers by now: ${projection} was switched meanwhile. Start again if r${revision} is still wanted.`;
  return end(leading, id, { from: ['verifying'], to: { state: 'failed', reason } });
};

/** The differences as requests to the view's own function: no other may write its table. */
const ordersFor = (differences: readonly Difference[], correlation: string): readonly (RefoldOrder | MendOrder)[] => {
  const streams = new Map(
    differences.flatMap(({ stream, row }) => (stream === undefined ? [] : [[`${stream} ${row ?? ''}`, { stream, row }]])),
  );
  const rows = new Set(differences.flatMap(({ row }) => row ?? []));
  return [
    ...[...streams.values()].map(({ stream, row }) => ({ refold: { stream, correlation, ...(row !== undefined && { row }) } })),
    ...[...rows].map((row) => ({ mend: { row, correlation } })),
  ];
};

/** Adds up the differences of all parts, and switches only if there are none. */
export const judge = async (leading: Leading, id: string): Promise<Judged> => {
  const { rebuilds, log, views } = leading;
  const rebuild = await known(leading, id);
  if (isOver(rebuild)) return { state: rebuild.state, recheck: [] };
  const { kind, projection, revision } = rebuild;
  const parts = await rebuilds.parts(id, partsOf(rebuild));
  const view = viewOf(views, rebuild);
  if (rebuild.state === 'repairing') {
    const left = summed(parts.filter(({ part }) => part === 'recheck'));
    // Differences that were found but not listed were not repaired either.
    const unlisted = Math.max(0, (rebuild.found ?? 0) - (rebuild.differences?.length ?? 0));
    return end(leading, id, { from: ['repairing'], to: { state: 'audited', ...left, found: left.found + unlisted } });
  }
  const looked = parts.filter(({ part }) => part === 'verify' || part === 'rows');
  const { fill, drain, verify } = await plan(leading, id);
  const isDone = ({ task, number }: Work) => parts.some((each) => each.done && each.part === task && each.number === number);
  const open = [...fill, ...drain, ...verify].filter((work) => !isDone(work));
  if (rebuild.state !== 'verifying' || open.length > 0)
    throw new Error(`${id} is ${rebuild.state}, with ${open.length} parts of its work not done: it cannot be judged yet.`);
  const result = summed(looked);
  if (kind === 'audit' && (result.found === 0 || !rebuild.repair || !view))
    return end(leading, id, { from: ['verifying'], to: { state: 'audited', ...result } });
  if (kind === 'audit') {
    const orders = ordersFor(result.differences, `rebuild/${id}`);
    if (view) await sendOrders(view.queue, projection, orders);
    await rebuilds.move(id, ['verifying'], {
      state: 'repairing',
      since: nowOf(leading.clock),
      ...result,
      ordered: orders.length,
    });
    return { state: 'repairing', recheck: [{ task: 'recheck', rebuild: id, number: 0, of: 1 }] };
  }
  if (result.found > 0) {
    const reason = `${result.found} differences: ${few(result.differences)}${result.found > 3 ? ', ...' : ''}. Nothing was switched.`;
    log.error('A rebuild found differences.', { rebuild: id, projection, revision, found: result.found });
    return end(leading, id, { from: ['verifying'], to: { state: 'failed', reason, ...result } });
  }
  if (kind === 'replay') return end(leading, id, { from: ['verifying'], to: { state: 'replayed', found: 0 } });
  return switchOver(leading, rebuild, view?.code);
};

/** Ends a rebuild whose execution cannot go on. */
export const failRebuild = async (
  leading: Pick<Leading, 'rebuilds' | 'clock'>,
  id: string,
  reason: string,
): Promise<Readonly<{ state: RebuildState }>> => {
  const { state } = await end(leading, id, {
    from: ['filling', 'draining', 'verifying', 'repairing'],
    to: { state: 'failed', reason: reason.slice(0, 1_000) },
  });
  return { state };
};
