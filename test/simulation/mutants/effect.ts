import { trailOf } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { performanceEvents } from '../../../lib/core/effect/events.ts';
import type { Performance } from '../../../lib/core/effect/performance.ts';
import type { Message } from '../../../lib/core/message.ts';
import { processDecider } from '../../../lib/core/process/decider.ts';
import { toldIn } from '../../../lib/core/process/performs.ts';
import type { AnyProcess } from '../../../lib/core/process/process.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import type { Performing } from '../../../lib/engine/effect/attend.ts';
import type { EffectArrived } from '../../../lib/engine/effect/ports.ts';
import type { Sweeping } from '../../../lib/engine/operate/sweep.ts';
import { stepIn } from '../../../lib/engine/process/attend.ts';
import type { Tamper } from '../../../lib/testing/simulator.ts';
import { payment } from '../../support/paying/domain.ts';

const performing = (change: (real: Performing) => Partial<Performing>): Tamper => ({
  performing: (real) => ({ ...real, ...change(real) }),
});

type Decide = AnyDecider['decide'];

/** Made once for each decider: what the engine derives from one is kept by it. */
const altered = (change: (real: AnyDecider) => Partial<AnyDecider>): Tamper => {
  const made = new WeakMap<AnyDecider, AnyDecider>();
  return performing(({ own }) => {
    const decider = made.get(own.decider) ?? { ...own.decider, ...change(own.decider) };
    made.set(own.decider, decider);
    return { own: { ...own, decider } };
  });
};
const deciding = (change: (real: Decide) => Decide): Tamper =>
  altered(({ decide }) => ({ decide: { ...decide, ...change(decide) } }));

const asEvents = (outcome: unknown): readonly Message[] => outcome as readonly Message[];

/** A record as it would be without its mark of an import. */
const asLive = (arrived: EffectArrived): EffectArrived => {
  if (!('delivered' in arrived) || 'pointer' in arrived.delivered) return arrived;
  const { imported: _, ...delivered } = arrived.delivered;
  return { ...arrived, delivered };
};

/** The provider of the run that goes on, which a function that is no effect's must not reach. */
let reached: Performing['provider'] | undefined;

const isNoEffect = ({ name }: Readonly<{ name: string }>) => !name.endsWith('(effect)');
const unlooked: Tamper = {
  engine: (real) => ({
    ...real,
    sweep: ({ targets, ...given }) => real.sweep({ ...given, targets: targets.filter(isNoEffect) }),
    lookAtNew: ({ targets, ...given }, records) => real.lookAtNew({ ...given, targets: targets.filter(isNoEffect) }, records),
  }),
};

/** Mistakes in effects, by what they are: each of them must be found. */
export const effectMutants: Readonly<Record<string, Tamper>> = {
  'a new key at each try': deciding(({ Try }) => ({
    Try: (state, data, context) => {
      const { attempts } = state as Performance;
      const events = asEvents(Try!(state, data, context));
      const keyOf = (event: Message) => `${(event.data as { key: string }).key.slice(0, 40)}-${attempts}`;
      return events.map((event) => ({ ...event, data: { ...(event.data as object), key: keyOf(event) } }));
    },
  })),
  'an answer that is acted on before it is recorded': performing(({ own }) => ({
    own: {
      ...own,
      store: {
        ...own.store,
        append: async (commit) => {
          const process = payment as unknown as AnyProcess;
          const instance = { process, own: { ...own, decider: processDecider(process), cache: stateCache(100_000) } };
          for (const { instance: stream, ...outcome } of toldIn(process, commit))
            await stepIn(instance, stream, {
              id: `early/${commit.stream}/${commit.commit}`,
              step: { type: 'Answer', data: { outcomes: [outcome] } },
              trail: trailOf(commit.meta),
              causation: commit.stream,
            });
          return own.store.append(commit);
        },
      },
    },
  })),
  'an effect that an import runs': {
    engine: (real) => ({ ...real, performBatch: (context, batch) => real.performBatch(context, batch.map(asLive)) }),
  },
  'an effect that the worker of a rebuild runs': {
    performing: (real) => {
      reached = real.provider;
      return real;
    },
    working: (real) => ({
      ...real,
      scanner: {
        scan: async (...given) => {
          const page = await real.scanner.scan(...given);
          for (const { stream, events } of page.commits)
            for (const { type, data } of performanceEvents({ events }))
              if (type === 'EffectRequested')
                await reached
                  ?.call({ input: data.input.data, idempotencyKey: `rebuilt ${stream}`, attempt: 1, timeoutMilliseconds: 1_000 })
                  .catch(() => {});
          return page;
        },
      },
    }),
  },
  'an effect that a replay runs again': altered(({ evolve }) => ({
    evolve: {
      ...evolve,
      EffectAnswered: (state, data) => {
        const next = evolve.EffectAnswered!(state, data) as Performance;
        return { ...next, status: 'open', giveUpAt: '2027-01-01T00:00:00.000Z' };
      },
    },
  })),
  'giving up without recording it': deciding(() => ({ GiveUp: () => [] })),
  'a late answer that tells the process again': deciding(({ Answer }) => ({
    Answer: (state, data, context) => {
      const { told, ...rest } = state as Performance;
      return Answer!((told === 'timed-out' ? rest : state) as never, data, context);
    },
  })),
  'a circuit that never closes': performing(({ circuits }) => ({
    circuits: {
      ...circuits,
      save: (provider, circuit, before) =>
        before?.openUntil !== undefined && circuit.openUntil === undefined
          ? Promise.resolve(true)
          : circuits.save(provider, circuit, before),
    },
  })),
  // Without the sweep, which would find the performance.
  'a message that is never sent again': { ...performing(() => ({ later: { send: async () => {} } })), ...unlooked },
};

const sweepOf = (change: (given: Sweeping) => Sweeping): Tamper => ({
  engine: (real) => ({ ...real, sweep: (given) => real.sweep(change(given)) }),
});

/** Mistakes that only a restore of the commits shows. */
export const restoredEffectMutants: Readonly<Record<string, Tamper>> = {
  'a key that follows from when a performance was asked for': deciding(({ Try }) => ({
    Try: (state, data, context) => {
      const { giveUpAt } = state as Performance;
      const keyOf = (event: Message) => `${(event.data as { key: string }).key.slice(0, 20)}-${giveUpAt}`;
      return asEvents(Try!(state, data, context)).map((event) => ({
        ...event,
        data: { ...(event.data as object), key: keyOf(event) },
      }));
    },
  })),
  'performances that nobody looks for after a restore': sweepOf((given) => ({
    ...given,
    targets: given.targets.filter(isNoEffect),
  })),
};
