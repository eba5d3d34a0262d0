import type { AdapterOutcome } from '../../../lib/core/effect/adapter.ts';
import { effectCategory, effectDecider } from '../../../lib/core/effect/decider.ts';
import type { AnyEffect } from '../../../lib/core/effect/effect.ts';
import { type EffectEvent, performanceEvents, startingTypes } from '../../../lib/core/effect/events.ts';
import { targetsOf } from '../../../lib/core/process/performs.ts';
import type { AnyProcess } from '../../../lib/core/process/process.ts';
import { parseStream } from '../../../lib/core/stream.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import type { Performing } from '../../../lib/engine/effect/attend.ts';
import { performBatch } from '../../../lib/engine/effect/batch.ts';
import type { EffectArrived, EffectMessage, Try } from '../../../lib/engine/effect/ports.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { memoryCircuits, memoryLater, memoryPace } from '../../../lib/testing/memory/effect.ts';
import { processWorld } from '../examples/attending.ts';
import { chargeCard, order, payment } from './domain.ts';

/** The performances that one function has in hand. */
const atOnce = 50;

export type Call = (given: Try) => Promise<AdapterOutcome>;

/** The tables, and everything that the functions of a process and of its effect need, in memory. */
export const payingWorld = (call: Call, effect: AnyEffect = chargeCard, process: AnyProcess = payment as never) => {
  const world = processWorld(process, targetsOf({ sends: [order], effects: [effect] }));
  const [circuits, pace, later] = [memoryCircuits(), memoryPace(), memoryLater()];
  const calls: Try[] = [];
  const performing = (over: Partial<Performing> = {}): Performing => ({
    effect,
    own: {
      store: world.store,
      snapshots: world.snapshots,
      clock: world.clock,
      keys: world.keys,
      log: world.log,
      decider: effectDecider(effect),
      settings: defaultSettings,
      code: 'effect',
      cache: stateCache(defaultSettings.cacheBytes),
    },
    provider: {
      call: (given) => {
        calls.push(given);
        return call(given);
      },
    },
    circuits,
    pace,
    later,
    ...over,
  });
  const own = effectCategory(effect.name);
  const starts = new Set<string>(startingTypes);
  const isOwn = (stream: string) => parseStream(stream)?.category === own;
  const taken = new Set<string>();
  const perform = (batch: readonly EffectArrived[], to: Performing = performing()) => performBatch(to, batch);
  const tell = (message: EffectMessage, to?: Performing) => perform([{ id: 'message', message }], to);

  /** A batch for one function: what it gives back comes again, a message a second later. */
  const take = async (batch: readonly EffectArrived[], to: Performing) => {
    const again = await perform(batch, to);
    for (const arrived of batch) {
      if (!again.includes(arrived.id)) taken.add(arrived.id);
      else if ('message' in arrived) await later.send(arrived.message, new Date(world.clock.now() + 1_000).toISOString());
    }
  };

  let messages = 0;
  /** Delivers the commits of performances that were not taken yet, and the messages whose time has come. Answers whether there was anything. */
  const deliver = async (workerOf: () => Performing) => {
    const waiting = world.store
      .stored()
      .filter(
        ({ stream, commit, events }) =>
          isOwn(stream) && events.some(({ type }) => starts.has(type)) && !taken.has(`${stream}/${commit}`),
      );
    const batch: readonly EffectArrived[] = [
      ...waiting.map((commit) => ({ id: `${commit.stream}/${commit.commit}`, delivered: world.toDelivered(commit) })),
      ...later.due(new Date(world.clock.now()).toISOString()).map((message) => ({ id: `message-${++messages}`, message })),
    ];
    for (let i = 0; i < batch.length; i += atOnce) await take(batch.slice(i, i + atOnce), workerOf());
    return batch.length > 0;
  };

  /** Everything that happens without the clock going on. */
  const settle = async (workerOf: () => Performing = () => performing()) => {
    for (let round = 0; round < 50; round++) {
      await world.settle();
      if (!(await deliver(workerOf))) return;
    }
    throw new Error('It never comes to rest.');
  };

  /** Lets the clock go on, by the times for which messages wait, until nothing waits any more. */
  const finish = async () => {
    for (let turn = 0; turn < 200; turn++) {
      await settle();
      const [next] = later
        .waiting()
        .map(({ at }) => at)
        .sort();
      if (next === undefined) return;
      world.clock.set(Math.max(world.clock.now(), Date.parse(next)));
    }
    throw new Error('It never ends.');
  };

  const performances = () => [...new Set(world.store.stored().flatMap(({ stream }) => (isOwn(stream) ? [stream] : [])))];
  const eventsOf = (stream: string): readonly EffectEvent[] => world.commitsOf(stream).flatMap(performanceEvents);
  const orderStatus = (id: string) => world.commitsOf(`order-${id}`).flatMap(({ events }) => events.map(({ type }) => type));
  return {
    ...world,
    circuits,
    pace,
    later,
    calls,
    performing,
    tell,
    settle,
    finish,
    performances,
    eventsOf,
    orderStatus,
  };
};
