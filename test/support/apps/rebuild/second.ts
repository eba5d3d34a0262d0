import { defineManifest } from '../../../../lib/core/manifest.ts';
import { gauge } from './gauge.ts';
import { entries, latest, removed } from './views.ts';

/** Somebody cleans up too early. */
export const manifest = defineManifest({ aggregates: [gauge], projections: [removed, latest(2), entries(1), entries(2)] });
