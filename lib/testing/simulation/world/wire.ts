import { brief } from '../brief.ts';
import { Injected } from './faults.ts';
import type { Instance } from './pool.ts';
import type { World } from './world.ts';

type Port = Readonly<Record<string, unknown>>;
type Call = (...given: unknown[]) => Promise<unknown>;

const milliseconds = 8;

type Fate = 'works' | 'throttled' | 'died' | 'lost' | 'crashed';

const fateOf = ({ happens }: World, dice: ReturnType<World['dice']>): Fate => {
  const fates = (['throttled', 'died', 'lost', 'crashed'] as const).filter((fault) => happens(fault, dice));
  return fates[0] ?? 'works';
};

/** A port at the other end of a network, as one instance calls it: this is where everything is interleaved and where calls fail. */
export const distant = <P extends object>(world: World, instance: Instance, name: string, port: P): P => {
  const { time, note } = world;
  const dice = world.dice(instance.wire);
  const way = () => dice.next() * milliseconds * (world.happens('slow', dice) ? 50 : 1);
  const call = (label: string, effect: Call, given: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      world.count('calls');
      const what = () => `${label}(${given.map(brief).join(', ')})`;
      const fate = fateOf(world, dice);
      const again = world.happens('retried', dice);
      const back = (answer: () => void) => time.after(way(), () => instance.alive() && answer());
      const arrive = async (twice: boolean): Promise<void> => {
        if (fate === 'throttled') {
          note(instance.name, () => `${what()} is throttled`);
          return back(() => reject(new Injected(`${label} was throttled.`)));
        }
        try {
          const answer = await effect(...given);
          note(instance.name, () => `${what()} -> ${brief(answer)}${fate === 'lost' ? '; the answer gets lost' : ''}`);
          if (twice) return time.after(way(), () => void arrive(false));
          if (fate === 'crashed') return instance.die();
          back(() => (fate === 'lost' ? reject(new Injected(`The answer to ${label} got lost.`)) : resolve(answer)));
        } catch (cause) {
          note(instance.name, () => `${what()} fails: ${String(cause)}`);
          back(() => reject(cause));
        }
      };
      time.after(way(), () => {
        if (fate === 'died') instance.die();
        else void arrive(again);
      });
    });
  return Object.fromEntries(
    Object.entries(port as Port).map(([key, value]) => [
      key,
      typeof value === 'function' ? (...given: unknown[]) => call(`${name}.${key}`, value as Call, given) : value,
    ]),
  ) as P;
};
