import { type Problem, ProblemError } from '../core/problem.ts';
import { idRule, isId, kebab } from '../core/stream.ts';
import type { CommandAnswer, CommandRequest } from './command/request.ts';

export const notFound = (what: string): ProblemError =>
  new ProblemError({ kind: 'not-found', status: 404, detail: `There is no ${what}.` });

export const notYours = (): ProblemError =>
  new ProblemError({
    kind: 'not-yours',
    status: 403,
    detail: 'This belongs to somebody else, or takes another role than yours.',
  });

export const invalid = (path: string, reason: string): ProblemError =>
  new ProblemError({ kind: 'invalid-request', status: 400, detail: `${path}: ${reason}`, extra: { errors: [{ path, reason }] } });

/** The id of a path, if it can be one. */
export const validId = (id: string | undefined): string => {
  if (id === undefined || !isId(id)) throw invalid('{id}', `an id has ${idRule}`);
  return id;
};

type Failed = Exclude<CommandAnswer, { outcome: 'committed' | 'unchanged' }>;

/** The problem that stands for a command's failure. */
export const commandProblem = (answer: Failed, { stream, command }: Pick<CommandRequest, 'stream' | 'command'>): Problem => {
  switch (answer.outcome) {
    case 'refused': {
      const { refused, detail } = answer.refusal;
      return {
        kind: refused,
        status: 422,
        detail: `${stream} refuses to ${kebab(command.type).replaceAll('-', ' ')}: ${refused.replaceAll('-', ' ')}.`,
        ...(detail && { extra: detail }),
      };
    }
    case 'forbidden':
      return notYours().problem;
    case 'stale':
      return {
        kind: 'stale-version',
        status: 412,
        detail: `${stream} is at version ${answer.version}, not at the one in If-Match. Read it again, then decide anew.`,
        extra: { version: answer.version },
      };
    case 'id-reused':
      return {
        kind: 'idempotency-key-reused',
        status: 422,
        detail:
          'This Idempotency-Key was used for another request. A repeat must be the same request; anything else needs a key of its own.',
      };
    case 'too-large':
      return {
        kind: 'commit-too-large',
        status: 413,
        detail: `The command would make a commit of ${answer.size} ${answer.unit}; the limit is ${answer.limit}. Split it into smaller commands.`,
      };
    case 'contended':
      return {
        kind: 'contended',
        status: 409,
        detail: `${stream} was changed by others ${answer.tries} times while this command was being decided. Send it again.`,
        retryAfterSeconds: 1,
      };
  }
};
