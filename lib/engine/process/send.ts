import { type Commit, trailOf } from '../../core/commit.ts';
import type { OpenSend } from '../../core/process/instance.ts';
import type { SendOutcome } from '../../core/process/outcome.ts';
import { readCommand } from '../../core/process/stored-command.ts';
import { parseStream } from '../../core/stream.ts';
import { TryAgain } from '../again.ts';
import { handleCommand } from '../command/handle.ts';
import type { Commanding, CommandRequest } from '../command/request.ts';
import { purgedAnswer } from '../store/purged.ts';

/** The id of one attempt of a send: the target recognizes it whoever sends it. */
export const sendId = (instance: string, { number, attempt }: Pick<OpenSend, 'number' | 'attempt'>): string =>
  `process/${instance}/${number}/${attempt}`;

export type TargetOf = (category: string) => Commanding | undefined;

const outcomeIn = ({ number, attempt }: OpenSend, { commit, at, refused }: Commit): SendOutcome => ({
  number,
  attempt,
  commit,
  at,
  ...(refused && { refused }),
});

/** Sends a command, and answers its outcome, now or from when it was sent before. */
export const sendCommand = async (target: TargetOf, instance: string, send: OpenSend): Promise<SendOutcome> => {
  const { to, command, at, decidedIn } = send;
  const commanding = target(parseStream(to)?.category ?? '');
  if (!commanding)
    throw new Error(`${instance} sends to ${to}, but this function has no such target: put it back into \`sends\`.`);
  const asked: CommandRequest = {
    stream: to,
    command: readCommand(commanding.decider, command),
    actor: { id: parseStream(instance)?.category ?? instance, kind: 'process', roles: [] },
    id: sendId(instance, send),
    causeAt: at,
    meta: { ...trailOf(send), causation: `${instance}/${decidedIn}` },
  };
  const answer = await handleCommand(commanding, asked).catch(purgedAnswer);
  // It takes no commit that could record the refusal; but it will never answer anything else.
  if (answer.outcome === 'purged') return { ...outcomeIn(send, answer.commit), refused: { reason: 'stream-purged' } };
  if (answer.outcome === 'committed') return outcomeIn(send, answer.commit);
  if (answer.outcome === 'contended') throw new TryAgain(`${to} is being changed by others at the same time.`);
  throw new Error(`${to}: a process's command had the outcome '${answer.outcome}' and left no commit.`);
};
