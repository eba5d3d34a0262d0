import { type Actor, user } from '../../core/access.ts';
import { type Trail, trailOf } from '../../core/commit.ts';
import { recordCategory, recordId } from '../../core/personal/record.ts';
import { ProblemError } from '../../core/problem.ts';
import { streamName } from '../../core/stream.ts';
import { handleCommand } from '../command/handle.ts';
import { commandProblem } from '../command/problem.ts';
import type { Commanding } from '../command/request.ts';
import { nowOf } from '../instant.ts';
import { erasedMark } from '../personal/open.ts';
import type { OpeningKeys, OperatedKeys } from '../personal/ports.ts';

/** What a subject is erased with. `recording` is for `recordDecider`; `opening` reads the keys as they are, without a cache. */
export type Erasing = Readonly<{
  keys: Pick<OperatedKeys, 'erase'>;
  opening: OpeningKeys;
  recording: Commanding;
  /** How long a function that answers keeps a private half. */
  keptSeconds: number;
}>;

/** How long after the tombstone a request may still run that read a key before: longer than the timeout of any function that opens. */
const longestRequestSeconds = 60;

export type ErasureRequest = Readonly<{ subject: string; why: string; actor: Pick<Actor, 'id'>; requestId: string }> & Trail;

/** Says what was erased, and from when on nothing opens it. */
export type Certificate = Readonly<{
  subject: string;
  erased: Readonly<{ at: string; by: string; why: string }>;
  /** The stream that records it. */
  record: string;
  /** No function has a key of the subject any more after this time. */
  lastKeyGone: string;
  /** What a reader is shown in place of each value of the subject. */
  readsAs: typeof erasedMark;
}>;

const secondsAfter = (at: string, seconds: number): string => new Date(Date.parse(at) + seconds * 1_000).toISOString();

/**
 * Erases a subject: first the keys, with the tombstone, then the record of it. A repeat finishes what an earlier one began, and answers the same certificate: all
 * of it follows from the tombstone.
 */
export const eraseSubject = async (erasing: Erasing, request: ErasureRequest): Promise<Certificate> => {
  const { keys, opening, recording, keptSeconds } = erasing;
  const { subject, why, actor, requestId, correlation } = request;
  const asked = { at: nowOf(recording.clock), by: actor.id, why, correlation };
  const { at, by, why: reason } = await keys.erase(subject, asked);
  const erased = { at, by, why: reason };
  const stream = streamName(recordCategory, recordId(subject, recording.keys.hash));
  const answer = await handleCommand(recording, {
    stream,
    command: { type: 'Erased', data: { subject, ...erased } },
    // The route has checked the right, and nobody else sends this command.
    actor: user(actor.id, 'operator'),
    id: `request/${recording.keys.randomId()}`,
    meta: { ...trailOf(request), causation: requestId },
  });
  if (answer.outcome !== 'committed' && answer.outcome !== 'unchanged')
    throw new ProblemError(commandProblem(answer, { stream, command: { type: 'Erased', data: {} } }));
  // The probe: what a function that answers would get now, were it to ask for the key.
  if ((await opening.privateHalf(subject, 1)) !== 'erased')
    throw new Error(`${subject} was erased, and its keys can still be read: look at its items in the keys table.`);
  const lastKeyGone = secondsAfter(at, keptSeconds + longestRequestSeconds);
  return { subject, erased, record: stream, lastKeyGone, readsAs: erasedMark };
};
