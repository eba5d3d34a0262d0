import type * as z from 'zod';
import { ProblemError } from '../core/problem.ts';

const bodyBytes = 256 * 1024;

/** A request's body; an empty one is an empty object. */
export const jsonBody = (body: string): unknown => {
  if (Buffer.byteLength(body) > bodyBytes)
    throw new ProblemError({
      kind: 'body-too-large',
      status: 413,
      detail: `The body has over ${bodyBytes} bytes, the most that is taken.`,
    });
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    throw new ProblemError({ kind: 'not-json', status: 400, detail: 'The body is not JSON.' });
  }
};

/** A request's body in the form that it must have. */
export const shaped = <T>(schema: z.ZodType<T>, body: string): T => {
  const result = schema.safeParse(jsonBody(body));
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), reason: message }));
  throw new ProblemError({
    kind: 'invalid-request',
    status: 400,
    detail: 'The body does not fit; each field is listed in errors.',
    extra: { errors },
  });
};
