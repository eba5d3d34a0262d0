import { type Actor, user } from '../../core/access.ts';
import { type Trail, trailOf } from '../../core/commit.ts';
import { type Done, recordCategory, recordId } from '../../core/personal/record.ts';
import { ProblemError } from '../../core/problem.ts';
import { streamName } from '../../core/stream.ts';
import { handleCommand } from '../command/handle.ts';
import { commandProblem } from '../command/problem.ts';
import type { Commanding } from '../command/request.ts';

/** What somebody asks to be done to the data of a subject. */
export type SubjectRequest = Readonly<{ subject: string; why: string; actor: Pick<Actor, 'id'>; requestId: string }> & Trail;

/** Records in the subject's own stream what is done to its data, and answers the stream. `recording` is for `recordDecider`. */
export const recordDone = async (
  recording: Commanding,
  type: 'Erased' | 'Exported',
  data: Done,
  request: Omit<SubjectRequest, 'why'>,
): Promise<string> => {
  const stream = streamName(recordCategory, recordId(data.subject, recording.keys.hash));
  const answer = await handleCommand(recording, {
    stream,
    command: { type, data },
    // The route has checked the right, and nobody else sends these commands.
    actor: user(request.actor.id, 'operator'),
    id: `request/${recording.keys.randomId()}`,
    meta: { ...trailOf(request), causation: request.requestId },
  });
  if (answer.outcome !== 'committed' && answer.outcome !== 'unchanged')
    throw new ProblemError(commandProblem(answer, { stream, command: { type, data: {} } }));
  return stream;
};
