import { Logger } from '@aws-lambda-powertools/logger';
import { namedBy } from '../../core/decider.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { Owning } from '../../engine/command/owning.ts';
import type { Commanding } from '../../engine/command/request.ts';
import { answerCommands } from '../../http/batch.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { foldHash } from '../fold-hashes.ts';
import { httpFunction } from './http-function.ts';
import { commandPorts, onlyRead } from './loading.ts';

export const commandHandler = (manifest: Manifest) => {
  const category = environment('CATEGORY');
  const decider = manifest.aggregates.find((aggregate) => aggregate.category === category);
  if (!decider) throw new Error(`The manifest has no aggregate ${category}.`);
  const logger = new Logger({ serviceName: `command-${category}` });
  const commanding: Commanding = {
    ...commandPorts(dynamo(), logger),
    decider,
    code: foldHash(category),
  };
  // Streams of other aggregates are only read.
  const reading = { ...commanding, snapshots: onlyRead(commanding.snapshots) };
  const owners = manifest.aggregates.filter((other) => namedBy(decider).includes(other.category));
  const owning: Owning = new Map(
    owners.map((owner) => [owner.category, { ...reading, decider: owner, code: foldHash(owner.category) }]),
  );
  return httpFunction({ manifest, logger }, (request, host) => answerCommands(commanding, request, owning, host));
};
