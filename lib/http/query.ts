import { type Actor, allowedAll } from '../core/access.ts';
import { hasSealedLike, masked } from '../core/personal/sealed.ts';
import { exactJson } from '../engine/exact-json.ts';
import type { AnswerHeaders } from '../engine/headers.ts';
import type { Finding } from '../engine/personal/find.ts';
import type { Opening } from '../engine/personal/ports.ts';
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
import { openedBody } from './opened.ts';
import { filterName, inBody, pageRequest, parametersIn } from './page.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

type Answer = Readonly<{ body: object; tag: string }>;

/** The state that a query function keeps between requests. */
export type Answering = Readonly<{
  views: ReadonlyMap<string, Revisions>;
  keys: Pick<Keys, 'digest' | 'hash'>;
  answers: AnswerCache<Answer>;
  /** What personal values are opened with, if the manifest has any. */
  opening?: Opening;
  /** What rows are looked up with by a personal value. */
  finding?: Finding;
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

/** True if only roles that see personal values masked let a caller in. An owner with such a role sees their own rows masked, too. */
const isMasked = ({ projection: { may, maskedFor = [] } }: Querying, actor: Actor): boolean => {
  const roles = actor.roles.filter((role) => !maskedFor.includes(role));
  return roles.length < actor.roles.length && !allowedAll(may, { ...actor, roles });
};

/** An answer as its reader may see it. What is cached stays sealed; the tag of an opened answer changes when a subject of it is erased. */
const shownTo = async (
  { opening, keys }: Answering,
  querying: Querying,
  { actor }: HttpRequest,
  answer: Answer,
): Promise<Answer> => {
  if (!opening || !hasSealedLike(answer.body)) return answer;
  const body = isMasked(querying, actor) ? masked(answer.body) : await openedBody(opening, answer.body);
  return { body: body as object, tag: `${answer.tag}-${keys.hash(exactJson(body)).slice(0, 32)}` };
};

/** The cache headers of an answer: a browser must not serve a request for newer data from its cache. */
const freshness = (seconds: number): AnswerHeaders =>
  seconds > 0
    ? { 'cache-control': `private, max-age=${Math.floor(seconds)}`, vary: 'authorization, consistent-with, origin' }
    : {};

/** Answers `GET /views/{view}`, `GET /views/{view}/{id}`, and `POST /views/<view>` for a list by a personal value. */
export const answerQuery = async (answering: Answering, request: HttpRequest): Promise<HttpResponse> => {
  if (request.route === 'GET /health') return { status: 200, body: { status: 'ok' } };
  const { views, keys, answers } = answering;
  const { path, headers, actor } = request;
  // A view for anyone has its own routes, whose path names it.
  const name = path.view ?? request.route.split('/')[2] ?? '';
  const revisions = views.get(name);
  if (!revisions) throw notFound(`view '${name}'`);
  const { finding } = answering;
  const query = parametersIn(request);
  const querying = { ...(await answeringRevision(revisions, name, query.cursor)), ...(finding && { finding }) };
  const { filters = [], freshSeconds = 0 } = querying.projection;
  const known = [...(path.id === undefined ? ['owner', 'list', 'by'] : []), ...filters.map(filterName)];
  const page = pageRequest(query, known);
  const tokens = headers['consistent-with'];
  const awaited = tokens === undefined ? undefined : await awaitedBy(keys, actor.id, tokens);
  const { kind, roles } = actor;
  const key = JSON.stringify([name, tagOf(querying), kind, roles, actor.id, path.id ?? null, Object.entries(query).sort()]);
  const isBody = inBody(request);
  const kept = awaited || isBody ? undefined : answers.get(key);
  const answer =
    kept?.answer ??
    (await read(answering, querying, request, { ...page, ...(awaited && { awaited }), ...(isBody && { inBody: true }) }));
  if (!kept && !isBody && freshSeconds > 0) answers.set(key, answer, { freshSeconds, size: exactJson(answer.body).length });
  const shown = await shownTo(answering, querying, request, answer);
  // Neither a function nor a browser keeps an answer under a personal value.
  if (isBody) return { status: 200, body: shown.body };
  const etag = `"${shown.tag}"`;
  // Nobody is to show personal values from a cache after they are erased.
  const fresh = awaited || shown !== answer ? 0 : (kept?.freshSeconds ?? freshSeconds);
  const answerHeaders = { etag, ...freshness(fresh) };
  return isKnown(headers['if-none-match'], etag)
    ? { status: 304, headers: answerHeaders }
    : { status: 200, body: shown.body, headers: answerHeaders };
};
