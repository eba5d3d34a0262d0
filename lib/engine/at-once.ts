/**
 * Runs a function for each item, at most so many at the same time, and returns the results in order. The next item is taken when a slot is
 * free. After a failure no other item is begun, and running ones are awaited: when the error is thrown, nothing runs in the background.
 */
export const atOnce = async <T, R>(most: number, items: Iterable<T>, run: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const left = items[Symbol.iterator]();
  const results: R[] = [];
  const failures: unknown[] = [];
  let taken = 0;
  let isOver = false as boolean;
  const worker = async () => {
    for (let next = left.next(); !next.done && failures.length === 0; next = left.next()) {
      const place = taken++;
      try {
        results[place] = await run(next.value);
      } catch (failure) {
        failures.push(failure);
      }
    }
    isOver = true;
  };
  const workers: Promise<void>[] = [];
  while (workers.length < most && !isOver) workers.push(worker());
  await Promise.all(workers);
  if (failures.length > 0) throw failures[0];
  return results;
};

/** Lets so many tasks run at the same time. A finished task gives its slot to the one that has waited longest. */
export const slots = (most: number) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <R>(run: () => Promise<R>): Promise<R> => {
    if (running >= most) await new Promise<void>((resolve) => void waiting.push(resolve));
    else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
};
