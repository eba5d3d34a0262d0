/** A price in minor units, and the instant from which it holds. */
export type Price = Readonly<{ price: number; from: string }>;

/** Prices by their instants. One that is set for the same instant takes the place of the one before. */
export const withPrice = (prices: readonly Price[], set: Price): readonly Price[] =>
  [...prices.filter(({ from }) => from !== set.from), set].sort((a, b) => (a.from < b.from ? -1 : 1));

/** The price that holds at an instant; undefined before the first. */
export const priceAt = (prices: readonly Price[], at: string): number | undefined =>
  prices.findLast(({ from }) => from <= at)?.price;
