import { defineManifest } from '../../../../lib/core/manifest.ts';
import { gauge } from './gauge.ts';
import { entries, latest, removed } from './views.ts';

/** Two revisions of each view, side by side. */
export const manifest = defineManifest({
  aggregates: [gauge],
  projections: [removed, latest(1), latest(2), entries(1), entries(2)],
});
