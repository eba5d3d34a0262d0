import type { SharedRows } from '../../../../lib/core/projection.ts';
import { type ParcelEvent, parcelSource } from './events.ts';

type Memory = Readonly<{ scans: number }>;

/** The number of parcels on their way: for everybody, without a token. */
export const parcelPlaces: SharedRows<Memory, ParcelEvent> = {
  kind: 'shared-rows',
  name: 'parcel-places',
  revision: 1,
  from: parcelSource,
  may: ['anyone'],
  initial: { scans: 0 },
  on: { ParcelScanned: ({ scans }) => ({ scans: scans + 1 }) },
  shares: ({ scans }) => ({ all: { sums: { scans } } }),
};
