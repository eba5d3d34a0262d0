import { defineManifest } from '../../../../lib/core/manifest.ts';
import { parcel, parcelRoles } from '../parcel/decider.ts';
import { viewsThat } from '../parking/views.ts';

/** The same views, of the same revisions, after somebody has thought about what nowhere is. */
export const manifest = defineManifest({
  roles: parcelRoles,
  aggregates: [{ ...parcel, publishes: ['ParcelSent'] }],
  projections: viewsThat((place) => (place === 'nowhere' ? 'lost' : place)),
});
