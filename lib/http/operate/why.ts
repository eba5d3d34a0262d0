import type * as z from 'zod';
import { invalid } from '../../engine/problems.ts';
import { jsonBody, shaped } from '../body.ts';
import type { HttpRequest } from '../request.ts';
import { reasoned } from './processes.ts';

/** What a stage asks of operators: a protected one keeps its data, and each change by an operator must say why. */
export type StageRule = Readonly<{ isProtected?: boolean }>;

/** The body of a change that needs a reason in protected stages alone. */
export const maybeReasoned = reasoned.partial();

export const bodyOfStage = ({ isProtected = false }: StageRule): z.ZodType => (isProtected ? reasoned : maybeReasoned);

/** The reason for an operator's change, for the history. Refuses a change without one where the stage is protected. */
export const reasonIn = ({ body }: Pick<HttpRequest, 'body'>, { isProtected = false }: StageRule): Readonly<{ why?: string }> => {
  const { why } = shaped(maybeReasoned, jsonBody(body));
  if (why !== undefined) return { why };
  if (!isProtected) return {};
  const asks = 'this stage is protected, so that every change by an operator needs a reason';
  throw invalid('why', `${asks}: send {"why": "..."} with 1 to 500 characters, which the history keeps with your name`);
};
