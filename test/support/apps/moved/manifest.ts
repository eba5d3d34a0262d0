import { account } from '../../../../domains/account/decider.ts';
import { accountBalance } from '../../../../domains/account/projections/balance.ts';
import { accountTotals } from '../../../../domains/account/projections/totals.ts';
import { transfer } from '../../../../domains/transfer/decider.ts';
import { transferProcess } from '../../../../domains/transfer/process.ts';
import { defineManifest } from '../../../../lib/core/manifest.ts';
import { parcel, parcelRoles } from '../parcel/decider.ts';

/** The application whose history is moved: public events, unique values, a process, a row for each stream, and shared rows. */
export const manifest = defineManifest({
  roles: parcelRoles,
  aggregates: [account, parcel, transfer],
  processes: [transferProcess],
  projections: [accountBalance, accountTotals],
});
