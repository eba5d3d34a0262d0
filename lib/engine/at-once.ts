/**
 * Does something with each, so many at the same time, and answers what came of each, in their order. The next one is taken when there is room. After a
 * failure no other is begun, and what is under way is waited for: whoever is told of the failure may be sure that nothing goes on behind it.
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
