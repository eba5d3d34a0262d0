import type { StateCache } from './cache.ts';
import { BrokenHistory, type Known } from './history.ts';
import { catchUp, type Loading, load } from './load.ts';

/** A stream's state, read unless it is known up to this commit. */
export const stateNow = async (
  loading: Loading & Readonly<{ cache: StateCache }>,
  stream: string,
  atLeast = Number.POSITIVE_INFINITY,
): Promise<Known> => {
  const { cache, clock, settings } = loading;
  const cached = cache.get(stream);
  const age = cached && clock.now() - cached.readAt;
  const isFresh = age !== undefined && age >= 0 && age <= settings.cacheAgeMilliseconds;
  if (cached && isFresh && cached.commit >= atLeast) return cached;
  const loaded = () => load(loading, stream, () => {});
  const known =
    cached && isFresh
      ? await catchUp(loading, cached, () => {}).catch((cause: unknown) => {
          if (cause instanceof BrokenHistory) return loaded();
          throw cause;
        })
      : await loaded();
  cache.set(known);
  return known;
};
