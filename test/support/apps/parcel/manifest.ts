import { defineManifest } from '../../../../lib/core/manifest.ts';
import { parcel } from './decider.ts';
import { parcelPlaces } from './places.ts';
import { parcelTrack } from './track.ts';

declare module '../../../../lib/core/access/roles.ts' {
  interface Roles {
    teller: true;
    auditor: true;
  }
}

/** A team's own domain: nothing of it lies under lib/. */
export const manifest = defineManifest({
  roles: ['teller', 'auditor'],
  aggregates: [parcel],
  projections: [parcelTrack, parcelPlaces],
});
