import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../core/manifest.ts';
import { ProblemError } from '../core/problem.ts';
import { invalid, notFound, validId } from '../engine/problems.ts';
import { type PageRequest, type Querying, queryById, queryList } from '../engine/query.ts';
import { dynamo } from './dynamo.ts';
import { environment } from './environment.ts';
import { type HttpRequest, type HttpResponse, httpFunction } from './http.ts';
import { viewTable } from './view-table.ts';

const mostItems = 100;

/** `limit`, `cursor`, `order` and `owner` of a list; what is not known is refused rather than ignored. */
export const pageRequest = (query: HttpRequest['query'], known: readonly string[] = ['owner']): PageRequest => {
  const { limit = '20', cursor, order = 'oldest-first', owner } = query;
  const stranger = Object.keys(query).find((name) => !['limit', 'cursor', 'order', ...known].includes(name));
  if (stranger !== undefined) throw invalid(stranger, 'is no parameter of this list');
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > mostItems)
    throw invalid('limit', `a number from 1 to ${mostItems}`);
  if (order !== 'oldest-first' && order !== 'newest-first') throw invalid('order', 'oldest-first or newest-first');
  return {
    limit: Number(limit),
    direction: order,
    ...(cursor !== undefined && { cursor }),
    ...(owner !== undefined && { owner }),
  };
};

/** Answers `GET /views/{view}` and `GET /views/{view}/{id}`. */
export const answerQuery = async (views: ReadonlyMap<string, Querying>, request: HttpRequest): Promise<HttpResponse> => {
  if (request.route === 'GET /health') return { status: 200, body: { status: 'ok' } };
  const name = request.path.view ?? '';
  const querying = views.get(name);
  if (!querying) throw notFound(`view '${name}'`);
  if (request.path.id === undefined)
    return { status: 200, body: await queryList(querying, request.actor, pageRequest(request.query)) };
  const { body, tag } = await queryById(querying, request.actor, validId(request.path.id), pageRequest(request.query, []));
  return { status: 200, body, ...(tag !== undefined && { headers: { etag: `"${tag}"` } }) };
};

export const queryHandler = (manifest: Manifest) => {
  const client = dynamo();
  const tables = JSON.parse(environment('VIEW_TABLES')) as Record<string, { table: string; revision: number }>;
  const views = new Map(
    manifest.projections.flatMap((projection) => {
      const deployed = tables[projection.name];
      const reader = deployed?.revision === projection.revision && viewTable(client, deployed.table);
      return reader ? [[projection.name, { projection, reader }] as const] : [];
    }),
  );
  if (views.size === 0) throw new ProblemError({ kind: 'internal', status: 500, detail: 'No view is deployed.' });
  return httpFunction(new Logger({ serviceName: 'query' }), (request) => answerQuery(views, request));
};
