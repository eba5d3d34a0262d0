import type { Commit } from '../../lib/core/commit.ts';
import { stateCache } from '../../lib/engine/command/cache.ts';
import { handleCommand } from '../../lib/engine/command/handle.ts';
import type { CommandAnswer, Commanding, CommandRequest } from '../../lib/engine/command/request.ts';
import type { Snapshots, Store } from '../../lib/engine/ports.ts';
import { defaultSettings } from '../../lib/engine/settings.ts';
import { memorySnapshots } from '../../lib/testing/memory/snapshots.ts';
import { type MemoryStore, memoryStore } from '../../lib/testing/memory/store.ts';
import { memoryKeys, memoryLog } from '../../lib/testing/memory/system.ts';
import { teller } from '../support/examples/teller.ts';
import { distantSnapshots, distantStore, Injected, type Network } from '../support/network.ts';
import { simulatedTime } from '../support/simulated-time.ts';
import { type Answered, checkAnswers, pastOf } from './invariants.ts';
import { requestsOf, type Scenario } from './scenario.ts';

/** One thing made wrong on purpose, to see that somebody notices. */
export type Mutant = Readonly<{
  base?: (store: MemoryStore) => Store;
  ports?: (commanding: Commanding) => Commanding;
  request?: (request: CommandRequest) => CommandRequest;
  /** The time in which a restored table takes no writes. */
  closedFor?: number;
}>;

const cacheAge = 5_000;
/** A state may be as old as the age when its Put is sent, and the Put takes as long as a request may: only then is all of it gone. */
const closedFor = cacheAge + 1_000;
/** After this long a client gives up waiting, and asks again. */
const patience = 3_000;
const hour = 3_600_000;

/** Reads of snapshots are eventually consistent: one in four shows what was there before. */
const lagging = (snapshots: Snapshots, random: () => number): Snapshots => {
  const before = new Map<string, Awaited<ReturnType<Snapshots['load']>>>();
  return {
    load: (stream, code) => (random() < 0.25 ? Promise.resolve(before.get(stream)) : snapshots.load(stream, code)),
    save: async (snapshot, impossible) => {
      before.set(snapshot.stream, await snapshots.load(snapshot.stream, snapshot.code));
      await snapshots.save(snapshot, impossible);
    },
  };
};

/** Plays a scenario on several instances over one table, checks every promise, and tells how often what happened. */
export const simulate = async (scenario: Scenario, mutant: Mutant = {}) => {
  const time = simulatedTime();
  const start = time.now();
  const { random } = memoryKeys(scenario.seed);
  const memory = memoryStore();
  const table = mutant.base?.(memory) ?? memory;
  const log = memoryLog();
  const keptSnapshots = memorySnapshots();
  const snapshots = lagging(keptSnapshots, random);
  const requests = requestsOf(scenario, start);
  const keyed = requests.filter(({ digest, actor }) => digest !== undefined && actor.kind !== 'process');
  // Room for each key and for no other id: nothing else may take a place, neither what processes send nor a request without a key.
  const byStream = [...Map.groupBy(keyed, ({ stream }) => stream).values()];
  const idempotencyWindow = Math.max(1, ...byStream.map((all) => new Set(all.map(({ id }) => id)).size));
  const counts: Record<string, number> = {};
  const count = (what: string, more = 1) => {
    counts[what] = (counts[what] ?? 0) + more;
  };
  const unexpected: unknown[] = [];
  let epoch = 0;
  let closedUntil = 0;
  let answers: Answered[] = [];
  const first = new Map<string, string>();

  const whileOpen = <T>(effect: () => Promise<T>): Promise<T> =>
    time.now() < closedUntil ? Promise.reject(new Injected('The table is being restored.')) : effect();
  // As the design has it: a restored table takes writes only later; it may be read at once.
  const store: Store = {
    append: (commit) => whileOpen(() => table.append(commit)),
    appendTogether: (commits, unmoved) => whileOpen(() => table.appendTogether(commits, unmoved)),
    read: table.read,
    find: table.find,
  };
  const network: Network = {
    time,
    random,
    odds: scenario.odds,
    milliseconds: 40,
    open: () => {
      const began = epoch;
      return () => began === epoch;
    },
  };

  const instances = Array.from({ length: scenario.instances }, (_, number) => {
    const settings = { ...defaultSettings, cacheAgeMilliseconds: cacheAge, snapshotBytes: 700, idempotencyWindow };
    const instance = { generation: 0, offset: 0, commanding: undefined as unknown as Commanding, boot: () => boot() };
    const caller = () => {
      const { generation } = instance;
      return { alive: () => instance.generation === generation, crash: () => boot() };
    };
    const boot = () => {
      instance.generation += 1;
      const commanding: Commanding = {
        decider: teller,
        code: 'teller-1',
        store: distantStore(network, caller, store),
        snapshots: distantSnapshots(network, caller, snapshots),
        keys: memoryKeys(scenario.seed + number),
        clock: {
          now: () => time.now() + instance.offset,
          wait: (milliseconds) =>
            new Promise((resolve) => {
              const { alive } = caller();
              time.after(milliseconds, () => alive() && resolve());
            }),
        },
        log,
        settings,
        cache: stateCache(settings.cacheBytes),
      };
      instance.commanding = mutant.ports?.(commanding) ?? commanding;
    };
    boot();
    return instance;
  });
  for (const { at, instance, by } of scenario.jumps) {
    const jumping = instances[instance % instances.length]!;
    time.after(at, () => {
      jumping.offset = scenario.restore ? hour : by;
    });
    time.after(at + 1_500, () => {
      jumping.offset = 0;
    });
  }

  const streamsOf = (commits: readonly Commit[]) => Map.groupBy(commits, ({ stream }) => stream);
  const check = () => {
    const stored = memory.stored();
    const pasts = new Map([...streamsOf(stored)].map(([stream, commits]) => [stream, pastOf(teller, commits, requests)]));
    checkAnswers(teller, pasts, answers, first);
    answers = [];
    return stored;
  };
  const restore = (keep: number) => {
    const stored = check();
    const kept = stored.slice(0, Math.floor(stored.length * keep));
    count('lost', stored.length - kept.length);
    for (const { stream, command } of stored.slice(kept.length)) first.delete(`${stream} ${command}`);
    memory.restore(kept);
    // No request outlives its invocation; the instances stay warm all the same.
    epoch += 1;
    for (const instance of instances) instance.generation += 1;
    closedUntil = time.now() + (mutant.closedFor ?? closedFor);
  };
  if (scenario.restore) {
    const { at, keep } = scenario.restore;
    time.after(at, () => restore(keep));
  }

  const lengthOf = async (stream: string) =>
    (await memory.read(stream, { from: 1, newestFirst: true, limit: 1 })).commits[0]?.commit ?? 0;
  /** Sends a request once; answers whether it was answered. */
  const send = async (request: CommandRequest, instance: number): Promise<boolean> => {
    const from = await lengthOf(request.stream);
    const began = epoch;
    const { commanding } = instances[instance % instances.length]!;
    let answer: CommandAnswer | undefined;
    try {
      answer = await Promise.race([
        handleCommand(commanding, mutant.request?.(request) ?? request),
        time.sleep(patience).then(() => undefined),
      ]);
    } catch (cause) {
      if (!(cause instanceof Injected)) unexpected.push(cause);
    }
    if (!answer || began !== epoch) return false;
    count(answer.outcome);
    if (answer.outcome === 'committed' && answer.commit.commit <= from) count('repeats');
    answers.push({ request, answer, from, to: await lengthOf(request.stream) });
    return answer.outcome !== 'contended';
  };
  const persist = async (request: CommandRequest, instance: number, repeats: number, cold = false) => {
    if (cold) instances[instance % instances.length]?.boot();
    for (let turn = 0; turn <= repeats; turn++) {
      if (await send(request, instance + turn)) return;
      await time.sleep(random() * 200);
    }
  };
  scenario.steps.forEach((step, i) => {
    const request = requests[i]!;
    const { at, instance, twin } = step;
    const repeats = request.digest === undefined ? 0 : step.repeats;
    time.after(at + (step.late && scenario.restore ? scenario.restore.at + closedFor : 0), () => {
      void persist(request, instance, repeats, step.cold);
      if (twin && request.digest !== undefined) void persist(request, instance + 1, repeats);
    });
  });

  await time.run();
  if (unexpected.length > 0) throw unexpected[0];
  const stored = check();
  count('commits', stored.length);
  count('eventless', stored.filter(({ events }) => events.length === 0).length);
  count('snapshots', keptSnapshots.items.size);
  count('ignored', log.lines.filter(({ message }) => message.includes('does not belong')).length);
  return counts;
};
