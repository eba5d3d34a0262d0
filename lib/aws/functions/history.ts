import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../core/manifest.ts';
import { decidersOf } from '../../core/process/decider.ts';
import { defaultSettings } from '../../engine/settings.ts';
import type { Loading } from '../../engine/store/load.ts';
import { answerHistory } from '../../http/history.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { commitStore } from '../store/commit-store.ts';
import { snapshotStore } from '../store/snapshot-store.ts';
import { systemClock, systemHash } from '../system.ts';
import { httpFunction } from './http-function.ts';

export const historyHandler = (manifest: Manifest) => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'history' });
  const codes = JSON.parse(environment('FOLD_CODES')) as Record<string, string>;
  const shared = {
    store: commitStore(client, environment('COMMITS_TABLE')),
    // Readers never save snapshots: only the function that appends may.
    snapshots: { ...snapshotStore(client, environment('SNAPSHOTS_TABLE')), save: async () => {} },
    keys: { hash: systemHash },
    clock: systemClock,
    log,
    settings: defaultSettings,
  };
  const aggregates = new Map(
    decidersOf(manifest).map((decider): [string, Loading] => [
      decider.category,
      { ...shared, decider, code: codes[decider.category] ?? '' },
    ]),
  );
  return httpFunction(log, (request) => answerHistory(aggregates, request));
};
