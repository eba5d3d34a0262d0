import { type Problem, problemDocument } from '../core/problem.ts';
import type { HttpResponse } from './request.ts';

/** A problem as an answer. */
export const problemResponse = (problem: Problem, correlation: string): HttpResponse => {
  const { status, retryAfterSeconds: seconds } = problem;
  return {
    status,
    body: problemDocument(problem, correlation),
    headers: seconds === undefined ? {} : { 'retry-after': String(seconds) },
  };
};
