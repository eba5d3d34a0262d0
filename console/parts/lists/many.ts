/** What became of a request about each of many things. */
export type Progress<Item> = Readonly<{
  total: number;
  done: readonly Item[];
  failed: readonly Readonly<{ item: Item; problem: unknown }>[];
}>;

/** Requests at once: few enough that an API of its own limits answers all of them. */
const atOnce = 4;

/** Asks for each of many things, a few at a time. One that fails stops none of the others; after each the progress is told. */
export const askEach = async <Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<unknown>,
  tell: (progress: Progress<Item>) => void,
): Promise<Progress<Item>> => {
  let progress: Progress<Item> = { total: items.length, done: [], failed: [] };
  const left = [...items];
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      const one = item;
      try {
        await act(one);
        progress = { ...progress, done: [...progress.done, one] };
      } catch (problem) {
        progress = { ...progress, failed: [...progress.failed, { item: one, problem }] };
      }
      tell(progress);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return progress;
};
