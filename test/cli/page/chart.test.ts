import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartSvg, ticksOf } from '../../../lib/cli/page/chart.ts';

describe('the marks of an axis', () => {
  it('are few and round, and reach over all values', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (from, length) => {
          const ticks = ticksOf(from, from + length, false);
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          expect(ticks.length).toBeLessThanOrEqual(7);
          expect(ticks.at(-1)! + length / 1e6).toBeGreaterThanOrEqual(from + length);
        },
      ),
    ));

  it('are the powers of ten on a logarithmic one', () => {
    expect(ticksOf(3, 20_000, true)).toEqual([1, 10, 100, 1_000, 10_000, 100_000]);
  });
});

it('a chart names each line beside it, and says in words what it shows', () => {
  const svg = chartSvg({
    ...{ id: 'price', title: 'Price & load', about: 'It rises.' },
    x: { name: 'commands a second', isLogarithmic: true },
    y: { name: 'USD a month', isLogarithmic: true },
    lines: [
      { name: 'deposit <1 KB>', points: [1, 10, 100].map((x) => [x, x * 30] as const) },
      { name: 'transfer', points: [1, 10, 100].map((x) => [x, x * 31] as const) },
    ],
  });
  expect(svg).toContain('<title id="price-title">Price &amp; load</title>');
  expect(svg).toContain('aria-labelledby="price-title price-about"');
  expect(svg).toContain('deposit &lt;1 KB&gt;</text>');
  expect(svg).not.toContain('NaN');
  // The two end almost in one place: their names do not.
  const [a = 0, b = 0] = [...svg.matchAll(/y="([\d.]+)">(?:deposit|transfer)/g)].map(([, y]) => Number(y));
  expect(Math.abs(a - b)).toBeGreaterThanOrEqual(15);
});

it('a chart has room for long names of lines and large numbers', () => {
  const svg = chartSvg({
    ...{ id: 'cost', title: 'Cost', about: 'It rises.' },
    x: { name: 'commands a second', isLogarithmic: true },
    y: { name: 'USD a month', isLogarithmic: true },
    lines: [{ name: 'each message alone', points: [10, 100_000].map((x) => [x, x * 8] as const) }],
  });
  const placeOf = (text: string) => Number(new RegExp(`<text x="([\\d.]+)"[^>]*>${text}<`).exec(svg)?.[1]);
  // A letter of 13 px takes 7.4 px in a wide font; the name of the axis ends at 24.
  expect(placeOf('each message alone') + 18 * 7.4).toBeLessThanOrEqual(760);
  expect(placeOf('100,000') - 7 * 7.4).toBeGreaterThanOrEqual(24);
});
