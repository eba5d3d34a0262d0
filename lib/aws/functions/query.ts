import { createHash } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { isPublic } from '../../core/access.ts';
import type { Manifest } from '../../core/manifest.ts';
import { ProblemError } from '../../core/problem.ts';
import { inGroup } from '../../core/view/groups.ts';
import { answerCache } from '../../engine/query/answer-cache.ts';
import { describing } from '../../http/openapi/describe.ts';
import { type Answering, answerQuery } from '../../http/query.ts';
import { dynamo } from '../client/dynamo.ts';
import { environment, isProtected } from '../environment.ts';
import { deployedFinding, deployedOpening } from '../personal/deployed.ts';
import { systemClock, systemKeys } from '../system.ts';
import { httpFunction } from './http-function.ts';
import { revisionsIn } from './revisions.ts';

export const queryHandler = (manifest: Manifest) => {
  const client = dynamo();
  const control = environment('CONTROL_TABLE');
  const revisionsOf = revisionsIn(client, control);
  const open = Map.groupBy(manifest.projections.filter(({ may }) => isPublic(may)).map(inGroup(manifest)), ({ name }) => name);
  const views = new Map([...open].map(([name, projections]) => [name, revisionsOf(projections)] as const));
  if (views.size === 0) throw new ProblemError({ kind: 'internal', detail: 'No view is deployed.' });
  const keys = systemKeys(client, control);
  const [opening, finding] = [deployedOpening(client), deployedFinding(client)];
  const answering: Answering = {
    views,
    keys,
    answers: answerCache(systemClock),
    ...(opening && { opening }),
    ...(finding && { finding }),
  };
  return httpFunction({ manifest, logger: new Logger({ serviceName: 'query' }) }, (request) => answerQuery(answering, request));
};

/** Answers with the API's description, which follows from the manifest alone. */
export const describeHandler = (manifest: Manifest) => {
  const described = {
    title: environment('API_TITLE'),
    version: environment('API_VERSION'),
    hasConsole: !process.env.WITHOUT_CONSOLE,
    isProtected: isProtected(),
  };
  const answer = describing(manifest, described, (text) => createHash('sha256').update(text).digest('base64'));
  return httpFunction({ manifest, logger: new Logger({ serviceName: 'describe' }) }, async (request) => answer(request));
};
