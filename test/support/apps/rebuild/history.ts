import { defineManifest } from '../../../../lib/core/manifest.ts';
import { gauge } from './gauge.ts';
import { removed } from './views.ts';

/** Before there was any view of what is measured, or when there is none any more. */
export const manifest = defineManifest({
  aggregates: [gauge],
  projections: [removed],
  retired: { 'gauge-latest': 'Nobody looks at it.', 'gauge-log': 'Nobody looks at it.' },
});
