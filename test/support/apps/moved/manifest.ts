import { defineManifest } from '../../../../lib/core/manifest.ts';
import { account } from '../../../../lib/domains/account/decider.ts';
import { accountBalance } from '../../../../lib/domains/account/projections/balance.ts';
import { accountTotals } from '../../../../lib/domains/account/projections/totals.ts';
import { transfer } from '../../../../lib/domains/transfer/decider.ts';
import { transferProcess } from '../../../../lib/domains/transfer/process.ts';
import { parcel } from '../parcel/decider.ts';

/** The application whose history is moved: public events, unique values, a process, a row for each stream, and shared rows. */
export const manifest = defineManifest({
  aggregates: [account, parcel, transfer],
  processes: [transferProcess],
  projections: [accountBalance, accountTotals],
});
