import { exactJson } from '../engine/exact-json.ts';
import type { Keys } from '../engine/ports.ts';
import { notFound, validId } from '../engine/problems.ts';
import type { AnswerCache } from '../engine/query/answer-cache.ts';
import { queryById, tagOf } from '../engine/query/by-id.ts';
import { awaitedBy } from '../engine/query/consistency.ts';
import { queryList } from '../engine/query/list.ts';
import type { PageRequest } from '../engine/query/page.ts';
import type { Querying } from '../engine/query/querying.ts';
import { answeringRevision, type Revisions } from '../engine/query/revision.ts';
import { filterName, pageRequest } from './page.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

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
