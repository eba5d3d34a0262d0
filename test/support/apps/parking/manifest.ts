import { defineManifest } from '../../../../lib/core/manifest.ts';
import { parcel, parcelRoles } from '../parcel/decider.ts';
import { viewsThat } from './views.ts';

/** Parks whatever is scanned nowhere. */
export const manifest = defineManifest({
  roles: parcelRoles,
  aggregates: [{ ...parcel, publishes: ['ParcelSent'] }],
  projections: viewsThat((place) => {
    if (place === 'nowhere') throw new Error('no parcel is ever scanned nowhere');
    return place;
  }),
});
