import { defineManifest } from '../../../../lib/core/manifest.ts';
import { parcel } from './decider.ts';
import { parcelPlaces } from './places.ts';
import { parcelTrack } from './track.ts';

/** A team's own domain: nothing of it lies under lib/. */
export const manifest = defineManifest({ aggregates: [parcel], projections: [parcelTrack, parcelPlaces] });
