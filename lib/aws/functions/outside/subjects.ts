import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../../core/manifest.ts';
import { recordDecider } from '../../../core/personal/record.ts';
import { stateCache } from '../../../engine/command/cache.ts';
import type { Erasing } from '../../../engine/operate/erase.ts';
import type { Log } from '../../../engine/ports.ts';
import { defaultSettings } from '../../../engine/settings.ts';
import { answerSubjects } from '../../../http/operate/subjects.ts';
import { dynamo } from '../../dynamo.ts';
import { environment } from '../../environment.ts';
import { keySeconds, keysOf } from '../../personal/given.ts';
import { openingKeys, operatedKeys } from '../../personal/subject-keys.ts';
import { commitStore } from '../../store/commit-store.ts';
import { systemClock, systemHash } from '../../system.ts';
import { httpFunction } from '../http-function.ts';

const noDigests = async (): Promise<never> => {
  throw new Error('The function that erases has no secret to make digests with.');
};

/** Without snapshots, a cache and the deployment's secret: a stream of erasures has one commit, and its command no key. */
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

/** Answers `/subjects/...`. */
export const subjectsHandler = (manifest: Manifest) => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'subjects' });
  const keys = keysOf(client);
  const erasing: Erasing = {
    keys: operatedKeys(keys),
    opening: openingKeys(keys),
    recording: recordingOn(client, log),
    keptSeconds: keySeconds(),
  };
  return httpFunction({ manifest, logger: log }, (request) => answerSubjects({ erasing, manifest, log }, request));
};
