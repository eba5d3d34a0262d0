import { randomUUID } from 'node:crypto';
import type { Manifest } from '../../../core/manifest.ts';
import { holdersIn } from '../../../core/personal/holders.ts';
import { recordDecider } from '../../../core/personal/record.ts';
import { isRegister } from '../../../core/personal/register.ts';
import { stateCache } from '../../../engine/command/cache.ts';
import type { Erasing } from '../../../engine/operate/erase.ts';
import type { Held } from '../../../engine/operate/held.ts';
import type { SubjectLooking } from '../../../engine/operate/subjects/report.ts';
import type { Log } from '../../../engine/ports.ts';
import { defaultSettings } from '../../../engine/settings.ts';
import { noSnapshots } from '../../../engine/store/load.ts';
import type { dynamo } from '../../client/dynamo.ts';
import { commitForm, environment } from '../../environment.ts';
import { keySeconds, keysOf } from '../../personal/given.ts';
import { openingKeys, operatedKeys } from '../../personal/subject-keys.ts';
import { commitStore } from '../../store/commit-store.ts';
import { systemClock, systemHash } from '../../system.ts';
import { revisionsIn } from '../revisions.ts';

const noDigests = async (): Promise<never> => {
  throw new Error('The functions that erase and export have no secret to make digests with.');
};

/** Without snapshots, a cache and the deployment's secret: the streams are short, and the commands have no key. */
export const recordingOn = (client: ReturnType<typeof dynamo>, log: Log): Erasing['recording'] => ({
  store: commitStore(client, environment('COMMITS_TABLE'), { form: commitForm() }),
  snapshots: noSnapshots,
  keys: {
    hash: systemHash,
    digest: noDigests,
    digests: noDigests,
    randomId: () => randomUUID(),
    random: () => Math.random(),
  },
  clock: systemClock,
  log,
  settings: defaultSettings,
  cache: stateCache(0),
  decider: recordDecider,
  code: 'subject',
});

/** The register of subjects, and what else may hold their values. */
export const heldOn = (client: ReturnType<typeof dynamo>, manifest: Manifest): Held => ({
  register: revisionsIn(client, environment('CONTROL_TABLE'))(manifest.projections.filter(isRegister)),
  holders: holdersIn(manifest),
});

/** What a function tells with what is held of a subject. */
export const lookingOn = (client: ReturnType<typeof dynamo>, manifest: Manifest, log: Log): SubjectLooking => ({
  keys: operatedKeys(keysOf(client)),
  store: commitStore(client, environment('COMMITS_TABLE')),
  hash: systemHash,
  clock: systemClock,
  log,
  held: heldOn(client, manifest),
});

/** What a function erases subjects with. */
export const erasingOf = (client: ReturnType<typeof dynamo>, manifest: Manifest, log: Log): Erasing => {
  const keys = keysOf(client);
  return {
    keys: operatedKeys(keys),
    opening: openingKeys(keys),
    recording: recordingOn(client, log),
    held: heldOn(client, manifest),
    keptSeconds: keySeconds(),
    callSeconds: Number(environment('CALL_SECONDS')),
  };
};
