import { defineManifest } from '../../../../lib/core/manifest.ts';
import { gauge } from './gauge.ts';
import { latest, removed } from './views.ts';

/** A first view, over a history that is there already. */
export const manifest = defineManifest({ aggregates: [gauge], projections: [removed, latest(1)] });
