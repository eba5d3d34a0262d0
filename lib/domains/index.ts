import { defineManifest } from '../core/manifest.ts';
import { account } from './account/decider.ts';
import { accountBalance } from './account/projections/balance.ts';
import { accountStatement } from './account/projections/statement.ts';
import { accountTotals } from './account/projections/totals.ts';

/** The reference application: everything that is deployed follows from this. */
export const manifest = defineManifest({
  aggregates: [account],
  projections: [accountBalance, accountStatement, accountTotals],
});
