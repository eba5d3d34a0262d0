import type { AdapterOutcome } from '../../../core/effect/adapter.ts';
import type { AnyEffect } from '../../../core/effect/effect.ts';
import { later } from '../../../core/instant.ts';
import { madeUp } from '../../../core/made-up.ts';
import { currentSchema } from '../../../core/version.ts';
import type { Provider, Try } from '../../../engine/effect/ports.ts';
import { diceFor } from '../dice.ts';
import type { World } from './world.ts';

/** What a provider did under a key: once, however often it was called. */
export type Work = Readonly<{ effect: string; key: string; input: unknown; outcome: AdapterOutcome }>;

export type SimulatedProvider = Provider &
  Readonly<{
    work: () => readonly Work[];
    /** It answered its last call, at a time when nothing went wrong any more. */
    answers: () => boolean;
  }>;

/** How a provider may behave in a call. `late`: it does the work when the call is over. `torn`: it does the work, and answers 502. */
const behaviours = ['fails', 'torn', 'never', 'late', 'slow'] as const;
type Behaviour = (typeof behaviours)[number] | 'works';

/** In each run a provider is well, or has some bad habits, or is down for a while. */
const habitsOf = (seed: number, name: string) => {
  const dice = diceFor(seed, `provider ${name}`);
  const share = dice.pick([0, 0.15, 0.5, 0.9]);
  return { bad: behaviours.filter(() => dice.chance(0.6)), share };
};

/** The provider of an effect: it recognizes a repeat by its key, and does the work of each key once. It may refuse, and quotes what it was given. */
export const simulatedProvider = (world: World, effect: AnyEffect, told: (input: unknown) => void): SimulatedProvider => {
  const { time, note, count } = world;
  const dice = world.dice(`provider ${effect.name}`);
  const habits = habitsOf(world.seed, effect.name);
  const make = madeUp(currentSchema(effect.answer));
  const done = new Map<string, Work>();
  let answers = false;
  const work = ({ input, idempotencyKey: key }: Try): AdapterOutcome => {
    const known = done.get(key);
    if (known) return known.outcome;
    const made = dice.chance(0.2) ? undefined : make(dice);
    const outcome: AdapterOutcome = made ? { done: made.data } : { refused: 'not-today', detail: { input } };
    done.set(key, { effect: effect.name, key, input, outcome });
    note(effect.name, () => `does the work of ${key.slice(0, 8)}: ${JSON.stringify(outcome)}`);
    count(`${effect.name} done`);
    return outcome;
  };
  const behaviour = (): Behaviour =>
    world.isCalm() || habits.bad.length === 0 || !dice.chance(habits.share) ? 'works' : dice.pick(habits.bad);
  return {
    work: () => [...done.values()],
    answers: () => answers,
    call: async (given) => {
      const how = behaviour();
      answers = world.isCalm();
      count(`provider ${how}`);
      told(given.input);
      if (how === 'fails') throw new Error(`The provider answers 500 to ${JSON.stringify(given.input)}.`);
      if (how === 'torn') {
        work(given);
        throw new Error(`The provider answers 502 to ${JSON.stringify(given.input)}.`);
      }
      if (how === 'never' || how === 'late') {
        if (how === 'late') time.after(given.timeoutMilliseconds + dice.next() * 3_000, () => void work(given));
        await time.sleep(given.timeoutMilliseconds);
        throw new Error('The time is over.');
      }
      if (how === 'slow') await time.sleep(dice.next() * given.timeoutMilliseconds);
      return work(given);
    },
  };
};

/** The time of a function that performs an effect: more than its try. */
export const performTimeout = ({ timeout }: AnyEffect): number => Date.parse(later('1970-01-01T00:00:00.000Z', timeout)) + 20_000;
