/**
 * An integer, exact at any size: a number while that is safe (2^53 - 1), and a bigint beyond.
 * @example const amount: Amount = 9_007_199_254_740_993n;
 */
export type Amount = number | bigint;

/**
 * Normalises an integer to its one form.
 * @example amountOf(5n); // 5
 */
export const amountOf = (integer: bigint): Amount => {
  const near = Number(integer);
  return Number.isSafeInteger(near) ? near : integer;
};

/** Adds two integers exactly.
 * @example plus(Number.MAX_SAFE_INTEGER, 2); // 9_007_199_254_740_993n
 */
export const plus = (a: Amount, b: Amount): Amount => {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return amountOf(BigInt(a) + BigInt(b));
};
