import * as z from 'zod';
import { allowedAll } from '../../core/access.ts';
import { boxKinds } from '../../engine/operate/letters/kinds.ts';
import { type LetterOperating, lookAtLetters, redriveLetters, reportLetters } from '../../engine/operate/letters/letters.ts';
import { invalid, notFound, notYours } from '../../engine/problems.ts';
import { reasonIn, type StageRule } from '../body.ts';
import { onlyForReal } from '../dry-run.ts';
import { onlyKnown } from '../page.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';

/** The most letters of one look, each of which is received and made visible again. */
export const mostLetters = 100;

const limitOf = (text: string): number => {
  if (!/^\d{1,3}$/.test(text) || Number(text) < 1 || Number(text) > mostLetters)
    throw invalid('limit', `a number from 1 to ${mostLetters}`);
  return Number(text);
};

/** Answers `/ops/dead-letters...`, to operators alone. */
export const answerLetters = async (operating: LetterOperating & StageRule, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, route, path, query, correlation } = request;
  if (!allowedAll(['operator'], actor)) throw notYours();
  onlyForReal(request);
  onlyKnown(query, route === 'GET /ops/dead-letters/{kind}/{name}' ? ['limit'] : []);
  const reason = route.startsWith('POST ') ? reasonIn(request, operating) : {};
  if (path.kind === undefined) return { status: 200, body: await reportLetters(operating) };
  const kind = boxKinds.find((each) => each === path.kind);
  if (!kind) throw invalid('{kind}', `one of ${boxKinds.join(', ')}`);
  const which = { kind, name: path.name ?? '' };
  if (route.startsWith('GET ')) return { status: 200, body: await lookAtLetters(operating, which, limitOf(query.limit ?? '20')) };
  if (!route.endsWith('/redrive')) throw notFound(`route ${route}`);
  const asked = { ...which, by: actor.id, correlation, ...reason };
  return { status: 200, body: await redriveLetters(operating, asked) };
};

/** The fields of an operator's act, as an answer has them. */
export const keptAct = z.object({
  act: z.enum(['redrive', 'resume', 'refold']),
  at: z.iso.datetime(),
  by: z.string(),
  why: z.string().optional(),
  stream: z.string().optional(),
  correlation: z.string(),
});
