import { randomUUID } from 'node:crypto';
import { invokePurge } from '../../aws/operate/purge.ts';
import { asker } from '../asker.ts';
import { connect } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';

type Asked = Readonly<{ stream: string; why: string; stack?: string }>;

/** `foldstream purge <stream> --why "..."`: has the one function do it that may. */
export const purgeVerb = async ({ stream, why, stack }: Asked, print: Print): Promise<void> => {
  const { PurgeFunction: name } = (await connect(stack)).outputs;
  if (!name) throw new UserError('The deployment cannot purge streams.', 'Deploy this release there first.');
  const answer = await invokePurge(name, { stream, why, by: asker(), correlation: randomUUID() }).catch((cause: Error) => {
    throw new UserError(`The purge of ${stream} was cut off: ${cause.message}`, 'Repeat it: it goes on where it stopped.', {
      cause,
    });
  });
  if ('refused' in answer) throw new UserError(answer.refused, answer.remedy);
  const { purge, commit } = answer.purged;
  print(`${stream} was purged at ${purge.at} by ${purge.by}: ${purge.why}`);
  print(`  ${purge.commits} commits with ${purge.events} events went; commit ${commit} is the signed record`);
  print(`  views drop their rows as soon as they are told; foldstream verify ${stream} shows the record`);
};
