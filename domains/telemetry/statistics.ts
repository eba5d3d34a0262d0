/** All values so far, exactly: squares exceed the exact range of a number, so they are kept as a text. */
export type Statistics = Readonly<{ count: number; sum: number; squares: string }>;

export const noStatistics: Statistics = { count: 0, sum: 0, squares: '0' };

/** Before so many values nothing is unusual. */
const least = 10;
/** A hundred deviations: further away makes no difference. */
const most = 10_000;

export const withReading = ({ count, sum, squares }: Statistics, value: number): Statistics => ({
  count: count + 1,
  sum: sum + value,
  squares: String(BigInt(squares) + BigInt(value) ** 2n),
});

/** The largest integer whose square is not larger, by Newton's method. */
const rootOf = (square: bigint): bigint => {
  if (square < 2n) return square;
  let root = 1n << BigInt(Math.ceil(square.toString(2).length / 2));
  for (;;) {
    const next = (root + square / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
};

/**
 * How far a value is from the mean of those before it, in hundredths of their deviation, rounded down. In integers, so that it is the same on every
 * machine: with the sum S and the squares Q of n values the square of it is (nv - S)^2 / (nQ - S^2).
 */
export const scoreOf = ({ count, sum, squares }: Statistics, value: number): number => {
  if (count < least) return 0;
  const [n, s] = [BigInt(count), BigInt(sum)];
  const distance = (n * BigInt(value) - s) ** 2n;
  const spread = n * BigInt(squares) - s ** 2n;
  if (spread === 0n) return distance === 0n ? 0 : most;
  const score = rootOf((10_000n * distance) / spread);
  return score > BigInt(most) ? most : Number(score);
};
