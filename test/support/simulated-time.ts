/** Time that passes only when nothing else is left to do, and takes none: the same delays give the same order in every run. */
export type SimulatedTime = Readonly<{
  now(): number;
  after(milliseconds: number, run: () => void): void;
  sleep(milliseconds: number): Promise<void>;
  /** Runs until nothing is left to happen. */
  run(): Promise<void>;
}>;

type Happening = Readonly<{ at: number; order: number; run: () => void }>;

/** More than any scenario needs: something that goes round in circles is to fail, not to hang. */
const most = 200_000;

const first = (a: Happening, b: Happening) => a.at < b.at || (a.at === b.at && a.order < b.order);

export const simulatedTime = (start = Date.UTC(2026, 10, 21, 12)): SimulatedTime => {
  const queue: Happening[] = [];
  let now = start;
  let order = 0;
  const take = (): Happening | undefined => {
    let next = 0;
    queue.forEach((happening, i) => {
      if (first(happening, queue[next]!)) next = i;
    });
    return queue.splice(next, 1)[0];
  };
  const after = (milliseconds: number, run: () => void) => {
    queue.push({ at: now + Math.max(0, milliseconds), order: order++, run });
  };
  // Everything that follows from a happening without waiting is done before the next one.
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    after,
    sleep: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
    run: async () => {
      await settled();
      for (let count = 0; ; count++) {
        const next = take();
        if (!next) return;
        if (count > most) throw new Error(`Over ${most} things happened: this goes round in circles.`);
        now = next.at;
        next.run();
        await settled();
      }
    },
  };
};
