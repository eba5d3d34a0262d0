/** One sku of an order; the price is for one of it, in minor units. */
export type Line = Readonly<{ sku: string; quantity: number; price: number }>;

/** Lines with one of them changed in its place, added at the end, or taken out by a quantity of 0. */
export const withLine = (lines: readonly Line[], { sku, quantity, price }: Line): readonly Line[] => {
  const changed = lines.some((line) => line.sku === sku)
    ? lines.map((line) => (line.sku === sku ? { sku, quantity, price } : line))
    : [...lines, { sku, quantity, price }];
  return changed.filter((line) => line.quantity > 0);
};

/** Exact up to the largest safe integer: a sum or product of positive integers that exceeds it never falls below it again. */
export const totalOf = (lines: readonly Line[]): number =>
  lines.reduce((total, { quantity, price }) => total + quantity * price, 0);
