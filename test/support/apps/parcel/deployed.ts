import { defineManifest } from '../../../../lib/core/manifest.ts';
import { move, purse } from '../../examples/purses.ts';
import { manifest as parcels } from './manifest.ts';

/** What is deployed in the tests over HTTP: parcels, and purses between which one command moves money. */
export const manifest = defineManifest({ ...parcels, aggregates: [...parcels.aggregates, purse, move] });
