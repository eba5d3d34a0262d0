/** Times in milliseconds, counted in steps of some 2 %: percentiles of millions of them take no room. */
export type Waits = Readonly<{
  add: (milliseconds: number, times?: number) => void;
  at: (share: number) => number;
  count: () => number;
}>;

const step = Math.log(1.02);
const slots = 1_200;

export const waits = (): Waits => {
  const counts = new Float64Array(slots);
  let all = 0;
  return {
    add: (milliseconds, times = 1) => {
      const slot = Math.min(slots - 1, Math.max(0, Math.round(Math.log(Math.max(1, milliseconds)) / step)));
      counts[slot]! += times;
      all += times;
    },
    at: (share) => {
      let left = share * all;
      for (let slot = 0; slot < slots; slot++) {
        left -= counts[slot]!;
        if (left <= 0 && all > 0) return Math.exp(slot * step);
      }
      return 0;
    },
    count: () => all,
  };
};
