import { exactJson } from '../engine/exact-json.ts';
import type { AnswerHeaders } from '../engine/headers.ts';
import type { Keys } from '../engine/ports.ts';
import { notFound, validId } from '../engine/problems.ts';
import type { AnswerCache } from '../engine/query/answer-cache.ts';
import { tagOf } from '../engine/query/by-id.ts';
import { awaitedBy } from '../engine/query/consistency.ts';
import { queryById, queryList } from '../engine/query/kinds.ts';
import type { PageRequest } from '../engine/query/page.ts';
import type { Querying } from '../engine/query/querying.ts';
import { answeringRevision, type Revisions } from '../engine/query/revision.ts';
import { isKnown } from './etag.ts';
import { filterName, pageRequest } from './page.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

type Answer = Readonly<{ body: object; tag: string }>;

/** The state that a query function keeps between requests. */
export type Answering = Readonly<{
  views: ReadonlyMap<string, Revisions>;
  keys: Pick<Keys, 'digest' | 'hash'>;
  answers: AnswerCache<Answer>;
}>;

/** Reads the answer and its ETag: by its commit, or by its content. */
const read = async ({ keys }: Answering, querying: Querying, request: HttpRequest, page: PageRequest): Promise<Answer> => {
  const { path, actor } = request;
  const { body, tag } =
    path.id === undefined
      ? { body: await queryList(querying, actor, page), tag: undefined }
      : await queryById(querying, actor, validId(path.id), page);
  return { body, tag: tag ?? `${tagOf(querying)}-${keys.hash(exactJson(body)).slice(0, 32)}` };
};

/** The cache headers of an answer: a browser must not serve a request for newer data from its cache. */
const freshness = (seconds: number): AnswerHeaders =>
  seconds > 0
    ? { 'cache-control': `private, max-age=${Math.floor(seconds)}`, vary: 'authorization, consistent-with, origin' }
    : {};

/** Answers `GET /views/{view}` and `GET /views/{view}/{id}`. */
export const answerQuery = async (answering: Answering, request: HttpRequest): Promise<HttpResponse> => {
  if (request.route === 'GET /health') return { status: 200, body: { status: 'ok' } };
  const { views, keys, answers } = answering;
  const { path, query, headers, actor } = request;
  // A view for anyone has its own routes, whose path names it.
  const name = path.view ?? request.route.split('/')[2] ?? '';
  const revisions = views.get(name);
  if (!revisions) throw notFound(`view '${name}'`);
  const querying = await answeringRevision(revisions, name, query.cursor);
  const { filters = [], freshSeconds = 0 } = querying.projection;
  const known = [...(path.id === undefined ? ['owner', 'list', 'by'] : []), ...filters.map(filterName)];
  const page = pageRequest(query, known);
  const tokens = headers['consistent-with'];
  const awaited = tokens === undefined ? undefined : await awaitedBy(keys, actor.id, tokens);
  const { kind, roles } = actor;
  const key = JSON.stringify([name, tagOf(querying), kind, roles, actor.id, path.id ?? null, Object.entries(query).sort()]);
  const kept = awaited ? undefined : answers.get(key);
  const answer = kept?.answer ?? (await read(answering, querying, request, { ...page, ...(awaited && { awaited }) }));
  if (!kept && freshSeconds > 0) answers.set(key, answer, { freshSeconds, size: exactJson(answer.body).length });
  const etag = `"${answer.tag}"`;
  const answerHeaders = { etag, ...freshness(awaited ? 0 : (kept?.freshSeconds ?? freshSeconds)) };
  return isKnown(headers['if-none-match'], etag)
    ? { status: 304, headers: answerHeaders }
    : { status: 200, body: answer.body, headers: answerHeaders };
};
