import { parseStream } from '../../core/stream.ts';
import { overdueAmong } from '../../engine/operate/sweep-processes.ts';
import type { Cursors, Deadline, Deadlines, Scheduler } from '../../engine/process/ports.ts';
import { compareText } from '../../engine/view/lists.ts';

/** A process's cursors in its source streams, in memory. */
export const memoryCursors = (): Cursors & { readonly items: Map<string, number> } => {
  const items = new Map<string, number>();
  return {
    items,
    load: async (stream) => items.get(stream),
    move: async (stream, to, from) => {
      if (items.get(stream) !== from) return false;
      items.set(stream, to);
      return true;
    },
  };
};

/** The open deadlines of all instances, in memory, each at its time; `fewest`: so many are still few. */
export const memoryDeadlines = (fewest = 500): Deadlines & { items(): readonly Deadline[] } => {
  const kept = new Map<string, Deadline>();
  const place = ({ instance, name, setBy, at }: Deadline) => `${at}/${instance}/${name}/${setBy}`;
  const items = () => [...kept.values()].toSorted((a, b) => compareText(a.at, b.at));
  return {
    items,
    put: async (deadline) => void kept.set(place(deadline), { ...deadline }),
    has: async (deadline) => kept.has(place(deadline)),
    remove: async (deadline) => void kept.delete(place(deadline)),
    few: async () => (kept.size <= fewest ? items() : undefined),
    overdue: async (...asked) => overdueAmong(items(), ...asked),
    ofOthers: async (processes) => {
      const others = items().filter(({ instance }) => !processes.some((process) => instance.startsWith(`${process}-`)));
      const byProcess = Object.groupBy(others, ({ instance }) => parseStream(instance)?.category ?? instance);
      return Object.fromEntries(Object.entries(byProcess).map(([process, own = []]) => [process, own.length]));
    },
  };
};

type Shot = Parameters<Scheduler['set']>[0];

/** One-shots in memory: they fire when a test takes them. */
export const memoryScheduler = (): Scheduler & { readonly shots: Map<string, Shot> } => {
  const shots = new Map<string, Shot>();
  return {
    shots,
    set: async (shot) => {
      if (!/^[0-9a-zA-Z_.-]{1,64}$/.test(shot.key)) throw new Error(`A schedule cannot be named '${shot.key}'.`);
      if (!shots.has(shot.key)) shots.set(shot.key, structuredClone(shot));
    },
    cancel: async (key) => void shots.delete(key),
  };
};
