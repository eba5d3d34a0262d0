import * as z from 'zod';
import { ProblemError } from '../../core/problem.ts';
import { atOnce } from '../../engine/at-once.ts';
import type { Commanding } from '../../engine/command/request.ts';
import { invalid } from '../../engine/problems.ts';
import { entry, type Host, mostCommands, requestOf } from '../batch-entry.ts';
import { parsedBody, shaped, storableBody } from '../body.ts';
import { answerCommand, answerCommandWith } from '../command.ts';
import { asksForDryRun } from '../dry-run.ts';
import { problemResponse } from '../problem.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';
import { answerAtomic } from './atomic.ts';

const batchBytes = 1_000_000;
/** A function has 15 seconds. A command that begins within this time has the rest for itself. */
const toBeginMilliseconds = 8_000;
const streamsAtOnce = 8;

const batch = z.strictObject({ atomic: z.boolean().optional(), commands: z.array(z.unknown()).min(1).max(mostCommands) });

const refuseHeaders = ({ headers }: HttpRequest): void => {
  // Also where no command of the batch comes to it: the header is the whole request's.
  asksForDryRun({ headers });
  if (headers['if-match'] !== undefined) throw invalid('If-Match', 'give each command of a batch an `ifMatch` of its own');
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
const answerBatch = async (commanding: Commanding, request: HttpRequest, host: Host): Promise<HttpResponse> => {
  refuseHeaders(request);
  const { count, problemIn } = host;
  const { commands, atomic } = shaped(batch, parsedBody(request.body, batchBytes));
  if (atomic) return answerAtomic(commanding, request, commands, host);
  if (request.headers['idempotency-key'] !== undefined)
    throw invalid('Idempotency-Key', 'give each command of a batch a `key` of its own; an atomic batch takes the header');
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
