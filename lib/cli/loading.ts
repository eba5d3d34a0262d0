import { defaultSettings } from '../engine/settings.ts';

/** Streams are loaded without snapshots: only the functions know the hash of the code that folded those. */
export const withoutSnapshots = {
  code: '',
  snapshots: { load: async () => undefined, save: async () => {} },
  settings: defaultSettings,
} as const;
