import * as z from 'zod';
import { type EventOf, type Source, v1 } from '../../../../lib/core/version.ts';

export const parcelEvents = {
  ParcelSent: v1(z.object({ sender: z.string(), code: z.string() })),
  ParcelScanned: v1(z.object({ place: z.string() })),
  ParcelDelivered: v1(z.object({})),
};

export type ParcelEvent = EventOf<typeof parcelEvents>;

export const parcelSource: Source<ParcelEvent> = { category: 'parcel', events: parcelEvents };
