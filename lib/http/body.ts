import * as z from 'zod';
import { pointerTo } from '../core/difference.ts';
import { type KnownProblem, ProblemError } from '../core/problem.ts';
import { jsonIn } from '../engine/json.ts';
import { invalid } from '../engine/problems.ts';
import { levels, NotStorable, storable } from '../engine/store/storable.ts';

const bodyBytes = 256 * 1024;

/** A decision wraps the given data in its own: this many levels are reserved for that. */
const leftForWrapping = 5;

type Unfit = 'invalid-request' | 'invalid-command';

export const refusedBody = (kind: Unfit, detail: string, errors: KnownProblem<Unfit>['extra']['errors']) => {
  const problem: KnownProblem<Unfit> = { kind, detail, extra: { errors } };
  return new ProblemError(problem);
};

/** Data as it may be stored: refuses what no table accepts or no caller would get back, with its path: invalid Unicode, empty names, unbounded numbers, deep nesting. */
const checked = (body: unknown): unknown => {
  try {
    storable(body, 'The body', levels - leftForWrapping);
    return body;
  } catch (error) {
    if (!(error instanceof NotStorable)) throw error;
    const errors = [{ path: error.pointer, reason: error.fault }];
    throw refusedBody('invalid-request', `${error.message} See errors for its path.`, errors);
  }
};

/** Refuses a body that is too large. */
export const tooLarge = (most: number) =>
  new ProblemError({ kind: 'body-too-large', detail: `The body has over ${most} bytes, which is the limit.` });

/** A request's body as it is; an empty one is an empty object. */
export const parsedBody = (body: string, most = bodyBytes): unknown => {
  if (Buffer.byteLength(body) > most) throw tooLarge(most);
  const value = body === '' ? {} : jsonIn(body);
  if (value === undefined) throw new ProblemError({ kind: 'not-json', detail: 'The body is not JSON.' });
  return value;
};

/** A request's body, checked; an empty one is an empty object. */
export const jsonBody = (body: string): unknown => checked(parsedBody(body));

/** The body of one command of several, with the same limits. It is checked before it is measured: JSON.stringify has no room for deep nesting. */
export const storableBody = (body: unknown): unknown => {
  const fit = checked(body);
  if (Buffer.byteLength(JSON.stringify(fit)) > bodyBytes) throw tooLarge(bodyBytes);
  return fit;
};

type Refusal = Readonly<{ kind: Unfit; detail: string }>;
const unfit: Refusal = { kind: 'invalid-request', detail: 'The body is invalid; each field is listed in errors.' };

/** A body in the form that it must have. Otherwise each fault is listed with its place. */
export const shaped = <T>(schema: z.ZodType<T>, body: unknown, { kind, detail }: Refusal = unfit): T => {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({ path: pointerTo(path), reason: message }));
  throw refusedBody(kind, detail, errors);
};

/** The most characters of a reason: whole histories of them are shown in one answer. */
export const longestReason = 500;

/** The body of an operator's change that needs a reason in any stage. */
export const reasoned = z.strictObject({ why: z.string().trim().min(1).max(longestReason) });

const maybeReasoned = reasoned.partial();

/** What a stage asks of operators: a protected one keeps its data, and each change by an operator must say why. */
export type StageRule = Readonly<{ isProtected?: boolean }>;

/** The body of a change that needs a reason in protected stages alone. */
export const bodyOfStage = ({ isProtected = false }: StageRule): z.ZodType => (isProtected ? reasoned : maybeReasoned);

/** The reason for an operator's change, for the history. Refuses a change without one where the stage is protected. */
export const reasonIn = (
  { body }: Readonly<{ body: string }>,
  { isProtected = false }: StageRule,
): Readonly<{ why?: string }> => {
  const { why } = shaped(maybeReasoned, jsonBody(body));
  if (why !== undefined) return { why };
  if (!isProtected) return {};
  const asks = 'this stage is protected, so that every change by an operator needs a reason';
  throw invalid(
    'why',
    `${asks}: send {"why": "..."} with 1 to ${longestReason} characters, which the history keeps with your name`,
  );
};
