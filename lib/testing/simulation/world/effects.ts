import { effectCategory, effectDecider } from '../../../core/effect/decider.ts';
import type { AnyEffect } from '../../../core/effect/effect.ts';
import { performanceEvents, startingTypes } from '../../../core/effect/events.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { effectsOf } from '../../../core/process/decider.ts';
import { parseStream } from '../../../core/stream.ts';
import { stateCache } from '../../../engine/command/cache.ts';
import type { Performing } from '../../../engine/effect/attend.ts';
import type { EffectMessage, EffectOrder, Later } from '../../../engine/effect/ports.ts';
import { effectTarget } from '../../../engine/operate/sweep-effects.ts';
import type { SweepTarget } from '../../../engine/operate/sweep-target.ts';
import { memoryCircuits, memoryPace } from '../../memory/effect.ts';
import type { Rule } from './bus.ts';
import { decidingPorts } from './commands.ts';
import type { Tamper } from './engine.ts';
import { type Instance, pool } from './pool.ts';
import { commandSettings, type Parts } from './processes.ts';
import { performTimeout, simulatedProvider } from './provider.ts';
import { queuePort, type SimulatedQueue, simulatedProofs, simulatedQueue } from './queue.ts';
import type { SimulatedTable } from './table.ts';
import { distant } from './wire.ts';
import type { World } from './world.ts';

/** Messages that come at their time, or later, or twice; and, where records may get lost, never. */
const simulatedLater = (world: World, name: string, queue: () => SimulatedQueue): Later => {
  const { time, note } = world;
  const dice = world.dice(`later ${name}`);
  return {
    send: async (message, at) => {
      if (world.happens('missing', dice)) {
        world.count('delayed messages lost');
        return note(name, () => `loses ${JSON.stringify(message)}`);
      }
      const times = world.happens('doubled', dice) ? 2 : 1;
      for (let i = 0; i < times; i++)
        time.after(Math.max(0, Date.parse(at) - time.now()) + dice.next() * (world.happens('late', dice) ? 5_000 : 50), () =>
          queue().tell(message),
        );
    },
  };
};

/** Operators have performances tried again, or answer them by hand. */
const operators = (
  world: World,
  table: SimulatedTable,
  parts: readonly Readonly<{ effect: AnyEffect; queue: SimulatedQueue }>[],
) => {
  const dice = world.dice('operators of effects');
  let orders = 0;
  return () => {
    for (const { effect, queue } of parts)
      for (const performance of table
        .streams()
        .filter((stream) => parseStream(stream)?.category === effectCategory(effect.name))) {
        const last = performanceEvents(table.commitsOf(performance).at(-1)!).at(-1)?.type;
        if (last !== 'EffectTimedOut' && last !== 'EffectFailed') continue;
        const how = dice.pick(['wait', 'wait', 'retry', 'refuse'] as const);
        if (how === 'wait') continue;
        orders += 1;
        const order: EffectOrder = { performance, reason: 'seen to', by: 'olga', correlation: `effect-order-${orders}` };
        const message: EffectMessage =
          how === 'retry' ? { retry: order } : { answer: { ...order, outcome: { refused: 'called-them' } } };
        world.note('operator', () => `says ${how} for ${performance}`);
        world.count(`effects by hand: ${how}`);
        queue.tell(message);
      }
  };
};

/** A manifest's effects: a queue, a pool of instances and a provider for each. */
export const simulatedEffects = (
  world: World,
  releases: readonly Manifest[],
  tamper: Tamper,
  { engine, table, store, snapshots, subjects }: Parts,
) => {
  const all = releases.map((manifest) => effectsOf(manifest));
  const [circuits, pace] = [memoryCircuits(), memoryPace()];
  const { all: _, ...circuitPort } = circuits;
  const { counted: __, ...pacePort } = pace;
  const parts = (all.at(-1) ?? []).map((newest) => {
    const { name } = newest;
    const provider = simulatedProvider(world, newest, (input) => subjects?.told(input));
    let queue: SimulatedQueue;
    const waiting = simulatedLater(world, `later ${name}`, () => queue);
    const performing = (instance: Instance): Performing => {
      const effect = all[instance.release]?.find((each) => each.name === name) ?? newest;
      const made: Performing = {
        effect,
        own: {
          ...decidingPorts(world, instance, `effect-${instance.release}`, { store, snapshots }),
          decider: effectDecider(effect),
          settings: commandSettings,
          cache: stateCache(commandSettings.cacheBytes),
        },
        provider: distant(world, instance, name, { call: provider.call }),
        circuits: distant(world, instance, 'circuits', circuitPort),
        pace: distant(world, instance, 'pace', pacePort),
        later: distant(world, instance, `later ${name}`, waiting),
        ...(subjects && { opening: subjects.openingOf(instance) }),
      };
      return tamper.performing?.(made) ?? made;
    };
    const performPool = pool(world, `perform ${name}`, performing, { timeout: performTimeout(newest) });
    queue = simulatedQueue(world, `queue ${name}`, (batch) =>
      performPool.invoke((context) => engine.routeToEffect({ performing: context, proofs: simulatedProofs }, batch, engine)),
    );
    const rule: Rule = {
      detailTypes: new Set([`${effectCategory(name)}.commit`]),
      types: new Set(startingTypes),
      deliver: queue.send,
    };
    return { effect: newest, provider, queue, port: queuePort(world, queue), rule };
  });
  const { append: ___, appendTogether: ____, ...readable } = store;
  const targets = (instance: Instance): readonly SweepTarget[] =>
    parts.map(({ effect, port }) =>
      effectTarget(
        { effect, queue: distant(world, instance, `queue ${effect.name}`, port) },
        { store: distant(world, instance, 'store', readable), clock: instance.clock },
      ),
    );
  const keys = new Map<string, string>();
  /** Remembers the key of each performance: what a provider did stays done when the commits are set back. */
  const rememberKeys = () => {
    for (const stream of table.streams())
      if (parts.some(({ effect }) => effectCategory(effect.name) === parseStream(stream)?.category))
        for (const { type, data } of table.commitsOf(stream).flatMap(performanceEvents))
          if (type === 'EffectTried') keys.set(stream, data.key);
  };
  const redrive = () => {
    for (const { queue } of parts) queue.redrive();
  };
  return {
    rules: parts.map(({ rule }) => rule),
    targets,
    redrive,
    /** A circuit that is open though its provider answered the last call. */
    fault: (): string | undefined => {
      const open = parts.find(
        ({ effect: { name, provider: of = name }, provider }) =>
          provider.answers() && circuits.all().get(of)?.openUntil !== undefined,
      );
      return open && `the circuit of ${open.effect.name} is open, and its provider answers`;
    },
    order: operators(world, table, parts),
    rememberKeys,
    /** The keys of performances before a restore, by their streams. */
    keysBefore: (): ReadonlyMap<string, string> => keys,
    work: () => parts.flatMap(({ provider }) => provider.work()),
  };
};

export type SimulatedEffects = ReturnType<typeof simulatedEffects>;
