import type { RowPerStream } from '../../../../lib/core/projection.ts';
import { type ParcelEvent, parcelSource } from './events.ts';

type Track = Readonly<{ sender: string; last: string; scans: number }>;

/** Throws on one place, so that a stream can be made to park. */
export const parcelTrack: RowPerStream<Track, ParcelEvent> = {
  kind: 'row-per-stream',
  name: 'parcel-track',
  revision: 1,
  from: parcelSource,
  may: ['owner', 'auditor', 'operator'],
  owner: (row) => row.sender,
  on: {
    ParcelSent: (_, { data }) => ({ sender: data.sender, last: 'sent', scans: 0 }),
    ParcelScanned: (row, { data }) => {
      if (data.place === 'nowhere') throw new Error('no parcel is ever scanned nowhere');
      return row && { ...row, last: data.place, scans: row.scans + 1 };
    },
  },
};
