/** Records in the order of their commits, in portions of one time each. */
export type Backlog = Readonly<{
  put: (at: number, count: number) => void;
  /** Takes up to so many that were there by a time, and tells each portion. */
  take: (most: number, by: number, each: (at: number, count: number) => void) => number;
  ready: (by: number) => number;
  size: () => number;
}>;

export const backlog = (): Backlog => {
  let [times, counts, head, size]: [number[], number[], number, number] = [[], [], 0, 0];
  const drop = () => {
    if (head < 4_096) return;
    times = times.slice(head);
    counts = counts.slice(head);
    head = 0;
  };
  return {
    put: (at, count) => {
      if (count <= 0) return;
      times.push(at);
      counts.push(count);
      size += count;
    },
    take: (most, by, each) => {
      let left = most;
      while (left > 0 && head < times.length && times[head]! <= by) {
        const count = Math.min(left, counts[head]!);
        each(times[head]!, count);
        counts[head]! -= count;
        left -= count;
        size -= count;
        if (counts[head]! <= 1e-9) head += 1;
      }
      drop();
      return most - left;
    },
    ready: (by) => {
      // The young ones are few: what waits is counted from the end.
      let young = 0;
      for (let i = times.length - 1; i >= head && times[i]! > by; i--) young += counts[i]!;
      return Math.max(0, size - young);
    },
    size: () => size,
  };
};
