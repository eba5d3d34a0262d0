import { notedTables } from '../../../lib/cli/cost/tables.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { consumersOfViews } from '../../../lib/core/view/groups.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import { addCounts } from '../../../lib/engine/cost/prices.ts';
import type { Delivered } from '../../../lib/engine/delivery/delivered.ts';
import { publish } from '../../../lib/engine/delivery/publish.ts';
import type { Bus, BusEntry } from '../../../lib/engine/ports.ts';
import {
  type Consumer,
  commandFunctions,
  type Deployed,
  groupConsumer,
  matches,
  type PartTables,
  processConsumer,
  viewConsumer,
} from '../../../lib/testing/costing/parts.ts';
import { tallied } from '../../../lib/testing/costing/tally.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { memoryLog, memoryProofs } from '../../../lib/testing/memory/system.ts';
import { memoryKeys, memoryScheduler } from '../../../lib/testing/ports.ts';
import { timeline } from '../../../lib/testing/simulation/timeline.ts';
import type { Consumer as Profiled } from '../profile.ts';
import { timed } from './timed.ts';

/** A consumer of the bus, with a queue and a function: what it is sent, and what it does with a batch. */
export type Taker = Omit<Profiled, 'merges'> &
  Readonly<{
    name: string;
    /** The views that an entry is handed to, of a group; if there are none it is not sent. */
    takenBy: (entry: BusEntry) => number;
    take: (batch: readonly Delivered[]) => Promise<readonly string[]>;
  }>;

const began = Date.UTC(2026, 10, 21, 12);
/** All parts reach the same tables: whose work it is, the model knows from what it has them do. */
const part = 'all';

/** A revision's table, or an index of it, by the view's name: a new revision is not another place. */
const placeOf = (at: string): string => at.replace(/\.r\d+(?=\/|$)/, '');

/** The tables, each call of which takes model time: those of a view or a process are made once. */
const timedTables = (tables: PartTables, sleep: Parameters<typeof timed>[1]): PartTables => {
  const made = new Map<string, unknown>();
  const once = <P extends object>(name: string, make: () => P): P => {
    if (!made.has(name)) made.set(name, timed(make(), sleep));
    return made.get(name) as P;
  };
  return {
    store: timed(tables.store, sleep),
    snapshots: timed(tables.snapshots, sleep),
    deadlines: timed(tables.deadlines, sleep),
    view: (projection) => once(`view ${projection.name}`, () => tables.view(projection)),
    cursors: (process) => once(`process ${process}`, () => tables.cursors(process)),
  };
};

/**
 * A manifest's deployment without AWS: what `foldstream cost` runs, in model time that passes with each request. Every function is new at each call, as
 * nearly all are to a stream when there are many of both.
 */
export const recordedSystem = (manifest: Manifest) => {
  const tally = tallied();
  const { tablesOf, written } = notedTables(manifest, tally, 'packed');
  const time = timeline(began, Number.POSITIVE_INFINITY);
  const tables = timedTables(tablesOf(part), time);
  const clock = { now: time.now, wait: time.sleep };
  const [keys, proofs] = [memoryKeys(), memoryProofs()];
  const fresh: Commit[] = [];
  const entries: BusEntry[] = [];
  const bus: Bus = {
    send: async (sent) => {
      entries.push(...sent);
      return [];
    },
  };
  const deployed: Deployed = {
    ...{ manifest, tally, clock, keys, proofs, tablesOf: () => tables, busOf: () => bus },
    personal: { keys: memorySubjectKeys(), box: memoryBox() },
    scheduler: timed(memoryScheduler(), time),
    stored: (commits) => void fresh.push(...commits),
  };
  const taker = (of: Pick<Taker, 'name' | 'kind' | 'views'>, consumer: () => Consumer): Taker => {
    const { rules, gathers } = consumer();
    return {
      ...of,
      ...{ batchSize: gathers.most, windowSeconds: gathers.seconds },
      takenBy: (entry) => rules.filter((rule) => matches([rule], entry)).length,
      take: (batch) => consumer().handle(batch.map((detail, i) => ({ id: String(i), body: JSON.stringify({ detail }) }))),
    };
  };
  return {
    time,
    takers: [
      ...consumersOfViews(manifest).map((each) => {
        if ('view' in each) return taker({ name: each.view.name, kind: 'view' }, () => viewConsumer(deployed, each.view));
        const views = each.views.map(({ name }) => name);
        return taker({ name: each.name, kind: 'group', views }, () => groupConsumer(deployed, each));
      }),
      ...(manifest.processes ?? []).map((process) =>
        taker({ name: process.category, kind: 'process' }, () => processConsumer(deployed, process)),
      ),
    ],
    commandingFor: (category: string): Commanding => commandFunctions(deployed).get(category)!,
    /** The entries of the commits that were stored since it was last asked. */
    publish: async (): Promise<readonly BusEntry[]> => {
      await publish({ bus, clock, keys, log: memoryLog(), proofs }, fresh.splice(0));
      return entries.splice(0);
    },
    /** Does some work in model time, and answers what it took. */
    work: async <T>(run: () => Promise<T>) => {
      written();
      tally.take();
      const from = time.now();
      let end: Readonly<{ value: T } | { cause: unknown }> | undefined;
      run().then(
        (value) => {
          end = { value };
        },
        (cause) => {
          end = { cause };
        },
      );
      await time.run(() => end !== undefined);
      if (!end) throw new Error('The work stands still: it waits for something that takes no model time.');
      if ('cause' in end) throw end.cause;
      const used = addCounts(...tally.take().values());
      const { requests = 0, readUnits = 0, schedulerCalls: scheduled = 0 } = used;
      return {
        ...{ value: end.value, milliseconds: time.now() - from, scheduled, readUnits },
        requests: requests + scheduled,
        written: written().map((each) => ({ ...each, at: placeOf(each.at) })),
      };
    },
  };
};

export type RecordedSystem = ReturnType<typeof recordedSystem>;
