import { addCounts, type Count } from '../../engine/cost/prices.ts';

/** Adds up counts by parts; `take` answers the sums since it was last asked. */
export type Tally = Readonly<{ add: (part: string, more: Count) => void; take: () => ReadonlyMap<string, Count> }>;

export const tallied = (): Tally => {
  let parts = new Map<string, Count>();
  return {
    add: (part, more) => void parts.set(part, addCounts(parts.get(part) ?? {}, more)),
    take: () => {
      const taken = parts;
      parts = new Map();
      return taken;
    },
  };
};
