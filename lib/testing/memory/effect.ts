import type { Circuit } from '../../core/effect/circuit.ts';
import type { Circuits, EffectMessage, Later, Pace } from '../../engine/effect/ports.ts';

/** The circuits of providers in memory. */
export const memoryCircuits = (): Circuits & Readonly<{ all: () => ReadonlyMap<string, Circuit> }> => {
  const circuits = new Map<string, Circuit>();
  return {
    load: async (provider) => structuredClone(circuits.get(provider)),
    save: async (provider, circuit, before) => {
      if (circuits.get(provider)?.changes !== before?.changes) return false;
      circuits.set(provider, structuredClone(circuit));
      return true;
    },
    all: () => circuits,
  };
};

/** Counts tries by second, in memory. */
export const memoryPace = (): Pace & Readonly<{ counted: () => ReadonlyMap<string, number> }> => {
  const counts = new Map<string, number>();
  return {
    count: async (effect, second) => {
      const key = `${effect}/${second}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    },
    counted: () => counts,
  };
};

type Waiting = Readonly<{ message: EffectMessage; at: string }>;

/** Messages that wait for their time, in memory. */
export const memoryLater = (): Later &
  Readonly<{ waiting: () => readonly Waiting[]; due: (at: string) => readonly EffectMessage[]; lose: () => void }> => {
  let messages: readonly Waiting[] = [];
  return {
    send: async (message, at) => {
      messages = [...messages, structuredClone({ message, at })];
    },
    waiting: () => messages,
    /** Takes those whose time has come. */
    due: (at) => {
      const taken = messages.filter((each) => each.at <= at);
      messages = messages.filter((each) => each.at > at);
      return taken.map(({ message }) => message);
    },
    lose: () => {
      messages = [];
    },
  };
};
