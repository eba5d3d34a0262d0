import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import { accountTotals } from '../../domains/account/projections/totals.ts';
import { projecting } from '../../lib/testing/projecting.ts';
import { sharing } from '../../lib/testing/sharing.ts';

const opened = { type: 'AccountOpened', data: { owner: 'ada', currency: 'EUR' } } as const;
const row = accountBalance.row as unknown as z.ZodObject;
const shown = accountTotals.row as z.ZodObject;

describe('a row that is not as its view declares', () => {
  it('fails the test of the view, if a field has another type', () => {
    const other = { ...accountBalance, row: row.extend({ balance: z.string() }) } as unknown as typeof accountBalance;
    expect(() => projecting(other)(opened)).toThrow(/not as its 'row' declares/);
  });

  it('fails it, if the row has a field that the schema does not have', () => {
    const other = { ...accountBalance, row: row.omit({ changedAt: true }) } as unknown as typeof accountBalance;
    expect(() => projecting(other)(opened)).toThrow(/fields that its 'row' does not declare/);
  });

  it('fails it also where rows are sums', () => {
    const other = { ...accountTotals, row: shown.extend({ suspended: z.int() }) };
    expect(() => sharing(other)({ a: [opened] })).toThrow(/not as its 'row' declares/);
    expect(() => sharing(accountTotals)({ a: [opened] })).not.toThrow();
  });
});
