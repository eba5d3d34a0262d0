import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../../core/manifest.ts';
import { holdersIn } from '../../../core/personal/holders.ts';
import { recordDecider } from '../../../core/personal/record.ts';
import { isRegister } from '../../../core/personal/register.ts';
import { stateCache } from '../../../engine/command/cache.ts';
import type { Erasing } from '../../../engine/operate/erase.ts';
import type { Held } from '../../../engine/operate/held.ts';
import type { Log } from '../../../engine/ports.ts';
import { defaultSettings } from '../../../engine/settings.ts';
import { answerSubjectExport, answerSubjects } from '../../../http/operate/subjects.ts';
import { dynamo } from '../../dynamo.ts';
import { environment } from '../../environment.ts';
import { deployedOpening } from '../../personal/deployed.ts';
import { keySeconds, keysOf } from '../../personal/given.ts';
import { openingKeys, operatedKeys } from '../../personal/subject-keys.ts';
import { commitStore } from '../../store/commit-store.ts';
import { systemClock, systemHash } from '../../system.ts';
import { httpFunction } from '../http-function.ts';
import { revisionsIn } from '../revisions.ts';

const noDigests = async (): Promise<never> => {
  throw new Error('The functions that erase and export have no secret to make digests with.');
};

/** Without snapshots, a cache and the deployment's secret: the streams are short, and the commands have no key. */
const recordingOn = (client: ReturnType<typeof dynamo>, log: Log): Erasing['recording'] => ({
  store: commitStore(client, environment('COMMITS_TABLE')),
  snapshots: { load: async () => undefined, save: async () => {} },
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

const heldOn = (client: ReturnType<typeof dynamo>, manifest: Manifest): Held => ({
  register: revisionsIn(client, environment('CONTROL_TABLE'))(manifest.projections.filter(isRegister)),
  holders: holdersIn(manifest),
});

/** Answers `POST /subjects/{id}/erase`. */
export const subjectsHandler = (manifest: Manifest) => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'subjects' });
  const keys = keysOf(client);
  const erasing: Erasing = {
    keys: operatedKeys(keys),
    opening: openingKeys(keys),
    recording: recordingOn(client, log),
    held: heldOn(client, manifest),
    keptSeconds: keySeconds(),
  };
  return httpFunction({ manifest, logger: log }, (request) => answerSubjects({ erasing, manifest, log }, request));
};

/** Answers `GET /subjects/{id}/export`, in a function of its own: the one that erases can open nothing. */
export const subjectExportHandler = (manifest: Manifest) => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'subject-export' });
  const recording = recordingOn(client, log);
  const opening = deployedOpening(client);
  if (!opening) throw new Error('The function that exports subjects is given no keys of subjects: deploy it by foldstreamApp().');
  const exporting = { ...heldOn(client, manifest), store: recording.store, opening, recording };
  return httpFunction({ manifest, logger: log }, (request) => answerSubjectExport({ exporting, manifest, log }, request));
};
