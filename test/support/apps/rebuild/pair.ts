import { defineManifest } from '../../../../lib/core/manifest.ts';
import { gauge } from './gauge.ts';
import { latest, removed } from './views.ts';

/** One view in two revisions: what is measured is not what else is delivered. */
export const manifest = defineManifest({ aggregates: [gauge], projections: [removed, latest(1), latest(2)] });
