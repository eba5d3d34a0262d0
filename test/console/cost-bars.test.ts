import { expect, it } from 'vitest';
import { barsOf, money } from '../../console/screens/cost/bars.ts';

it('bars are parts of the largest, and those beyond the most are one', () => {
  const all = [1, 4, 0, 2, 3].map((value) => ({ name: `n${value}`, value }));
  expect(barsOf(all, 2)).toEqual([
    { name: 'n4', value: 4, share: 1 },
    { name: 'n3', value: 3, share: 0.75 },
    { name: '2 others', value: 3, share: 0.75 },
  ]);
  expect(barsOf([])).toEqual([]);
});

it('money has as many places as tell something', () => {
  expect([0, 1234.5, 0.012, 0.00042, 0.0000042, 1e-9].map(money)).toEqual([
    '$0',
    '$1,234.50',
    '$0.01',
    '$0.0004',
    '$0.000004',
    'under $0.000001',
  ]);
});
