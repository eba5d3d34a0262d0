import type { Actor } from '../../../lib/core/access.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { processDecider } from '../../../lib/core/process/decider.ts';
import type { Instance } from '../../../lib/core/process/instance.ts';
import { subscriptionsOf } from '../../../lib/core/process/performs.ts';
import type { AnyProcess } from '../../../lib/core/process/process.ts';
import { parseStream } from '../../../lib/core/stream.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import type { Delivered } from '../../../lib/engine/delivery/delivered.ts';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import { keptCursors } from '../../../lib/engine/process/kept-cursors.ts';
import type { Arrived, ProcessMessage } from '../../../lib/engine/process/ports.ts';
import type { Reacting } from '../../../lib/engine/process/react.ts';
import { defaultSettings, processSettings, type Settings } from '../../../lib/engine/settings.ts';
import { load } from '../../../lib/engine/store/load.ts';
import { memoryCursors, memoryDeadlines, memoryScheduler } from '../../../lib/testing/memory/process.ts';
import { memoryTable, operator } from './commanding.ts';

/** An instance of a function that dies at one of its calls, before or after it took effect; nothing that it does later reaches anything. */
export type Death = Readonly<{ call: number; after: boolean } | { appendingTo: string }>;

const isHis = (death: Death | undefined, call: number, method: string, [given]: readonly unknown[]): boolean => {
  if (!death) return false;
  return 'call' in death ? call === death.call : method === 'append' && (given as Commit).stream === death.appendingTo;
};

const dying = (death: Death | undefined) => {
  let calls = 0;
  let dead = false;
  const through = <T extends object>(name: string, port: T, log: string[]): T =>
    Object.fromEntries(
      Object.entries(port).map(([method, run]) => [
        method,
        async (...given: unknown[]) => {
          if (dead) throw new Error('dead');
          calls += 1;
          const dies = isHis(death, calls, method, given);
          if (dies) dead = true;
          if (dies && death && 'call' in death && !death.after) throw new Error('died before');
          log.push(`${name}.${method}`);
          const result = await run(...given);
          if (dead) throw new Error('died after');
          return result;
        },
      ]),
    ) as T;
  return through;
};

let made = 0;

/** The tables, and everything that a process's function needs, in memory. */
export const processWorld = (process: AnyProcess, aggregates: readonly AnyDecider[], over: Partial<Settings> = {}) => {
  const table = memoryTable();
  const cursors = memoryCursors();
  const deadlines = memoryDeadlines();
  const scheduler = memoryScheduler();
  const settings = { ...defaultSettings, ...over };
  const calls: string[] = [];

  const instance = (death?: Death): Reacting => {
    const through = dying(death);
    const { append, appendTogether, read, find } = table.store;
    const store = through('store', { append, appendTogether, read, find }, calls);
    const commanding = (decider: AnyDecider): Commanding => ({
      ...table,
      store,
      decider,
      settings,
      code: decider.category,
      cache: stateCache(settings.cacheBytes),
    });
    const targets = new Map(aggregates.map((decider) => [decider.category, commanding(decider)]));
    return {
      process,
      own: commanding(processDecider(process)),
      target: (category) => targets.get(category),
      cursors: through('cursors', { load: cursors.load, move: cursors.move }, calls),
      kept: keptCursors(table.clock),
      deadlines: through(
        'deadlines',
        {
          put: deadlines.put,
          has: deadlines.has,
          remove: deadlines.remove,
          few: deadlines.few,
          overdue: deadlines.overdue,
          ofOthers: deadlines.ofOthers,
        },
        calls,
      ),
      scheduler: through('scheduler', { set: scheduler.set, cancel: scheduler.cancel }, calls),
      settings: processSettings,
    };
  };

  const healthy = instance();
  const ask = (stream: string, type: string, data: object = {}, actor: Actor = operator, traceparent?: string) => {
    made += 1;
    const commanding = healthy.target(parseStream(stream)?.category ?? '')!;
    return handleCommand(
      { ...commanding, store: table.store },
      {
        stream,
        command: { type, data },
        actor,
        id: `request/${made}`,
        meta: { correlation: `c-${made}`, causation: `r-${made}`, ...(traceparent !== undefined && { traceparent }) },
      },
    );
  };

  const commitsOf = (stream: string): readonly Commit[] => table.store.stored().filter((commit) => commit.stream === stream);
  const stateOf = async (stream: string): Promise<Instance> =>
    (await load({ ...healthy.own, store: table.store }, stream, () => {})).state as Instance;
  const toDelivered = (commit: Commit): Delivered => ({ ...commit, types: commit.events.map(({ type }) => type) });

  /** The deliveries of the bus to the process, filtered as its rules would. */
  const deliverable = (): readonly Commit[] =>
    table.store.stored().filter(({ stream, events }) => {
      const category = parseStream(stream)?.category;
      const isSource = subscriptionsOf(process).some(
        (wanted) => wanted.category === category && events.some(({ type }) => wanted.types.includes(type)),
      );
      return events.length > 0 && isSource;
    });

  const taken = new Set<string>();
  const placeOf = ({ stream, commit }: Pick<Commit, 'stream' | 'commit'>) => `${stream}/${commit}`;

  /** Delivers what was not taken yet, in an order of the caller's, to one instance; answers whether there was anything. */
  const deliver = async (to: Reacting = instance(), order: (commits: readonly Commit[]) => readonly Commit[] = (all) => all) => {
    const waiting = order(deliverable().filter((commit) => !taken.has(placeOf(commit))));
    const batch: readonly Arrived[] = waiting.map((commit) => ({ id: placeOf(commit), delivered: toDelivered(commit) }));
    const again = await reactBatch(to, batch);
    for (const { id } of batch) if (!again.includes(id)) taken.add(id);
    return batch.length > 0;
  };

  const settle = async () => {
    for (let round = 0; await deliver(); round++) if (round > 50) throw new Error('It never comes to rest.');
  };

  const tell = (message: ProcessMessage, to: Reacting = instance()) => reactBatch(to, [{ id: 'message', message }]);

  return {
    ...table,
    cursors,
    deadlines,
    scheduler,
    calls,
    instance,
    ask,
    commitsOf,
    stateOf,
    toDelivered,
    deliver,
    settle,
    tell,
    taken,
  };
};

export type ProcessWorld = ReturnType<typeof processWorld>;
