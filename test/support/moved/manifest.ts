import { defineManifest } from '../../../lib/core/manifest.ts';
import { account } from '../../../lib/domains/account/decider.ts';
import { accountBalance } from '../../../lib/domains/account/projections/balance.ts';
import { accountTotals } from '../../../lib/domains/account/projections/totals.ts';
import { parcel } from '../parcel/decider.ts';

/** What a history is moved out of and into: public events, unique values, a row for each stream, and shared rows. */
export const manifest = defineManifest({ aggregates: [account, parcel], projections: [accountBalance, accountTotals] });
