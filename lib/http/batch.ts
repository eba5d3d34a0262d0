import * as z from 'zod';
import { type Problem, ProblemError } from '../core/problem.ts';
import { atOnce } from '../engine/at-once.ts';
import type { Commanding } from '../engine/command/request.ts';
import { invalid } from '../engine/problems.ts';
import { parsedBody, shaped, storableBody } from './body.ts';
import { answerCommand, answerCommandWith } from './command.ts';
import { asksForDryRun } from './dry-run.ts';
import { problemResponse } from './problem.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

/** What a batch asks of the function that runs it. */
export type Host = Readonly<{
  /** Counts one more command of the caller. Throws when that exceeds the limit. */
  count(): void;
  /** The problem that an error is answered with; a failure is logged. */
  problemIn(error: unknown): Problem;
}>;

export const mostCommands = 100;
const batchBytes = 1_000_000;
/** A function has 15 seconds. A command that begins within this time has the rest for itself. */
const toBeginMilliseconds = 8_000;
const streamsAtOnce = 8;

const batch = z.strictObject({ commands: z.array(z.unknown()).min(1).max(mostCommands) });

const entryFields = { id: z.string(), key: z.string().optional(), ifMatch: z.string().optional() };
const entry = z.strictObject({ ...entryFields, command: z.string(), body: z.unknown().optional() });

/** One command of a batch, with the name and the schema of its body. */
export const entryOf = (command: string, body: z.ZodType) =>
  z.strictObject({ ...entryFields, command: z.literal(command), body: body.optional() });

const refuseHeaders = ({ headers }: HttpRequest): void => {
  // Also where no command of the batch comes to it: the header is the whole request's.
  asksForDryRun({ headers });
  if (headers['idempotency-key'] !== undefined)
    throw invalid('Idempotency-Key', 'give each command of a batch a `key` of its own');
  if (headers['if-match'] !== undefined) throw invalid('If-Match', 'give each command of a batch an `ifMatch` of its own');
};

/** The request that the same command would be on its own route. */
const requestOf = (request: HttpRequest, { id, command, key, ifMatch }: z.output<typeof entry>): HttpRequest => {
  const { traceparent, 'dry-run': dryRun } = request.headers;
  return {
    ...request,
    path: { id, command },
    headers: { traceparent, 'dry-run': dryRun, 'idempotency-key': key, 'if-match': ifMatch },
  };
};

/** True for an answer after which the same command is to be sent again: it has not taken effect yet, or nobody knows. */
const isOpen = ({ status }: HttpResponse): boolean => status === 409 || status === 429 || status >= 500;

const notBegun = (why: string) =>
  new ProblemError({ kind: 'unavailable', detail: `This command was not begun: ${why}. Send it again.` });

const idIn = (given: unknown, i: number): string => {
  const { id } = (given ?? {}) as { id?: unknown };
  return typeof id === 'string' ? `id ${id}` : `place ${i}`;
};

/**
 * Answers `POST /{category}/batch`: each command as on its own route. Commands to one stream are handled one after another, in their order, and several
 * streams at the same time. Where a command has to be sent again, the later ones to its stream are not begun.
 */
const answerBatch = async (commanding: Commanding, request: HttpRequest, { count, problemIn }: Host): Promise<HttpResponse> => {
  refuseHeaders(request);
  const { commands } = shaped(batch, parsedBody(request.body, batchBytes));
  const { clock } = commanding;
  const until = clock.now() + toBeginMilliseconds;
  const answers: HttpResponse[] = [];
  const one = async (given: unknown, i: number): Promise<HttpResponse> => {
    if (clock.now() > until) throw notBegun('the batch took too long');
    // The function has counted the request itself.
    if (i > 0) count();
    const asked = shaped(entry, given);
    return answerCommandWith(commanding, requestOf(request, asked), () => storableBody(asked.body ?? {}));
  };
  const streams = Map.groupBy(commands.keys(), (i) => idIn(commands[i], i));
  await atOnce(streamsAtOnce, streams.values(), async (places) => {
    let isStopped = false;
    for (const i of places) {
      const answering = isStopped
        ? Promise.reject(notBegun('an earlier one to the same stream has to be sent again first'))
        : one(commands[i], i);
      const answer = await answering.catch((error: unknown) => problemResponse(problemIn(error), request.correlation));
      answers[i] = answer;
      isStopped ||= isOpen(answer);
    }
  });
  return { status: 200, body: { answers: answers.map(({ status, headers = {}, body }) => ({ status, headers, body })) } };
};

/** Answers the routes of one category's commands. */
export const answerCommands = (commanding: Commanding, request: HttpRequest, host: Host): Promise<HttpResponse> =>
  request.route.endsWith('/batch') ? answerBatch(commanding, request, host) : answerCommand(commanding, request);
