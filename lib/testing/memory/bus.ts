import type { Bus, BusEntry } from '../../engine/ports.ts';

export type MemoryBus = Bus & {
  readonly sent: BusEntry[];
  /** Makes the next calls fail some of their entries: the positions for each call, in turn. */
  readonly failing: number[][];
};

/** A bus that keeps what it was sent; like EventBridge it takes ten entries, and may fail some of them. */
export const memoryBus = (): MemoryBus => {
  const sent: BusEntry[] = [];
  const failing: number[][] = [];
  return {
    sent,
    failing,
    send: async (entries) => {
      if (entries.length === 0 || entries.length > 10) throw new Error('A call takes 1 to 10 entries.');
      const failed = failing.shift() ?? [];
      entries.forEach((entry, index) => {
        if (!failed.includes(index)) sent.push(structuredClone(entry));
      });
      return failed.filter((index) => index < entries.length).map((index) => ({ index, reason: 'InternalFailure: as asked' }));
    },
  };
};
