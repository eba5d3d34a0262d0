import { Logger } from '@aws-lambda-powertools/logger';
import { isPublic } from '../../core/access.ts';
import type { Manifest } from '../../core/manifest.ts';
import { ProblemError } from '../../core/problem.ts';
import { keptFor } from '../../engine/kept-for.ts';
import { answerCache } from '../../engine/query/answer-cache.ts';
import type { Revisions } from '../../engine/query/revision.ts';
import { progressOf } from '../../engine/rebuild/operator/report.ts';
import { type Answering, answerQuery } from '../../http/query.ts';
import { tableOf } from '../deployed-views.ts';
import { revisionTables } from '../deployment/deployments.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { rebuildRecords } from '../rebuild/records.ts';
import { systemClock, systemKeys } from '../system.ts';
import { activeRevisions } from '../view/revisions.ts';
import { viewTable } from '../view/table.ts';
import { httpFunction } from './http-function.ts';

export const queryHandler = (manifest: Manifest) => {
  const client = dynamo();
  const control = environment('CONTROL_TABLE');
  const active = keptFor(systemClock, activeRevisions(client, control).load);
  const built = keptFor(systemClock, progressOf(rebuildRecords(client, control)));
  const tables = revisionTables(client, control, systemClock);
  const open = Map.groupBy(
    manifest.projections.filter(({ may }) => isPublic(may)),
    ({ name }) => name,
  );
  const views = new Map(
    [...open].map(([name, revisions]): [string, Revisions] => {
      const deployed = revisions.map((projection) => ({
        projection,
        reader: viewTable(client, tableOf(projection)),
        clock: systemClock,
      }));
      return [name, { deployed, active, built, tableOf: tables }];
    }),
  );
  if (views.size === 0) throw new ProblemError({ kind: 'internal', status: 500, detail: 'No view is deployed.' });
  const keys = systemKeys(client, control);
  const answering: Answering = { views, keys, answers: answerCache(systemClock) };
  return httpFunction(new Logger({ serviceName: 'query' }), (request) => answerQuery(answering, request));
};
