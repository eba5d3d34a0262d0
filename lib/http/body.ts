import type * as z from 'zod';
import { ProblemError } from '../core/problem.ts';
import { levels, NotStorable, storable } from '../engine/store/storable.ts';

const bodyBytes = 256 * 1024;

/** A decision wraps the given data in its own: this many levels are reserved for that. */
const leftForWrapping = 5;

/** Refuses data that no table accepts or no caller would get back, with its path: invalid Unicode, empty names, unbounded numbers, deep nesting. */
const checked = (body: unknown): unknown => {
  try {
    storable(body, 'The body', levels - leftForWrapping);
    return body;
  } catch (error) {
    if (!(error instanceof NotStorable)) throw error;
    throw new ProblemError({
      kind: 'invalid-request',
      status: 400,
      detail: `${error.message} See errors for its path.`,
      extra: { errors: [{ path: error.pointer, reason: error.fault }] },
    });
  }
};

const parsed = (body: string): unknown => {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    throw new ProblemError({ kind: 'not-json', status: 400, detail: 'The body is not JSON.' });
  }
};

/** A request's body; an empty one is an empty object. */
export const jsonBody = (body: string): unknown => {
  if (Buffer.byteLength(body) > bodyBytes)
    throw new ProblemError({
      kind: 'body-too-large',
      status: 413,
      detail: `The body has over ${bodyBytes} bytes, the most that is taken.`,
    });
  return checked(parsed(body));
};

/** A request's body in the form that it must have. */
export const shaped = <T>(schema: z.ZodType<T>, body: string): T => {
  const result = schema.safeParse(jsonBody(body));
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), reason: message }));
  throw new ProblemError({
    kind: 'invalid-request',
    status: 400,
    detail: 'The body does not fit; each field is listed in errors.',
    extra: { errors },
  });
};
