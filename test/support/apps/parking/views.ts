import type { RowPerStream, RowsPerStream } from '../../../../lib/core/projection.ts';
import { type ParcelEvent, parcelSource } from '../parcel/events.ts';

type Track = Readonly<{ sender: string; last: string; scans: number }>;
type Scan = Readonly<{ place: string }>;

/** Two views that read a place in one way: the way that a team mends. */
export const viewsThat = (read: (place: string) => string) => {
  const track: RowPerStream<Track, ParcelEvent> = {
    kind: 'row-per-stream',
    name: 'parking-track',
    revision: 1,
    from: parcelSource,
    may: ['owner', 'operator'],
    owner: (row) => row.sender,
    on: {
      ParcelSent: (_, { data }) => ({ sender: data.sender, last: 'sent', scans: 0 }),
      ParcelScanned: (row, { data }) => row && { ...row, last: read(data.place), scans: row.scans + 1 },
    },
  };
  const scans: RowsPerStream<number, Scan, ParcelEvent> = {
    kind: 'rows-per-stream',
    name: 'parking-scans',
    revision: 1,
    from: parcelSource,
    may: ['operator'],
    initial: 0,
    on: {
      ParcelScanned: (count, { data }) => ({ memory: count + 1, rows: { [`scan-${count + 1}`]: { place: read(data.place) } } }),
    },
  };
  return [track, scans] as const;
};
