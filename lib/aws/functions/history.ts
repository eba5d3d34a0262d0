import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../core/manifest.ts';
import { decidersOf } from '../../core/process/decider.ts';
import type { Loading } from '../../engine/store/load.ts';
import { answerHistory } from '../../http/history.ts';
import { dynamo } from '../dynamo.ts';
import { httpFunction } from './http-function.ts';
import { loadingFor } from './loading.ts';

export const historyHandler = (manifest: Manifest) => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'history' });
  const loading = loadingFor(client, log);
  const aggregates = new Map(decidersOf(manifest).map((decider): [string, Loading] => [decider.category, loading(decider)]));
  return httpFunction({ manifest, logger: log }, (request) => answerHistory(aggregates, request));
};
