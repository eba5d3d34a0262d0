import { allowedAll } from '../../core/access.ts';
import type { Manifest } from '../../core/manifest.ts';
import { erasersOf } from '../../core/personal/register.ts';
import { parseStream } from '../../core/stream.ts';
import { type Erasing, eraseSubject } from '../../engine/operate/erase.ts';
import { type Exporting, exportSubject } from '../../engine/operate/export-subject.ts';
import { reportSubject, type SubjectLooking } from '../../engine/operate/subjects/report.ts';
import type { Log } from '../../engine/ports.ts';
import { invalid, notFound, notYours } from '../../engine/problems.ts';
import { jsonBody, longestReason, reasoned, shaped } from '../body.ts';
import { onlyForReal } from '../dry-run.ts';
import { whichOpens } from '../opened.ts';
import { onlyKnown, pageRequest } from '../page.ts';
import { type HttpRequest, type HttpResponse, trailIn } from '../request.ts';

type Given = Readonly<{ manifest: Pick<Manifest, 'mayErase'>; log: Log }>;
export type SubjectOperating = Given & Readonly<{ erasing: Erasing; looking: SubjectLooking }>;
export type SubjectExporting = Given & Readonly<{ exporting: Exporting }>;

/** The most characters of a subject. */
const longestSubject = 256;

/** The subject that somebody who may asks about. */
const subjectIn = ({ manifest }: Given, request: HttpRequest): string => {
  if (!allowedAll(erasersOf(manifest), request.actor)) throw notYours();
  onlyForReal(request);
  const { id: subject = '' } = request.path;
  if (subject === '' || subject.length > longestSubject) throw invalid('{id}', `a subject has 1 to ${longestSubject} characters`);
  return subject;
};

/** Answers `POST /subjects/{id}/erase` and `GET /subjects/{id}`, to whoever the manifest lets erase. */
export const answerSubjects = async (operating: SubjectOperating, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, route, query, body, requestId } = request;
  const subject = subjectIn(operating, request);
  onlyKnown(query);
  if (route === 'GET /subjects/{id}') return { status: 200, body: await reportSubject(operating.looking, subject) };
  if (!route.endsWith('/erase')) throw notFound(`route ${route}`);
  const { why } = shaped(reasoned, jsonBody(body));
  const certificate = await eraseSubject(operating.erasing, { subject, why, actor, requestId, ...trailIn(request) });
  const { record, lastKeyGone } = certificate;
  operating.log.info('A subject was erased.', { record, lastKeyGone, by: actor.id });
  return { status: 200, body: certificate };
};

/** Answers `GET /subjects/{id}/export`, to whoever the manifest lets erase. */
export const answerSubjectExport = async (operating: SubjectExporting, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, query, requestId } = request;
  const subject = subjectIn(operating, request);
  const { why: given, order, stream, ...paging } = query;
  if (order !== undefined) throw invalid('order', 'is not a parameter of this route: values come in the order of their streams');
  const reason = reasoned.safeParse({ why: given });
  if (!reason.success)
    throw invalid('why', `the reason, of 1 to ${longestReason} characters; it is kept, and must not name the person`);
  if (stream !== undefined && !parseStream(stream)) throw invalid('stream', 'the whole name of a stream, such as customer-7f3a');
  const { limit, cursor } = pageRequest(paging, []);
  const asked = {
    subject,
    ...reason.data,
    actor,
    requestId,
    limit,
    ...(cursor !== undefined && { cursor }),
    ...(stream !== undefined && { stream }),
    ...trailIn(request),
  };
  const answer = await whichOpens(() => exportSubject(operating.exporting, asked));
  operating.log.info('The data of a subject were exported.', {
    record: answer.record,
    values: answer.values.length,
    by: actor.id,
  });
  return { status: 200, body: answer };
};
