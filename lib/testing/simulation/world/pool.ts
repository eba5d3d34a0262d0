import type { Clock, Keys, Log } from '../../../engine/ports.ts';
import { memoryKeys } from '../../memory/system.ts';
import { Injected } from './faults.ts';
import type { World } from './world.ts';

/** One instance of a function: with memory of its own, a clock of its own, and one invocation at a time. */
export type Instance = Readonly<{
  name: string;
  release: number;
  /** The number of deployments before it was started. */
  deployed: number;
  /** The dice of its calls over the network. */
  wire: string;
  alive(): boolean;
  die(): void;
  clock: Clock;
  keys: Keys;
  log: Log;
}>;

/** A function, with as many instances as it takes. */
export type Pool<C> = Readonly<{ invoke<T>(work: (context: C) => Promise<T>): Promise<T> }>;

type Held<C> = { instance: Instance; context: C; busy: boolean; jump(): void };

/** No invocation goes on for longer. */
export const mostMilliseconds = 20_000;
const jumps = [-7_200_000, -6_000, -1_000, 0, 1_000, 6_000, 7_200_000];

type Booted<C> = Readonly<{ name: string; release: number; own: string; make: (instance: Instance) => C; onDeath: () => void }>;

const boot = <C>(world: World, { name, release, own, make, onDeath }: Booted<C>): Held<C> => {
  const { time } = world;
  const dice = world.dice(`${own}clocks`);
  let alive = true;
  let offset = dice.below(100) - 50;
  const say = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    world.note(name, () => `${level}: ${message} ${fields ? JSON.stringify(fields) : ''}`);
  const instance: Instance = {
    name,
    release,
    deployed: world.deployments(),
    wire: `${own}wire`,
    alive: () => alive,
    die: () => {
      if (!alive) return;
      alive = false;
      world.note(name, () => 'dies');
      onDeath();
    },
    clock: {
      now: () => time.now() + (world.isCalm() ? 0 : offset),
      wait: (milliseconds) => new Promise((resolve) => time.after(milliseconds, () => alive && resolve())),
    },
    keys: { ...memoryKeys(), random: world.dice('keys').next },
    log: { info: say('info'), warn: say('warning'), error: say('error') },
  };
  const jump = () => {
    offset = dice.pick(jumps);
    world.note(name, () => `its clock jumps to ${offset} ms beside the true time`);
  };
  return { instance, context: make(instance), busy: false, jump };
};

type PoolOptions = Readonly<{ timeout?: number | undefined; own?: string }>;

/**
 * Invocations go to any idle instance of the release that is to run, or to a new one. With dice of its `own` a pool leaves those of all others as they are, so
 * that they do the same with it as without it.
 */
export const pool = <C>(
  world: World,
  name: string,
  make: (instance: Instance) => C,
  { timeout = mostMilliseconds, own = '' }: PoolOptions = {},
): Pool<C> => {
  const dice = world.dice(`pool ${name}`);
  const held: Held<C>[] = [];
  let made = 0;
  const find = (): Held<C> => {
    const release = world.release(dice);
    const isFit = ({ alive, release: runs, deployed }: Instance) =>
      alive() && runs === release && deployed === world.deployments();
    const idle = held.filter(({ busy, instance }) => !busy && isFit(instance));
    const cold = world.happens('cold', dice);
    if (idle.length > 0 && !cold) return dice.pick(idle);
    made += 1;
    const called = `${name} ${made}${release > 0 ? ' new' : ''}`;
    const fresh: Held<C> & { died?: () => void } = boot(world, {
      name: called,
      release,
      own,
      make,
      onDeath: () => fresh.died?.(),
    });
    held.push(fresh);
    return fresh;
  };
  return {
    invoke: async (work) => {
      const chosen: Held<C> & { died?: () => void } = find();
      const { instance } = chosen;
      if (world.happens('jumps', dice)) chosen.jump();
      chosen.busy = true;
      let endTimeout = () => {};
      try {
        return await new Promise((resolve, reject) => {
          chosen.died = () => reject(new Injected(`${instance.name} died.`));
          endTimeout = world.time.timeout(timeout, instance.die);
          work(chosen.context).then(resolve, reject);
        });
      } finally {
        endTimeout();
        chosen.busy = false;
        if (!instance.alive()) held.splice(held.indexOf(chosen), 1);
      }
    },
  };
};
