import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import type { Message } from '../../../lib/core/message.ts';
import type { Instance } from '../../../lib/core/process/instance.ts';
import { parseStream } from '../../../lib/core/stream.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import type { QueueRecord } from '../../../lib/engine/delivery/received.ts';
import { instant } from '../../../lib/engine/instant.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import type { Arrived, Deadlines } from '../../../lib/engine/process/ports.ts';
import type { Reacting } from '../../../lib/engine/process/react.ts';
import type { Engine } from '../../../lib/testing/simulator.ts';
import type { ProcessMutant } from '../processes.ts';
import { withReactions } from '../transfer-releases.ts';

type Evolve = AnyDecider['evolve'];
type Decide = AnyDecider['decide'];
type Step = Engine['reactBatch'];

const engine = (change: (real: Engine) => Partial<Engine>): ProcessMutant => ({
  engine: (real) => ({ ...real, ...change(real) }),
});
const reacting = (change: (real: Reacting) => Partial<Reacting>): ProcessMutant => ({
  reacting: (real) => ({ ...real, ...change(real) }),
});
/** Made once for each decider: what the engine derives from one is kept by it. */
const instances = (change: (decider: AnyDecider) => Readonly<{ evolve?: Evolve; decide?: Decide }>): ProcessMutant => {
  const made = new WeakMap<AnyDecider, AnyDecider>();
  return reacting(({ own }) => {
    const { evolve, decide } = change(own.decider);
    const decider: AnyDecider = made.get(own.decider) ?? {
      ...own.decider,
      evolve: { ...own.decider.evolve, ...evolve },
      decide: { ...own.decider.decide, ...decide },
    };
    made.set(own.decider, decider);
    return { own: { ...own, decider } };
  });
};
/** The targets of commands, for each aggregate. */
const targets = (change: (real: Commanding) => Commanding): ProcessMutant =>
  reacting(({ target }) => ({
    target: (category) => {
      const real = target(category);
      return real && change(real);
    },
  }));
const targetStores = (change: (store: Store) => Partial<Store>): ProcessMutant =>
  targets((real) => ({ ...real, store: { ...real.store, ...change(real.store) } }));
const deadlines = (change: (list: Deadlines) => Partial<Deadlines>): ProcessMutant =>
  reacting((real) => ({ deadlines: { ...real.deadlines, ...change(real.deadlines) } }));
const batch = (change: (step: Step) => Step): ProcessMutant => engine((real) => ({ reactBatch: change(real.reactBatch) }));
const isOwn = (arrived: Arrived, category: string) =>
  'delivered' in arrived && parseStream(arrived.delivered.stream)?.category === category;

/** As if nobody had written that it was imported. */
const unmarked = <C extends object>(commit: C | undefined): C | undefined => {
  if (!commit || !('imported' in commit)) return commit;
  const { imported: _, ...rest } = commit;
  return rest as unknown as C;
};

type Sends = Pick<Instance, 'sends'>;
type Reacted = Readonly<{ cancelled: unknown }>;
type Evolved = (instance: Instance, data: unknown) => Instance;
const evolves = (decider: AnyDecider, type: string): Evolved => decider.evolve[type] as Evolved;
const evolving = (type: string, change: (real: Evolved) => Evolved): ProcessMutant =>
  instances((decider) => ({ evolve: { [type]: change(evolves(decider, type)) as never } }));

/** The newest of what an instance has to send goes first. */
export const newestFirst: ProcessMutant = evolving('Reacted', (real) => (instance, data) => {
  const after: Instance & Sends = real(instance, data);
  return { ...after, sends: after.sends.toSorted((a, b) => b.number - a.number) };
});

/** A record that is no message of the process's own. */
const isCommit = ({ body }: QueueRecord) => 'detail' in JSON.parse(body);
let fresh = 1_000;

/** Mechanisms that a process relies on, each removed alone by one switch: the simulator must notice every one. */
export const processMutants: Readonly<Record<string, ProcessMutant>> = {
  'what does not fit into one commit is not spread over several': instances(({ decide }) => ({
    decide: Object.fromEntries(
      Object.entries(decide).map(([type, real]) => [
        type,
        (state: never, data: object, context: Parameters<typeof real>[2]) =>
          real(state, { ...data, most: undefined, waits: undefined } as never, context),
      ]),
    ),
  })),
  'what is on the bus is believed, proved or not': engine((real) => ({
    routeToProcess: (to, ...given) => real.routeToProcess({ ...to, proofs: { holds: async () => true } }, ...given),
  })),
  'no message of its own is routed to the process': engine((real) => ({
    routeToProcess: (to, records, steps) => real.routeToProcess(to, records.filter(isCommit), steps),
  })),
  'the id of a command does not follow from its decision': evolving('Reacted', (real) => (instance, data) => {
    const known = new Set(instance.sends.map(({ number }) => number));
    const after = real(instance, data);
    // As if made up whenever the decision is read.
    return { ...after, sends: after.sends.map((send) => (known.has(send.number) ? send : { ...send, attempt: ++fresh })) };
  }),
  'an outcome is recorded before its command is sent': reacting((real) => {
    const held: (() => Promise<unknown>)[] = [];
    return {
      target: (category) => {
        const target = real.target(category);
        if (!target) return undefined;
        const append: Store['append'] = async (commit) => {
          held.push(() => target.store.append(commit));
          return { stored: true };
        };
        // The commit is not stored yet, so it must not be in the cache either.
        const cache = { ...target.cache, set: ({ stream }: { stream: string }) => target.cache.drop(stream) };
        return { ...target, cache, store: { ...target.store, append } };
      },
      own: {
        ...real.own,
        store: {
          ...real.own.store,
          append: async (commit) => {
            const appended = await real.own.store.append(commit);
            for (const send of held.splice(0)) await send();
            return appended;
          },
        },
      },
    };
  }),
  'a decision that was made before is not carried out when its cause comes again': {
    alone: true,
    ...batch((step) => async (real, arrived) => {
      const isNew = await Promise.all(
        arrived.map(async (each) => {
          if (!('delivered' in each) || isOwn(each, real.process.category)) return true;
          const { stream, commit } = each.delivered;
          return ((await real.cursors.load(stream).catch(() => undefined)) ?? 0) < commit;
        }),
      );
      return step(
        real,
        arrived.filter((_, i) => isNew[i]),
      );
    }),
  },
  'a first step that lost its race counts as stored': reacting(({ own }) => ({
    own: {
      ...own,
      store: {
        ...own.store,
        append: async (commit) => {
          const answer = await own.store.append(commit);
          return commit.commit === 1 ? { stored: true } : answer;
        },
      },
    },
  })),
  'a commit that concerns an instance is passed like one that concerns none': {
    alone: true,
    ...batch((step) => async (real, arrived) => {
      const { kept, cursors, own } = real;
      for (const each of kept ? arrived : []) {
        if (!('delivered' in each) || isOwn(each, real.process.category)) continue;
        const { stream, commit } = each.delivered;
        const cursor = kept!.take(stream);
        if (cursor !== undefined && commit === cursor + 1 && (await cursors.move(stream, commit, cursor).catch(() => false)))
          kept!.keep(stream, commit, own.clock.now());
      }
      return step(real, arrived);
    }),
  },
  'a deadline is removed at a time that is not its own': deadlines(({ remove }) => ({
    remove: (deadline) => remove({ ...deadline, at: instant(Date.parse(deadline.at) + 1) }),
  })),
  // The sweep mends it: alone it shows.
  'a deadline counts as listed before it is': { alone: true, ...deadlines(() => ({ has: async () => true })) },
  'the sweep skips a part of the deadlines': engine((real) => ({
    sendOverdue: ({ deadlines: list, ...overdue }, before) =>
      real.sendOverdue(
        {
          ...overdue,
          deadlines: {
            few: async () => undefined,
            overdue: async (...asked) => (await list.overdue(...asked)).filter(({ instance }) => !/[02468]$/.test(instance)),
          },
        },
        before,
      ),
    // What the list does not say, instances do: they are looked at for what got lost.
    processTargets: (...given) => real.processTargets(...given).slice(0, 1),
  })),
  'a deadline that fires is ignored': instances(() => ({ decide: { Due: (() => []) as never } })),
  'nothing follows on a deadline that fires': {
    process: (process) => ({
      ...process,
      onDeadline: Object.fromEntries(Object.keys(process.onDeadline ?? {}).map((name) => [name, () => undefined])),
    }),
  },
  'nothing is given back when a credit is refused': {
    process: (process) =>
      withReactions(process, (name, react) =>
        name === 'creditRefused' ? (memory, what) => ({ ...react(memory, what), send: [], end: 'undone' }) : react,
      ),
  },
  'stock is not released when an order is cancelled': {
    process: (process) =>
      withReactions(process, (name, react) => (memory, what) => {
        const reaction = react(memory, what);
        if (name !== 'OrderCancelled' || !reaction) return reaction;
        const { send = [] } = reaction;
        const kept = send.filter(({ command }) => command.type !== 'Release');
        const before = reaction.memory as Readonly<{ open: number }>;
        return { ...reaction, send: kept, memory: { ...before, open: before.open - (send.length - kept.length) } };
      }),
  },
  'a refusal is not recorded on the target': targets((real) => {
    const never = new Set<string>();
    const place = ({ stream, commit }: Pick<Commit, 'stream' | 'commit'>) => `${stream} ${commit}`;
    return {
      ...real,
      store: {
        ...real.store,
        append: async (commit) => {
          if (commit.refused === undefined) return real.store.append(commit);
          never.add(place(commit));
          return { stored: true };
        },
      },
      cache: {
        ...real.cache,
        set: (known) => (never.has(place(known)) ? real.cache.drop(known.stream) : real.cache.set(known)),
      },
    };
  }),
  'a refusal on a stream that nobody has opened is kept elsewhere': targetStores(({ append }) => ({
    append: async (commit) => (commit.version === 0 ? { stored: true } : append(commit)),
  })),
  'nobody looks back further than the last ids': targetStores(({ read }) => ({
    read: async (stream, range) => (range.newestFirst ? { commits: [] } : read(stream, range)),
  })),
  "a source's cursor moves before the decision": batch((step) => async (real, arrived) => {
    const { category } = real.process;
    const read = new Map<string, number | undefined>();
    const sources = arrived.flatMap((each) => ('delivered' in each && !isOwn(each, category) ? [each.delivered] : []));
    for (const [stream, all] of Map.groupBy(sources, (each) => each.stream)) {
      const from = await real.cursors.load(stream).catch(() => undefined);
      read.set(stream, from);
      const last = Math.max(...all.map(({ commit }) => commit));
      if (from === undefined || from < last) await real.cursors.move(stream, last, from).catch(() => false);
    }
    const cursors = { load: async (stream: string) => read.get(stream), move: async () => true };
    return step({ ...real, cursors }, arrived);
  }),
  'a cancelled deadline still takes effect': evolving(
    'Reacted',
    (real) => (instance, data) => real(instance, { ...(data as Reacted), cancelled: [] }),
  ),
  'an instance goes on reacting while it is parked': evolving('InstanceParked', () => (instance) => instance),
  'what was deferred is taken up in no order': {
    crowded: true,
    ...evolving('CauseDeferred', (real) => (instance, data) => ({
      ...real(instance, data),
      deferred: real(instance, data).deferred.toReversed(),
    })),
  },
  'what failed is not tried again': {
    alone: true,
    ...batch((step) => async (...given) => {
      await step(...given);
      return [];
    }),
  },
  'a decision that was made before is not recognised': reacting(({ own }) => ({
    own: {
      ...own,
      keys: { ...own.keys, hash: (text) => own.keys.hash(text.startsWith('process/') ? `${text} ${++fresh}` : text) },
    },
  })),
  'what was imported is reacted to': {
    ...reacting(({ own }) => ({
      own: {
        ...own,
        store: {
          ...own.store,
          find: async (...given) => unmarked(await own.store.find(...given)),
          read: async (...given) => {
            const page = await own.store.read(...given);
            return { ...page, commits: page.commits.map((commit) => unmarked(commit)!) };
          },
        },
      },
    })),
    ...batch(
      (step) => (real, arrived) =>
        step(
          real,
          arrived.map((each) => ('delivered' in each ? { ...each, delivered: unmarked(each.delivered)! } : each)),
        ),
    ),
  },
  'what follows on a resolution by hand is forgotten': {
    process: ({ onResolved: _, ...process }) => process,
  },
  'what follows on a resolution by hand is not sent': evolving('Reacted', (real) => (instance, data) => {
    const reacted = data as Readonly<{ occasion: object }>;
    return real(instance, 'resolved' in reacted.occasion ? { ...reacted, sends: [] } : data);
  }),
  'a resolution that threw is not kept': instances((decider) => ({
    decide: {
      // The instance is over, as if nothing had been declared.
      Resolve: ((instance: Instance, data: object, context: object) => {
        const events = (decider.decide.Resolve as (...given: unknown[]) => readonly Message[])(instance, data, context);
        return events.map((event) =>
          event.type === 'InstanceParked' ? { type: 'Ended', data: { how: 'resolved', cancelled: [] } } : event,
        );
      }) as never,
    },
  })),
  'what a process lacks is not looked for by the sweep': engine(() => ({ processTargets: () => [], sendOverdue: async () => 0 })),
  // As where a dead letter is never put back: else the record of its cause comes again until all is done.
  'instances that were left open are not looked for by the sweep': engine((real) => ({
    reactBatch: async (...given) => {
      await real.reactBatch(...given);
      return [];
    },
    processTargets: (...given) => real.processTargets(...given).slice(0, 1),
  })),
  'source commits that got lost are not looked for by the sweep': engine((real) => ({
    processTargets: (...given) => real.processTargets(...given).slice(1),
  })),
};
