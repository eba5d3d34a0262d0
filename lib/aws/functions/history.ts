import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../core/manifest.ts';
import { answerHistory, historiesOf } from '../../http/history.ts';
import { dynamo } from '../client/dynamo.ts';
import { deployedOpening } from '../personal/deployed.ts';
import { httpFunction } from './http-function.ts';
import { loadingFor } from './loading.ts';

export const historyHandler = (manifest: Manifest) => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'history' });
  const loading = loadingFor(client, log);
  const histories = historiesOf(manifest, loading);
  const opening = deployedOpening(client);
  return httpFunction({ manifest, logger: log }, (request) => answerHistory(histories, request, opening));
};
