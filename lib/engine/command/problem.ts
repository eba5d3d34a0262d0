import type { KnownProblem, RefusedProblem } from '../../core/problem.ts';
import { kebab } from '../../core/stream.ts';
import { foreign } from '../problems.ts';
import type { CommandAnswer, CommandRequest } from './request.ts';

type Failed = Exclude<CommandAnswer, { outcome: 'committed' | 'unchanged' }>;

const tooLarge = {
  bytes: 'append',
  events: 'make a commit of',
  facts: 'be decided on',
  streams: 'append to or be decided on',
} as const;

/** The problem document of a command's failure. */
export const commandProblem = (
  answer: Failed,
  { stream, command }: Pick<CommandRequest, 'stream' | 'command'>,
): KnownProblem | RefusedProblem => {
  switch (answer.outcome) {
    case 'refused': {
      const { refused, detail, outdated } = answer.refusal;
      const by = detail?.refusedBy === undefined ? '' : ` since ${detail.refusedBy} refuses what goes along`;
      return {
        refused,
        ...(outdated && { outdated }),
        detail: `${stream} refuses to ${kebab(command.type).replaceAll('-', ' ')}${by}: ${refused.replaceAll('-', ' ')}.`,
        ...((detail || outdated) && { extra: { ...detail, ...(outdated && { version: answer.version }) } }),
      };
    }
    case 'forbidden':
      return foreign;
    case 'stale':
      return {
        kind: 'stale-version',
        detail: `${stream} is at version ${answer.version}, not at the one in If-Match. Read it again, then decide anew.`,
        extra: { version: answer.version },
      };
    case 'id-reused':
      return {
        kind: 'idempotency-key-reused',
        detail:
          'This Idempotency-Key was used for another request. A repeat must be the same request; anything else needs a key of its own.',
      };
    case 'too-large':
      return {
        kind: 'commit-too-large',
        detail: `The command would ${tooLarge[answer.unit]} ${answer.size} ${answer.unit}; the limit is ${answer.limit}. Split it into smaller commands.`,
      };
    case 'contended':
      return {
        kind: 'contended',
        detail: `${stream} was changed by others ${answer.tries} times while this command was being decided. Send it again.`,
      };
  }
};
