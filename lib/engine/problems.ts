import { type KnownProblem, ProblemError } from '../core/problem.ts';
import { idRule, isId } from '../core/stream.ts';

export const notFound = (what: string): ProblemError => new ProblemError({ kind: 'not-found', detail: `There is no ${what}.` });

export const foreign: KnownProblem<'not-yours'> = {
  kind: 'not-yours',
  detail: 'This belongs to somebody else, or needs another role than yours.',
};

export const notYours = (): ProblemError => new ProblemError(foreign);

export const invalid = (path: string, reason: string): ProblemError =>
  new ProblemError({ kind: 'invalid-request', detail: `${path}: ${reason}`, extra: { errors: [{ path, reason }] } });

/** The id of a path, if it can be one. */
export const validId = (id: string | undefined): string => {
  if (id === undefined || !isId(id)) throw invalid('{id}', `an id has ${idRule}`);
  return id;
};
