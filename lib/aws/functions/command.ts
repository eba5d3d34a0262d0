import { Logger } from '@aws-lambda-powertools/logger';
import { type AnyDecider, namedBy } from '../../core/decider.ts';
import type { Manifest } from '../../core/manifest.ts';
import { stateCache } from '../../engine/command/cache.ts';
import type { Owning } from '../../engine/command/owning.ts';
import type { Commanding } from '../../engine/command/request.ts';
import { defaultSettings } from '../../engine/settings.ts';
import { answerCommand } from '../../http/command.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { commitStore } from '../store/commit-store.ts';
import { snapshotStore } from '../store/snapshot-store.ts';
import { systemClock, systemKeys } from '../system.ts';
import { httpFunction } from './http-function.ts';
import { foldCodes, onlyRead } from './loading.ts';

/** The ports for reading another aggregate's streams. */
const readingOf = (commanding: Commanding, decider: AnyDecider): Commanding => ({
  ...commanding,
  decider,
  snapshots: onlyRead(commanding.snapshots),
  code: foldCodes()(decider.category),
});

export const commandHandler = (manifest: Manifest) => {
  const category = environment('CATEGORY');
  const decider = manifest.aggregates.find((aggregate) => aggregate.category === category);
  if (!decider) throw new Error(`The manifest has no aggregate ${category}.`);
  const client = dynamo();
  const logger = new Logger({ serviceName: `command-${category}` });
  const commanding: Commanding = {
    decider,
    code: environment('FOLD_CODE'),
    store: commitStore(client, environment('COMMITS_TABLE')),
    snapshots: snapshotStore(client, environment('SNAPSHOTS_TABLE')),
    keys: systemKeys(client, environment('CONTROL_TABLE')),
    clock: systemClock,
    log: logger,
    settings: defaultSettings,
    cache: stateCache(defaultSettings.cacheBytes),
  };
  const owning: Owning = new Map(
    manifest.aggregates
      .filter((other) => namedBy(decider).includes(other.category))
      .map((other) => [other.category, readingOf(commanding, other)]),
  );
  return httpFunction(logger, (request) => answerCommand(commanding, request, owning));
};
