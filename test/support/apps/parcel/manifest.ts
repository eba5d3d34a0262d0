import { defineManifest } from '../../../../lib/core/manifest.ts';
import { parcel, parcelRoles } from './decider.ts';
import { parcelPlaces } from './places.ts';
import { parcelTrack } from './track.ts';

declare module '../../../../lib/index.ts' {
  interface Roles {
    teller: true;
    auditor: true;
  }
}

/** A team's own domain: nothing of it lies under lib/. */
export const manifest = defineManifest({
  roles: parcelRoles,
  aggregates: [parcel],
  projections: [parcelTrack, parcelPlaces],
});
