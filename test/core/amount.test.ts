import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAmount } from '../../lib/aws/attributes.ts';
import { amountOf, plus } from '../../lib/core/amount.ts';

const integers = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const near = fc.oneof(integers, fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }), fc.maxSafeInteger().map(BigInt));

describe('an amount', () => {
  it('is added exactly, and has one form: a number where that is safe', () => {
    fc.assert(
      fc.property(near, near, (a, b) => {
        const sum = plus(amountOf(a), amountOf(b));
        expect(BigInt(sum)).toBe(a + b);
        expect(typeof sum).toBe(Number.isSafeInteger(Number(a + b)) ? 'number' : 'bigint');
      }),
    );
  });

  it('is read from all its digits, also where an engine writes them with an exponent', () => {
    fc.assert(fc.property(near, (a) => void expect(toAmount(String(a))).toBe(amountOf(a))));
    expect(['1E+20', '1.5e21', '-12E3', '9007199254740993', '-0'].map(toAmount)).toEqual([
      10n ** 20n,
      1_500_000_000_000_000_000_000n,
      -12_000,
      9_007_199_254_740_993n,
      0,
    ]);
  });
});
