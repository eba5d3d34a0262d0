import { boundedCache } from '../bounded-cache.ts';
import type { Clock } from '../ports.ts';
import type { LookUpKey, OpeningKeys, SealingKeys } from './ports.ts';

type Aging = Readonly<{ clock: Pick<Clock, 'now'>; milliseconds: number; maxSubjects?: number }>;

type Kept<T> = Readonly<{ value: T; readAt: number }>;

/**
 * A cache that asks again after a time. A value with a later time than now is of a clock that was set back, and is asked for again: it must not be kept any
 * longer. `keep` tells which answers are kept.
 */
const agingCache = <T>({ clock, milliseconds, maxSubjects = 10_000 }: Aging, keep: (value: T) => boolean) => {
  const kept = boundedCache<Kept<T>>(maxSubjects);
  return async (name: string, ask: () => Promise<T>): Promise<T> => {
    const found = kept.get(name);
    const now = clock.now();
    const age = found ? now - found.readAt : -1;
    if (found && age >= 0 && age < milliseconds) return found.value;
    kept.drop(name);
    const value = await ask();
    // The time before it was asked for: an erasure during the request is then seen in time.
    if (keep(value)) kept.set(name, { value, readAt: now }, 1);
    return value;
  };
};

/** A secret that never changes, asked for until there is one. */
const rememberedSecret = <Secret extends Uint8Array | undefined>(ask: () => Promise<Secret>): (() => Promise<Secret>) => {
  let asked: Promise<Secret> | undefined;
  return async () => {
    asked ??= ask();
    try {
      const secret = await asked;
      if (!secret) asked = undefined;
      return secret;
    } catch (error) {
      asked = undefined;
      throw error;
    }
  };
};

/** The key by which values are looked up, kept from its first use on. */
export const cachedLookUp = (keys: LookUpKey): LookUpKey => ({ findSecret: rememberedSecret(() => keys.findSecret()) });

/** Public halves, kept in a warm function for a bounded time: after that it refuses the commands of an erased subject. */
export const cachedSealing = (keys: SealingKeys, aging: Aging): SealingKeys => {
  const halves = agingCache<Awaited<ReturnType<SealingKeys['publicHalf']>>>(aging, () => true);
  return {
    publicHalf: (subject) => halves(subject, () => keys.publicHalf(subject)),
    existing: (subject) => keys.existing(subject),
    findSecret: rememberedSecret(() => keys.findSecret()),
  };
};

/** Private halves, kept in a function that opens for a bounded time: an erasure is whole when that has passed. */
export const cachedOpening = (keys: OpeningKeys, aging: Aging): OpeningKeys => {
  const halves = agingCache<Awaited<ReturnType<OpeningKeys['privateHalf']>>>(aging, (half) => half !== undefined);
  return {
    privateHalf: (subject, version) => halves(JSON.stringify([subject, version]), () => keys.privateHalf(subject, version)),
  };
};
