import type { SharedRows } from '../../../../lib/core/projection.ts';
import { parcel } from './decider.ts';
import type { ParcelEvent } from './events.ts';

type Memory = Readonly<{ scans: number }>;

/** How much is on its way in all: for everybody, without a token. */
export const parcelPlaces: SharedRows<Memory, ParcelEvent> = {
  kind: 'shared-rows',
  name: 'parcel-places',
  revision: 1,
  from: parcel,
  may: ['anyone'],
  initial: { scans: 0 },
  on: { ParcelScanned: ({ scans }) => ({ scans: scans + 1 }) },
  shares: ({ scans }) => ({ all: { sums: { scans } } }),
};
