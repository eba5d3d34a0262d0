/** Values by key in bounded size: the longest unused goes first, and one that is larger than the bound is not kept. */
export const boundedCache = <Value>(most: number) => {
  const entries = new Map<string, Readonly<{ value: Value; size: number }>>();
  let total = 0;
  const drop = (key: string): void => {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };
  return {
    get: (key: string): Value | undefined => {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set: (key: string, value: Value, size: number): void => {
      drop(key);
      if (size > most) return;
      entries.set(key, { value, size });
      total += size;
      for (const oldest of entries.keys()) {
        if (total <= most) return;
        drop(oldest);
      }
    },
    drop,
  };
};
