import * as z from 'zod';
import type { Problem } from '../core/problem.ts';
import type { HttpRequest } from './request.ts';

/** What a batch asks of the function that runs it. */
export type Host = Readonly<{
  /** Counts one more command of the caller. Throws when that exceeds the limit. */
  count(): void;
  /** The problem that an error is answered with; a failure is logged. */
  problemIn(error: unknown): Problem;
}>;

export const mostCommands = 100;

const entryFields = { id: z.string(), key: z.string().optional(), ifMatch: z.string().optional() };
/** A command of a batch: its stream's id, its name, and what its own route takes in the body and in headers. */
export const entry = z.strictObject({ ...entryFields, command: z.string(), body: z.unknown().optional() });

/** One command of a batch, with the name and the schema of its body. */
export const entryOf = (command: string, body: z.ZodType) =>
  z.strictObject({ ...entryFields, command: z.literal(command), body: body.optional() });

/** The request that the same command would be on its own route. */
export const requestOf = (request: HttpRequest, { id, command, key, ifMatch }: z.output<typeof entry>): HttpRequest => {
  const { traceparent, 'dry-run': dryRun } = request.headers;
  return {
    ...request,
    path: { id, command },
    headers: { traceparent, 'dry-run': dryRun, 'idempotency-key': key, 'if-match': ifMatch },
  };
};
