/** Time that passes only when nothing else is left to do, and takes none: the same delays give the same order in every run. */
export type Timeline = Readonly<{
  /** Whole milliseconds. */
  now(): number;
  after(milliseconds: number, run: () => void): void;
  /** The same, and answers a function that cancels it: the time passes, and nothing is run. */
  timeout(milliseconds: number, run: () => void): () => void;
  sleep(milliseconds: number): Promise<void>;
  /** Runs until it is ended, or nothing is left to happen, or as much as is allowed has happened: then it answers false. */
  run(ended: () => boolean): Promise<boolean>;
}>;

type Happening = { readonly at: number; readonly order: number; run?: (() => void) | undefined };

const before = (a: Happening, b: Happening) => a.at < b.at || (a.at === b.at && a.order < b.order);

/** The earliest on top. */
const heap = () => {
  const items: Happening[] = [];
  const swap = (i: number, j: number) => {
    [items[i], items[j]] = [items[j]!, items[i]!];
  };
  return {
    push: (item: Happening) => {
      items.push(item);
      for (let i = items.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!before(items[i]!, items[parent]!)) return;
        swap(i, parent);
        i = parent;
      }
    },
    take: (): Happening | undefined => {
      const top = items[0];
      const last = items.pop();
      if (!last || items.length === 0) return top;
      items[0] = last;
      for (let i = 0; ; ) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2])
          if (child < items.length && before(items[child]!, items[least]!)) least = child;
        if (least === i) return top;
        swap(i, least);
        i = least;
      }
    },
  };
};

/** Everything that follows from a happening without waiting is done before the next one: this comes when no promise is left to go on. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));

export const timeline = (start: number, most: number): Timeline => {
  const { push, take } = heap();
  let now = start;
  let order = 0;
  const timeout = (milliseconds: number, run: () => void) => {
    const happening: Happening = { at: now + Math.max(0, milliseconds), order: order++, run };
    push(happening);
    return () => {
      happening.run = undefined;
    };
  };
  const after = (milliseconds: number, run: () => void) => void timeout(milliseconds, run);
  return {
    now: () => Math.floor(now),
    after,
    timeout,
    sleep: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
    run: async (ended) => {
      await settled();
      for (let count = 0; count < most; count++) {
        const next = take();
        if (!next || ended()) return true;
        now = next.at;
        if (!next.run) continue;
        next.run();
        await settled();
      }
      return false;
    },
  };
};
