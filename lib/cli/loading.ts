import { defaultSettings } from '../engine/settings.ts';
import { noSnapshots } from '../engine/store/load.ts';

/** Streams are loaded without snapshots: only the functions know the hash of the code that folded those. */
export const withoutSnapshots = {
  code: '',
  snapshots: noSnapshots,
  settings: defaultSettings,
} as const;
