import { createHash } from 'node:crypto';
import type { Commit } from '../../../lib/core/commit.ts';
import { type AnyProjection, type AnySharedRows, type SharedRows, streamKey } from '../../../lib/core/projection.ts';
import { TryAgain } from '../../../lib/engine/again.ts';
import type { Clock, Scanner } from '../../../lib/engine/ports.ts';
import type { Ordering } from '../../../lib/engine/rebuild/operator/requests.ts';
import { orderRebuild } from '../../../lib/engine/rebuild/operator/start.ts';
import type { Rebuild, Work } from '../../../lib/engine/rebuild/ports.ts';
import { defaultWorkSettings, smallCommits } from '../../../lib/engine/rebuild/settings.ts';
import type { Working } from '../../../lib/engine/rebuild/slice.ts';
import { beginVerify, endBuilding, judge, type Leading, plan } from '../../../lib/engine/rebuild/steps.ts';
import { work } from '../../../lib/engine/rebuild/worker.ts';
import { itemSize } from '../../../lib/engine/store/size.ts';
import { storable } from '../../../lib/engine/store/storable.ts';
import { apply } from '../../../lib/engine/view/apply.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { carryOutBatch, type Order } from '../../../lib/engine/view/orders.ts';
import { totalOf } from '../../../lib/engine/view/parts.ts';
import { knownPhase } from '../../../lib/engine/view/phase.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { contributed, isPlaceOfRow } from '../../../lib/engine/view/shares.ts';
import { listed } from '../../../lib/engine/view/view-item.ts';
import {
  memoryActives,
  memoryDirtyNotes,
  memoryExecutions,
  memoryMeter,
  memoryPhases,
  memoryRebuilds,
  memoryViewScanner,
} from '../../../lib/testing/memory/rebuild.ts';
import type { MemoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { sumOf } from '../../../lib/testing/sharing.ts';
import { delivered, entries, ledger, lines, sums } from './bag.ts';

type BagMemory = Readonly<{ sum: number; seen: number }>;

/** Sums over all bags, by the last digit of each bag's own: rows that a stream comes to and leaves again, and one in two parts. */
const shelves: SharedRows<BagMemory, never> = {
  kind: 'shared-rows',
  name: 'shelves',
  revision: 1,
  from: sums.from,
  may: ['operator'],
  initial: { sum: 0, seen: 0 },
  shards: 2,
  on: {
    Added: ({ sum, seen }: BagMemory, { data }: { data: { n: number } }) => ({ sum: sum + data.n, seen: seen + 1 }),
    Emptied: ({ seen }: BagMemory) => ({ sum: 0, seen: seen + 1 }),
    Spoiled: () => {
      throw new TypeError('This one is spoiled.');
    },
  },
  shares: ({ sum, seen }: BagMemory) => ({
    [`digit-${sum % 10}`]: { sums: { sum }, counts: { bags: 1 } },
    all: { sums: { sum }, highest: { seen } },
    // More than one transaction takes.
    ...Object.fromEntries(sum % 7 === 3 ? Array.from({ length: 45 }, (_, i) => [`wide-${i}`, { counts: { bags: 1 } }]) : []),
  }),
} as unknown as SharedRows<BagMemory, never>;

/** A view of each kind, over bags. */
export const kinds = [sums, entries, shelves, lines, ledger].map((projection) => projection as unknown as AnyProjection);

export type ScanOrder = 'numbers' | 'texts' | 'any';
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const orders: Readonly<Record<ScanOrder, (commit: Commit) => string>> = {
  numbers: ({ stream, commit }) => `${hash(stream)}/${String(commit).padStart(9, '0')}`,
  texts: ({ stream, commit }) => `${hash(stream)}/${commit}`,
  any: ({ stream, commit }) => hash(`${stream}/${commit}`),
};

/** Scans in one order or another: by number, as DynamoDB does; by number as text, as an emulator may; or in none at all. */
const scannerIn = (store: Pick<MemoryStore, 'stored'>, order: ScanOrder): Scanner => ({
  scan: async ({ segment, of }, { after, limit = 1_000 }) => {
    const placeOf = orders[order];
    const all = store
      .stored()
      .filter(({ stream }) => Number.parseInt(hash(stream).slice(0, 8), 16) % of === segment)
      .toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    const rest = after ? all.filter((commit) => placeOf(commit) > placeOf(after as Commit)) : all;
    const commits = rest.slice(0, limit);
    const last = commits.at(-1);
    const units = Math.max(1, Math.ceil(commits.reduce((sum, commit) => sum + itemSize(commit), 0) / 4_096)) / 2;
    return { commits, units, ...(last && rest.length > limit && { next: { stream: last.stream, commit: last.commit } }) };
  },
});

class Crashed extends Error {
  override name = 'Crashed';
}

type Odds = Readonly<{ before: number; after: number }>;
const calm: Odds = { before: 0, after: 0 };

/** Ports whose calls take turns with all others, and sometimes end whoever calls: before they take effect, or after. */
const crashing = <P extends object>(ports: P, random: () => number, odds: Odds): P =>
  Object.fromEntries(
    Object.entries(ports).map(([name, run]) => [
      name,
      typeof run !== 'function'
        ? run
        : async (...given: unknown[]) => {
            for (let turns = Math.floor(random() * 8); turns > 0; turns--) await null;
            if (random() < odds.before) throw new Crashed(`${name}: not even sent`);
            const answer = await run(...given);
            if (random() < odds.after) throw new Crashed(`${name}: the answer got lost`);
            for (let turns = Math.floor(random() * 8); turns > 0; turns--) await null;
            return answer;
          },
    ]),
  ) as P;

export type Setting = Readonly<{
  projection: AnyProjection;
  order?: ScanOrder;
  seed?: number;
  odds?: Odds;
  pageCommits?: number;
  /** True if its rebuilds are of few commits. */
  small?: boolean;
  clock?: Clock & { advance(milliseconds: number): void };
}>;

/** A revision that is to be built, with all that it takes. */
export const rebuildingOf = ({
  projection,
  order = 'any',
  seed = 1,
  odds = calm,
  pageCommits = 50,
  small = false,
  clock = memoryClock(),
}: Setting) => {
  const store = memoryStore({ pageBytes: 900 });
  const view = withCursors(projection, memoryView());
  const log = memoryLog();
  const { random, randomId } = memoryKeys(seed);
  const actives = memoryActives();
  const [phases, dirty, rebuilds, executions] = [memoryPhases(), memoryDirtyNotes(), memoryRebuilds(actives), memoryExecutions()];
  const sent: object[] = [];
  const send = async (messages: readonly object[]) => {
    sent.push(...messages);
    return [];
  };
  const views = [{ projection, code: 'c1', queue: { send } }];
  const near = <P extends object>(ports: P) => (odds === calm ? { ...ports } : crashing(ports, random, odds));
  const leading: Leading = {
    views,
    actives: near(actives),
    phases: near(phases),
    rebuilds: near(rebuilds),
    clock,
    log,
    liveAfterSeconds: 40,
  };
  const aboutCommits = async () => (small ? 0 : smallCommits) + store.stored().length;
  const ordering: Ordering = { views, actives, phases, rebuilds, executions, clock, keys: { randomId }, aboutCommits };
  const working: Working = {
    projection,
    store: near(store),
    view: near(view),
    clock,
    log,
    scanner: near(scannerIn(store, order)),
    viewScanner: memoryViewScanner(view),
    dirty: near(dirty),
    rebuilds: near(rebuilds),
    meter: memoryMeter(),
    settings: { ...defaultWorkSettings, pageCommits, streamsAtOnce: 3 },
  };
  /** An instance of the projection's function, with a phase of its own. */
  const instance = (): Projecting => ({
    projection,
    store: near(store),
    view: near(view),
    clock,
    log,
    building: { phase: knownPhase(near(phases), projection, clock), dirty: near(dirty) },
  });
  return {
    projection,
    store,
    view,
    log,
    random,
    clock,
    actives,
    phases,
    dirty,
    rebuilds,
    executions,
    sent,
    leading,
    ordering,
    working,
    instance,
  };
};

export type Rebuilding = ReturnType<typeof rebuildingOf>;

export const append = async ({ store }: Pick<Rebuilding, 'store'>, commits: readonly Commit[]): Promise<void> => {
  for (const commit of commits) await store.append(commit);
};

export const deliver = (projecting: Projecting, commits: readonly Commit[]): Promise<readonly string[]> =>
  projectBatch(
    projecting,
    commits.map((commit, i) => ({ id: String(i), delivered: delivered(commit) })),
  );

/** As often as the state machine tries a task again. */
const retries = 6;

/** Goes on after any crash, and tries again what others were faster in, as the state machine does. */
const persistently = async <T>(step: () => Promise<T>): Promise<T> => {
  for (let lost = 0; ; )
    try {
      return await step();
    } catch (cause) {
      if (cause instanceof TryAgain && lost < retries) lost += 1;
      else if (!(cause instanceof Crashed)) throw cause;
    }
};

export const wholly = async (working: Working, order: Work): Promise<void> => {
  while (!(await persistently(() => work(working, order))).done);
};

type Hooks = Readonly<{
  waited?: (seconds: number) => Promise<void>;
  filled?: () => Promise<void>;
  drained?: () => Promise<void>;
}>;

/** Does what the projection's function does with the orders in its queue. */
export const carryOutOrders = async ({ sent, instance, view }: Rebuilding): Promise<void> => {
  const orders = sent.splice(0).map((order, i) => ({ id: String(i), order: order as Order }));
  const failed = await carryOutBatch({ ...instance(), view }, orders);
  if (failed.length > 0) throw new Error(`${failed.length} orders failed.`);
};

/** Does what the state machine does. */
export const execute = async (rebuilding: Rebuilding, id: string, hooks: Hooks = {}): Promise<Rebuild> => {
  const { leading, working, clock, rebuilds } = rebuilding;
  const steps = await persistently(() => plan(leading, id));
  const all = (orders: readonly Work[]) => Promise.all(orders.map((order) => wholly(working, order)));
  await all(steps.fill);
  await hooks.filled?.();
  const { waitSeconds } = await persistently(() => endBuilding(leading, id));
  if (waitSeconds > 0) await hooks.waited?.(waitSeconds);
  await clock.wait(waitSeconds * 1_000);
  await all(steps.drain);
  await hooks.drained?.();
  await persistently(() => beginVerify(leading, id));
  await all(steps.verify);
  const { recheck } = await persistently(() => judge(leading, id));
  if (recheck.length > 0) {
    await carryOutOrders(rebuilding);
    await all(recheck);
    await persistently(() => judge(leading, id));
  }
  return (await rebuilds.load(id))!;
};

/** From the order to its end. */
export const rebuild = async (
  rebuilding: Rebuilding,
  settings = { segments: 3, concurrency: 2 },
  hooks: Hooks = {},
): Promise<Rebuild> => {
  const { id } = await orderRebuild(rebuilding.ordering, {
    projection: rebuilding.projection.name,
    by: 'ada',
    why: 'a test',
    settings,
  });
  return execute(rebuilding, id, hooks);
};

const shown = (value: unknown) => JSON.stringify(value);

/**
 * The places where a view differs from the fold of its streams up to their cursors, or where a cursor is behind: computed without the code
 * that verifies.
 */
export const faultsOf = async ({ projection, view, store }: Rebuilding): Promise<readonly string[]> => {
  const found: string[] = [];
  const streams = Map.groupBy(store.stored(), ({ stream }) => stream);
  const items = new Map(view.items().map((item) => [`${item.key} ${item.sort}`, item]));
  const shares = new Map<string, ReturnType<typeof contributed>>();
  for (const [stream, unsorted] of streams) {
    const commits = unsorted.toSorted((a, b) => a.commit - b.commit);
    const last = commits.findLast(({ events }) => events.some(({ type }) => projection.on[type]))?.commit ?? 0;
    const head = await view.head(streamKey(projection, stream));
    if ((head?.commit ?? 0) < last) found.push(`${stream} is at ${head?.commit}, and ${last} is the last`);
    if (!head) continue;
    const folded = apply(projection, undefined, commits.slice(0, head.commit), '');
    const { rows } = folded;
    // A cursor before everything, as a stream without a history has it.
    const wanted = head.commit > 0 ? folded.head : { ...head, row: undefined };
    const same = (what: string, came: object | undefined, should: object | undefined) => {
      const pick = (item: object | undefined) => {
        const { row, memory, owner, lists } = (item ?? {}) as Record<string, unknown>;
        return shown(storable({ row, memory, owner, lists }));
      };
      if (pick(came) !== pick(should)) found.push(`${what}: ${pick(came)}, and the fold is ${pick(should)}`);
    };
    same(stream, head, listed(wanted));
    for (const row of rows) same(`${stream} ${row.sort}`, items.get(`${row.key} ${row.sort}`), listed(row));
    const known = new Set(rows.map(({ sort }) => sort));
    for (const item of items.values())
      if (item.key === head.key && item.sort !== 'head' && item.row && !known.has(item.sort))
        found.push(`${stream} has a stray ${item.sort}`);
    if (projection.kind === 'shared-rows') shares.set(stream, contributed(projection as AnySharedRows, wanted));
  }
  for (const item of items.values()) {
    if (isPlaceOfRow(item.key)) continue;
    if (!streams.has(item.stream) && (item.row || item.commit > 0)) found.push(`${item.key} ${item.sort} is of no stream`);
  }
  if (projection.kind !== 'shared-rows') return found;
  const wanted = new Map<string, Map<string, object>>();
  for (const [stream, all] of shares)
    for (const [row, share] of all) (wanted.get(row) ?? wanted.set(row, new Map()).get(row))!.set(stream, share);
  const rows = (await view.sharedRows({ limit: 10_000 })).items;
  for (const name of new Set([...rows.map(({ row }) => row), ...wanted.keys()])) {
    const total = totalOf(rows.find(({ row }) => row === name)?.parts ?? [])?.total;
    const should = sumOf([...(wanted.get(name)?.values() ?? [])] as never);
    if (shown(total) !== shown(should)) found.push(`row ${name}: ${shown(total)}, and the shares come to ${shown(should)}`);
    const known = new Set((await view.streamsIn(name, { limit: 10_000 })).streams);
    for (const stream of wanted.get(name)?.keys() ?? []) if (!known.has(stream)) found.push(`${name} does not know ${stream}`);
  }
  return found;
};
