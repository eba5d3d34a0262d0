import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lib/aws/attributes.ts';
import { deadlineItems } from '../../../lib/aws/process/deadlines.ts';
import { commitStore } from '../../../lib/aws/store/commit-store.ts';
import { snapshotStore } from '../../../lib/aws/store/snapshot-store.ts';
import { viewTable } from '../../../lib/aws/view/table.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import { type AnyDecider, decidesOn, namedBy } from '../../../lib/core/decider.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { processDecider } from '../../../lib/core/process/decider.ts';
import { targetsOf } from '../../../lib/core/process/performs.ts';
import { type AnyProjection, handledTypes, sourcesOf } from '../../../lib/core/projection.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import type { Delivered } from '../../../lib/engine/delivery/delivered.ts';
import { publish } from '../../../lib/engine/delivery/publish.ts';
import type { BusEntry, Log, Store } from '../../../lib/engine/ports.ts';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import { defaultSettings, processSettings } from '../../../lib/engine/settings.ts';
import { kindOf } from '../../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { memoryProofs } from '../../../lib/testing/memory/system.ts';
import {
  memoryCursors,
  memoryDeadlines,
  memoryKeys,
  memoryScheduler,
  memorySnapshots,
  memoryStore,
  memoryView,
} from '../../../lib/testing/ports.ts';
import { timeline } from '../../../lib/testing/simulation/timeline.ts';
import { rulesOf } from '../../../lib/testing/simulation/world/processes.ts';
import { type TableShape, tableLedger } from './ledger.ts';
import { type Calls, noted } from './noted.ts';
import { commitsShape, controlShape, snapshotsShape, viewShape } from './shapes.ts';

/** A consumer of the bus: what it is sent, and what it does with a batch. */
export type Taker = Readonly<{
  name: string;
  kind: 'view' | 'process';
  /** The seconds for which its commits are gathered; not every release says any. */
  gatherSeconds: number;
  wants: (entry: BusEntry, delivered: Delivered) => boolean;
  take: (batch: readonly Delivered[]) => Promise<readonly string[]>;
}>;

const gatheringOf = ({ gatherSeconds = 0 }: Readonly<{ gatherSeconds?: number }>): number => gatherSeconds;

/** Not every release has a kind of view whose rows are its cursors. */
const cursorsOf = (projection: AnyProjection): (<V>(view: V) => V) =>
  (kindOf(projection) as Readonly<{ cursors?: <V>(view: V) => V }>).cursors ?? ((view) => view);

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };
const began = Date.UTC(2026, 10, 21, 12);

const shapesOf = (views: readonly AnyProjection[]): ReadonlyMap<string, TableShape> =>
  new Map([
    ['commits', commitsShape],
    ['snapshots', snapshotsShape],
    ['control', controlShape],
    ...views.map((view) => [view.name, viewShape(view)] as const),
  ]);

/**
 * A manifest's deployment without AWS: the real engine over ports in memory, the real adapters over a client that notes what they write, and model time
 * that passes with each request. Every function is new at each call, as nearly all are to a stream when there are many of both.
 */
export const recordedSystem = (manifest: Manifest) => {
  const { aggregates, processes = [] } = manifest;
  const ledger = tableLedger(shapesOf(manifest.projections));
  const { client } = ledger;
  const time = timeline(began, Number.POSITIVE_INFINITY);
  const calls: Calls = { requests: 0, readUnits: 0 };
  const port = <P extends object>(memory: P, adapter?: object, half = false): P => noted(memory, adapter, time, calls, half);
  const table = memoryStore();
  const fresh: Commit[] = [];
  const store = port<Store>(
    {
      ...table,
      append: async (commit) => {
        const answer = await table.append(commit);
        if (answer.stored) fresh.push(commit);
        return answer;
      },
      appendTogether: async (commits, unmoved) => {
        const answer = await table.appendTogether(commits, unmoved);
        if (answer.stored) fresh.push(...commits);
        return answer;
      },
    },
    commitStore(client, 'commits'),
  );
  const snapshots = port(memorySnapshots(), snapshotStore(client, 'snapshots', { clock: time }), true);
  const clock = { now: time.now, wait: time.sleep };
  const [keys, proofs] = [memoryKeys(), memoryProofs()];
  const scheduler = memoryScheduler();
  let scheduled = 0;
  const entries: BusEntry[] = [];
  const bus = {
    send: async (sent: readonly BusEntry[]) => {
      entries.push(...sent);
      return [];
    },
  };

  const commandingFor = (decider: AnyDecider): Commanding => {
    const cache = stateCache(defaultSettings.cacheBytes);
    const own = (each: AnyDecider): Commanding => ({
      store,
      snapshots,
      keys,
      clock,
      log: silent,
      settings: defaultSettings,
      cache,
      decider: each,
      code: `${each.category}-1`,
    });
    const named = [...namedBy(decider), ...decidesOn(decider)];
    const others = aggregates.filter(({ category }) => named.includes(category) && category !== decider.category);
    return { ...own(decider), others: new Map(others.map((other) => [other.category, own(other as AnyDecider)])) };
  };

  const viewTaker = (projection: AnyProjection): Taker => {
    const table = port(memoryView(), viewTable(client, projection.name));
    const view = cursorsOf(projection)(table);
    const types = new Set(handledTypes(projection));
    const categories = new Set(sourcesOf(projection).map(({ category }) => `${category}.commit`));
    return {
      name: projection.name,
      kind: 'view',
      gatherSeconds: gatheringOf(projection),
      wants: ({ detailType }, delivered) => categories.has(detailType) && delivered.types.some((type) => types.has(type)),
      take: (batch) =>
        projectBatch(
          { projection, store, view, clock, log: silent },
          batch.map((delivered, i) => ({ id: String(i), delivered })),
        ),
    };
  };

  const processTaker = (process: (typeof processes)[number]): Taker => {
    const { category } = process;
    const id = (stream: string) => `cursor/${category}/${stream}`;
    const move = (stream: string, commit: number) =>
      client.send(new PutItemCommand({ TableName: 'control', Item: toItem({ id: id(stream), commit }) }));
    const cursors = port(memoryCursors(), { move });
    const deadlines = port(memoryDeadlines(), deadlineItems(client, 'control'));
    const rules = rulesOf([process], () => {});
    const shots = port({
      set: (shot: Parameters<typeof scheduler.set>[0]) => {
        scheduled += 1;
        return scheduler.set(shot);
      },
      cancel: (key: string) => {
        scheduled += 1;
        return scheduler.cancel(key);
      },
    });
    return {
      name: category,
      kind: 'process',
      gatherSeconds: gatheringOf(process),
      wants: ({ detailType }, { types, rests }) =>
        rules.some(
          (rule) =>
            rule.detailTypes.has(detailType) && types.some((type) => rule.types.has(type)) && !(rule.rests === false && rests),
        ),
      take: (batch) => {
        const targets = new Map(targetsOf(process).map((decider) => [decider.category, commandingFor(decider)]));
        const reacting = {
          process,
          own: commandingFor(processDecider(process)),
          target: (of: string) => targets.get(of),
          cursors,
          deadlines,
          scheduler: shots,
          settings: processSettings,
        };
        return reactBatch(
          reacting,
          batch.map((delivered, i) => ({ id: String(i), delivered })),
        );
      },
    };
  };

  return {
    time,
    takers: [...manifest.projections.map(viewTaker), ...processes.map(processTaker)],
    commandingFor: (category: string) => commandingFor(aggregates.find((each) => each.category === category)! as AnyDecider),
    /** The entries of the commits that were stored since it was last asked. */
    publish: async (): Promise<readonly BusEntry[]> => {
      await publish({ bus, clock, keys, log: silent, proofs }, fresh.splice(0));
      return entries.splice(0);
    },
    /** Does some work in model time, and answers what it took. */
    work: async <T>(run: () => Promise<T>) => {
      ledger.take();
      Object.assign(calls, { requests: 0, readUnits: 0 });
      scheduled = 0;
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
      return { value: end.value, milliseconds: time.now() - from, written: ledger.take(), scheduled, ...calls };
    },
  };
};

export type RecordedSystem = ReturnType<typeof recordedSystem>;
