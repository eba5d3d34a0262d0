import { isDeepStrictEqual } from 'node:util';
import type { Commit } from '../../core/commit.ts';
import { ProblemError } from '../../core/problem.ts';
import { type AnyProjection, sourceOf, streamKey } from '../../core/projection.ts';
import type { ViewItem } from '../../engine/ports.ts';
import { storable } from '../../engine/storable.ts';
import type { MemoryView } from '../memory-view.ts';
import { sharesFault } from './check-shares.ts';
import { foldOf, viewFault } from './check-views.ts';
import { staleFor } from './rebuild-scanner.ts';
import type { SimulatedRebuilds } from './rebuilds.ts';
import type { SimulatedTable } from './table.ts';
import type { World } from './world.ts';

type Target = Readonly<{ projection: AnyProjection; view: MemoryView }>;
type Looking = Readonly<{
  target: Target;
  table: SimulatedTable;
  storedAt: (place: Readonly<{ stream: string; commit: number }>) => number;
}>;

/** What is looked at while a rebuild goes on. */
export type Completeness = Readonly<{
  verifyBegins: (rebuild: string) => void;
  atSwitch: (revision: number) => Promise<void>;
  /** Whether any rebuild has come past its draining. */
  drained: () => boolean;
}>;

/** What a stream's items are wrong in, at the place where its own cursor stands. */
const faultAtCursor = (projection: AnyProjection, stream: string, commits: readonly Commit[], items: readonly ViewItem[]) => {
  const head = items.find(({ sort }) => sort === 'head');
  if (!head || head.parked || head.begun) return undefined;
  const { rows, memory } = foldOf(projection, commits.slice(0, head.commit));
  const at = `${stream} at commit ${head.commit}`;
  if (projection.kind !== 'row-per-stream' && !isDeepStrictEqual(head.memory, storable(memory)))
    return `${at} remembers ${JSON.stringify(head.memory)}, and the fold is ${JSON.stringify(memory)}`;
  if (projection.kind === 'shared-rows') return undefined;
  for (const sort of new Set([...rows.keys(), ...items.map((item) => item.sort)])) {
    if (sort === 'head' && projection.kind !== 'row-per-stream') continue;
    const item = items.find((each) => each.sort === sort);
    // Rows are written before the cursor.
    if (item && item.commit > head.commit) continue;
    const wanted = rows.get(sort);
    if (!isDeepStrictEqual(item?.row, wanted && storable(wanted))) return `${at}, ${sort}: ${JSON.stringify(item?.row)}`;
  }
  return undefined;
};

/** Looks, at the moment of a switch, whether the revision is complete then: with all that was in the table when verify began. */
export const completeness = (world: World, { target: { projection, view }, table, storedAt }: Looking): Completeness => {
  let known = new Map<string, number>();
  let drained = false;
  return {
    drained: () => drained,
    verifyBegins: () => {
      drained = true;
      // What was written a moment ago an eventually consistent scan need not see; it is delivered live.
      const before = world.time.now() - staleFor;
      known = new Map(
        table.streams().map((stream) => [stream, table.commitsOf(stream).filter((commit) => storedAt(commit) <= before).length]),
      );
    },
    atSwitch: async (revision) => {
      if (revision !== projection.revision) return;
      const items = Map.groupBy(view.items(), ({ key }) => key);
      const heads = new Map<string, ViewItem>();
      const broken = (what: string) => world.broken(`${projection.name} is switched to revision ${revision}, and ${what}`);
      for (const [stream, count] of known) {
        if (!sourceOf(projection, stream)) continue;
        const commits = table.commitsOf(stream);
        const own = items.get(streamKey(projection, stream)) ?? [];
        const head = own.find(({ sort }) => sort === 'head');
        if (head) heads.set(stream, head);
        const { handled } = foldOf(projection, commits.slice(0, count));
        if ((head?.commit ?? 0) < handled) broken(`${stream} is at commit ${head?.commit ?? 0} of ${handled}`);
        const fault = faultAtCursor(projection, stream, commits, own);
        if (fault !== undefined) broken(fault);
      }
      if (projection.kind !== 'shared-rows' || [...heads.values()].some(({ begun }) => begun)) return;
      const applied = new Map(
        view
          .items()
          .flatMap(({ sort, stream, commit }) =>
            sort === 'head' ? [[stream, table.commitsOf(stream).slice(0, commit)] as const] : [],
          ),
      );
      const fault = await sharesFault(projection, applied, view);
      if (fault !== undefined) broken(fault);
    },
  };
};

type Streams = ReadonlyMap<string, readonly Commit[]>;

/** What is wrong with a revision as a whole. */
const revisionFault = async ({ projection, view }: Target, streams: Streams): Promise<string | undefined> =>
  viewFault(projection, streams, view.items()) ??
  (projection.kind === 'shared-rows' ? await sharesFault(projection, streams, view) : undefined);

/**
 * When everything has come to rest: a revision that is live and was drained is complete; and a last rebuild, or an audit of what answers, succeeds
 * unless the new code cannot take what is there.
 */
export const endRebuilds = async (
  world: World,
  rebuilds: SimulatedRebuilds,
  {
    streams,
    projection,
    sent,
    rest,
  }: Readonly<{ streams: () => Streams; projection: AnyProjection; sent: () => number; rest: () => Promise<void> }>,
): Promise<void> => {
  const { control, target, check, orderPool, engine } = rebuilds;
  const { name, second, phases, actives } = control;
  const deployed = { ...target, projection };
  const before = sent();
  const live = (await phases.load(name, second.revision))?.phase === 'live';
  const broken = (fault: string | undefined) => {
    if (fault !== undefined) world.broken(`revision ${second.revision}: ${fault}`);
  };
  if (live && check.drained()) broken(await revisionFault(deployed, streams()));
  if (world.fault() !== undefined) return;
  const parks = [...streams()].some(
    ([stream, commits]) => sourceOf(projection, stream) && foldOf(projection, commits).parked !== undefined,
  );
  const active = (await actives.load(name))?.revision;
  if (active === second.revision && !control.plan.audited) return;
  const asked = { projection: name, by: 'olga', why: 'rebuild', settings: control.plan.settings };
  let id: string | undefined;
  try {
    const order = active === second.revision ? engine.orderAudit : engine.orderRebuild;
    id = (
      await endedWithin(
        orderPool.invoke((ordering) => order(ordering, asked)),
        rest,
      )
    ).id;
  } catch (cause) {
    broken(`it cannot be ordered: ${cause instanceof ProblemError ? cause.problem.detail : String(cause)}`);
    return;
  }
  await rest();
  const rebuild = await control.rebuilds.load(id);
  world.count(`last ${rebuild?.state}`);
  const told = `the last ${rebuild?.kind} ends as ${rebuild?.state} (${rebuild?.reason ?? JSON.stringify(rebuild?.differences ?? [])})`;
  if (rebuild?.kind === 'rebuild' && rebuild.state !== (parks ? 'failed' : 'switched')) broken(told);
  if (rebuild?.kind === 'audit' && (rebuild.state !== 'audited' || (rebuild.found === 0) === parks)) broken(told);
  if (rebuild?.kind === 'rebuild' || live) broken(await revisionFault(deployed, streams()));
  if (sent() !== before) world.broken(`a rebuild of ${name} sends ${sent() - before} entries to the bus`);
  if ((await actives.load(name))?.revision === second.revision && parks === false) world.count('ends on the second');
};

/** Time must pass for a promise to come true. */
const endedWithin = async <T>(promise: Promise<T>, rest: () => Promise<void>): Promise<T> => {
  // Whoever waits for it hears of a failure too.
  promise.catch(() => {});
  await rest();
  return promise;
};
