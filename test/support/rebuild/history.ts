import { defineManifest } from '../../../lib/core/manifest.ts';
import { gauge } from './gauge.ts';
import { removed } from './views.ts';

/** Before there was any view of what is measured. */
export const manifest = defineManifest({ aggregates: [gauge], projections: [removed] });
