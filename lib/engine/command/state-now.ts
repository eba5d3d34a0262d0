import { isFresh } from '../bounded-cache.ts';
import type { Known } from '../store/known.ts';
import { catchUp, type Loading, load, unlessBroken } from '../store/load.ts';
import type { StateCache } from './cache.ts';

/** A stream's state, read unless it is known up to this commit. */
export const stateNow = async (
  loading: Loading & Readonly<{ cache: StateCache }>,
  stream: string,
  atLeast = Number.POSITIVE_INFINITY,
): Promise<Known> => {
  const { cache } = loading;
  const kept = cache.get(stream);
  const cached = kept && isFresh(loading, kept) ? kept : undefined;
  if (cached && cached.commit >= atLeast) return cached;
  const loaded = () => load(loading, stream);
  const known = cached ? await unlessBroken(() => catchUp(loading, cached), loaded) : await loaded();
  cache.set(known);
  return known;
};
