import { ProblemError } from '../../core/problem.ts';
import { UserError } from './user-error.ts';

/** Turns a refusal into an error without a stack trace. */
export const explained = async <T>(work: Promise<T>): Promise<T> =>
  work.catch((cause: unknown) => {
    throw cause instanceof ProblemError ? new UserError(cause.message, undefined, { cause }) : cause;
  });
