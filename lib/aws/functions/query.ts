import { Logger } from '@aws-lambda-powertools/logger';
import { isPublic } from '../../core/access.ts';
import type { Manifest } from '../../core/manifest.ts';
import { ProblemError } from '../../core/problem.ts';
import { exactJson } from '../../engine/exact-json.ts';
import type { Keys } from '../../engine/ports.ts';
import { invalid, notFound, validId } from '../../engine/problems.ts';
import { type AnswerCache, answerCache } from '../../engine/query/answer-cache.ts';
import { type Querying, queryById, tagOf } from '../../engine/query/by-id.ts';
import { awaitedBy } from '../../engine/query/consistency.ts';
import { queryList } from '../../engine/query/list.ts';
import type { PageRequest } from '../../engine/query/page.ts';
import { answeringRevision, keptFor, type Revisions } from '../../engine/query/revision.ts';
import { progressOf } from '../../engine/rebuild/report.ts';
import type { HttpRequest, HttpResponse } from '../../http/request.ts';
import { tableOf } from '../deployed-views.ts';
import { revisionTables } from '../deployment/deployments.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { rebuildRecords } from '../rebuild/records.ts';
import { systemClock, systemKeys } from '../system.ts';
import { activeRevisions } from '../view/revisions.ts';
import { viewTable } from '../view/table.ts';
import { httpFunction } from './http-function.ts';

const mostItems = 100;

const filterName = (field: string) => `filter.${field}`;

/** `limit`, `cursor`, `order` and what else is known of a list; anything unknown is refused rather than ignored. */
export const pageRequest = (query: HttpRequest['query'], known: readonly string[] = ['owner']): PageRequest => {
  const { limit = '20', cursor, order = 'oldest-first', owner, list, by } = query;
  const all = ['limit', 'cursor', 'order', ...known];
  const stranger = Object.keys(query).find((name) => !all.includes(name));
  if (stranger !== undefined) throw invalid(stranger, `is no parameter of this; there is ${all.join(', ')}`);
  if (owner === '') throw invalid('owner', 'an id');
  const equals = Object.entries(query).flatMap(([name, value = '']) =>
    name.startsWith(filterName('')) ? [[name.slice(filterName('').length), value]] : [],
  );
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > mostItems)
    throw invalid('limit', `a number from 1 to ${mostItems}`);
  if (order !== 'oldest-first' && order !== 'newest-first') throw invalid('order', 'oldest-first or newest-first');
  return {
    limit: Number(limit),
    direction: order,
    ...(cursor !== undefined && { cursor }),
    ...(owner !== undefined && { owner }),
    ...(list !== undefined && { list }),
    ...(by !== undefined && { by }),
    ...(equals.length > 0 && { equals: Object.fromEntries(equals) as Record<string, string> }),
  };
};

type Answer = Readonly<{ body: object; tag: string }>;

/** What a query function keeps from one request to the next. */
export type Answering = Readonly<{
  views: ReadonlyMap<string, Revisions>;
  keys: Pick<Keys, 'digest' | 'hash'>;
  answers: AnswerCache<Answer>;
}>;

/** Reads what is asked for, and tags it: by its commit, or by what it says. */
const read = async ({ keys }: Answering, querying: Querying, request: HttpRequest, page: PageRequest): Promise<Answer> => {
  const { path, actor } = request;
  const { body, tag } =
    path.id === undefined
      ? { body: await queryList(querying, actor, page), tag: undefined }
      : await queryById(querying, actor, validId(path.id), page);
  return { body, tag: tag ?? `${tagOf(querying)}-${keys.hash(exactJson(body)).slice(0, 32)}` };
};

/** Whether a caller has what it would get: weakly compared, as RFC 9110 has it. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined && (header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag));

/** How long an answer may be used again, and by whom: an answer in a browser's cache must not serve a request for a newer one. */
const freshness = (seconds: number): Readonly<Record<string, string>> =>
  seconds > 0 ? { 'cache-control': `private, max-age=${Math.floor(seconds)}`, vary: 'authorization, consistent-with' } : {};

/** Answers `GET /views/{view}` and `GET /views/{view}/{id}`. */
export const answerQuery = async (answering: Answering, request: HttpRequest): Promise<HttpResponse> => {
  if (request.route === 'GET /health') return { status: 200, body: { status: 'ok' } };
  const { views, keys, answers } = answering;
  const { path, query, headers, actor } = request;
  // A view for anyone has routes of its own, which name it.
  const name = path.view ?? request.route.split('/')[2] ?? '';
  const revisions = views.get(name);
  if (!revisions) throw notFound(`view '${name}'`);
  const querying = await answeringRevision(revisions, name, query.cursor);
  const { filters = [], freshSeconds = 0 } = querying.projection;
  const known = [...(path.id === undefined ? ['owner', 'list', 'by'] : []), ...filters.map(filterName)];
  const page = pageRequest(query, known);
  const tokens = headers['consistent-with'];
  const awaited = tokens === undefined ? undefined : await awaitedBy(keys, actor.id, tokens);
  const key = JSON.stringify([name, tagOf(querying), actor.role, actor.id, path.id ?? null, Object.entries(query).sort()]);
  const kept = awaited ? undefined : answers.get(key);
  const answer = kept?.answer ?? (await read(answering, querying, request, { ...page, ...(awaited && { awaited }) }));
  if (!kept && freshSeconds > 0) answers.set(key, answer, { freshSeconds, size: exactJson(answer.body).length });
  const etag = `"${answer.tag}"`;
  const answerHeaders = { etag, ...freshness(awaited ? 0 : (kept?.freshSeconds ?? freshSeconds)) };
  return isKnown(headers['if-none-match'], etag)
    ? { status: 304, headers: answerHeaders }
    : { status: 200, body: answer.body, headers: answerHeaders };
};

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
