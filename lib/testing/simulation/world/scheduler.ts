import type { Scheduler } from '../../../engine/process/ports.ts';
import type { World } from './world.ts';

type Shot = Parameters<Scheduler['set']>[0];

export type SimulatedScheduler = Scheduler & Readonly<{ pending(): readonly Shot[] }>;

/** One-shots that fire late and twice, also after they were cancelled in the last moment; and, where records may get lost, never. */
export const simulatedScheduler = (world: World, name: string, deliver: (message: object) => void): SimulatedScheduler => {
  const { time, note } = world;
  const dice = world.dice(`scheduler ${name}`);
  const shots = new Map<string, Shot>();
  const fire = (shot: Shot) => {
    // Cancelled, or cancelled and scheduled again since.
    if (shots.get(shot.key) !== shot) return;
    shots.delete(shot.key);
    if (world.happens('missing', dice)) {
      world.count('one-shots lost');
      return note(name, () => `never fires ${JSON.stringify(shot.message)}`);
    }
    const times = world.happens('doubled', dice) ? 2 : 1;
    for (let i = 0; i < times; i++)
      time.after(dice.next() * (world.happens('late', dice) ? 5_000 : 50), () => {
        note(name, () => `fires ${JSON.stringify(shot.message)}`);
        deliver(shot.message);
      });
  };
  return {
    pending: () => [...shots.values()],
    set: async (shot) => {
      if (!/^[0-9a-zA-Z_.-]{1,64}$/.test(shot.key)) throw new Error(`A schedule cannot be named '${shot.key}'.`);
      if (shots.has(shot.key)) return;
      shots.set(shot.key, shot);
      world.count('one-shots');
      time.after(Date.parse(shot.at) - time.now(), () => fire(shot));
    },
    cancel: async (key) => void shots.delete(key),
  };
};
