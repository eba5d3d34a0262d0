import type { Usage } from '../../engine/cost/prices.ts';

/** What a part of a deployment has used: what is paid for, and what a quota counts. */
export type Count = Usage & Readonly<{ requests?: number; messages?: number; busCalls?: number; schedulerCalls?: number }>;

/** The sum of counts. */
export const addCounts = (...counts: readonly Count[]): Count => {
  const total: Record<string, number> = {};
  for (const count of counts) for (const [name, amount] of Object.entries(count)) total[name] = (total[name] ?? 0) + amount;
  return total;
};

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
