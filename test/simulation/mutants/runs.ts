import type { Tamper } from '../../../lib/testing/simulator.ts';
import { functionsView } from './tampers.ts';

/** What the entries of a list of runs rely on. */
export const runMutants: Readonly<Record<string, Tamper>> = {
  'a refold forgets where a run begins': functionsView(({ putRow }) => ({
    putRow: ({ lists, ...item }, before, only) => putRow(before?.refolding || !lists ? item : { ...item, lists }, before, only),
  })),
  'an entry goes by the row before the last': functionsView(({ head }) => {
    const known = new Map<string, unknown>();
    return {
      head: async (key) => {
        const there = await head(key);
        const memory = known.get(key);
        known.set(key, there?.memory);
        return there && { ...there, memory };
      },
    };
  }),
  'a run goes on whatever its value is': functionsView(({ putRow }) => ({
    putRow: ({ lists, ...item }, before, only) => putRow(item.commit > 1 || !lists ? item : { ...item, lists }, before, only),
  })),
};
