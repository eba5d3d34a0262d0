import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../core/manifest.ts';
import { answerCommands } from '../../http/command/batch.ts';
import { dynamo } from '../client/dynamo.ts';
import { environment } from '../environment.ts';
import { httpFunction } from './http-function.ts';
import { commandingFor, commandPorts } from './loading.ts';

export const commandHandler = (manifest: Manifest) => {
  const category = environment('CATEGORY');
  const decider = manifest.aggregates.find((aggregate) => aggregate.category === category);
  if (!decider) throw new Error(`The manifest has no aggregate ${category}.`);
  const logger = new Logger({ serviceName: `command-${category}` });
  const commanding = commandingFor(manifest, commandPorts(dynamo(), logger), decider);
  return httpFunction({ manifest, logger }, (request, host) => answerCommands(commanding, request, host));
};
