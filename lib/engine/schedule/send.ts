import type { Send } from '../../core/process/process.ts';
import { readCommand, storeCommand } from '../../core/process/stored-command.ts';
import { parseStream } from '../../core/stream.ts';
import { TryAgain } from '../again.ts';
import { handleCommand } from '../command/handle.ts';
import type { Commanding, CommandRequest } from '../command/request.ts';
import { purgedAnswer } from '../store/purged.ts';

/** The id of the command of one time: a repeat takes effect once on each target, whoever sends it. No process's id looks like it: its second part has a hyphen or is a category. */
const occasionId = (name: string, time: string): string => `process/schedule/${name}/${time}`;

/** One correlation for all that follows from one time. */
const correlationOf = (name: string, time: string): string => `${name}-${time.replaceAll(/[-:]|\.000/g, '')}`;

/** Sends the command of one time to one target, and answers whether it was refused there, now or when it was sent before. */
export const sendOccasion = async (
  target: (category: string) => Commanding | undefined,
  name: string,
  time: string,
  { to, command }: Send,
): Promise<'done' | 'refused'> => {
  const commanding = target(parseStream(to)?.category ?? '');
  if (!commanding) throw new Error(`The schedule ${name} sends to ${to}, whose aggregate is not in \`sends\`: add it.`);
  const id = occasionId(name, time);
  const asked: CommandRequest = {
    stream: to,
    // Checked by its own schema, as a process's is when it is decided.
    command: readCommand(commanding.decider, storeCommand(commanding.decider, command)),
    actor: { id: name, kind: 'process', roles: [] },
    id,
    causeAt: time,
    meta: { correlation: correlationOf(name, time), causation: id },
  };
  const answer = await handleCommand(commanding, asked).catch(purgedAnswer);
  if (answer.outcome === 'purged') return 'refused';
  if (answer.outcome === 'committed') return answer.commit.refused?.reason === undefined ? 'done' : 'refused';
  if (answer.outcome === 'contended') throw new TryAgain(`${to} is being changed by others at the same time.`);
  throw new Error(`${to}: the command of the schedule ${name} had the outcome '${answer.outcome}' and left no commit.`);
};
