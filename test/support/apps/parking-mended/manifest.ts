import { defineManifest } from '../../../../lib/core/manifest.ts';
import { parcel } from '../parcel/decider.ts';
import { viewsThat } from '../parking/views.ts';

/** The same views, of the same revisions, after somebody has thought about what nowhere is. */
export const manifest = defineManifest({
  aggregates: [{ ...parcel, publishes: ['ParcelSent'] }],
  projections: viewsThat((place) => (place === 'nowhere' ? 'lost' : place)),
});
