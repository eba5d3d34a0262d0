import { allowedAll } from '../../core/access.ts';
import type { Manifest } from '../../core/manifest.ts';
import { erasersOf } from '../../core/personal/register.ts';
import { type Erasing, eraseSubject } from '../../engine/operate/erase.ts';
import type { Log } from '../../engine/ports.ts';
import { invalid, notFound, notYours } from '../../engine/problems.ts';
import { jsonBody, shaped } from '../body.ts';
import { onlyForReal } from '../dry-run.ts';
import { onlyKnown } from '../page.ts';
import { type HttpRequest, type HttpResponse, trailIn } from '../request.ts';
import { reasoned } from './processes.ts';

export type SubjectOperating = Readonly<{ erasing: Erasing; manifest: Pick<Manifest, 'mayErase'>; log: Log }>;

/** The most characters of a subject. */
const longestSubject = 256;

/** Answers `POST /subjects/{id}/erase`, to whoever the manifest lets erase. */
export const answerSubjects = async (
  { erasing, manifest, log }: SubjectOperating,
  request: HttpRequest,
): Promise<HttpResponse> => {
  const { actor, route, path, query, body, requestId } = request;
  if (!allowedAll(erasersOf(manifest), actor)) throw notYours();
  onlyForReal(request);
  onlyKnown(query);
  if (!route.endsWith('/erase')) throw notFound(`route ${route}`);
  const { id: subject = '' } = path;
  if (subject === '' || subject.length > longestSubject) throw invalid('{id}', `a subject has 1 to ${longestSubject} characters`);
  const { why } = shaped(reasoned, jsonBody(body));
  const certificate = await eraseSubject(erasing, { subject, why, actor, requestId, ...trailIn(request) });
  const { record, lastKeyGone } = certificate;
  log.info('A subject was erased.', { record, lastKeyGone, by: actor.id });
  return { status: 200, body: certificate };
};
