import { trailOf } from '../../core/commit.ts';
import type { EffectStep } from '../../core/effect/decider.ts';
import { TryAgain } from '../again.ts';
import { runTasks, type Task } from '../delivery/batch.ts';
import type { Delivered } from '../delivery/delivered.ts';
import { attendPerformance, type Performing, stepIn } from './attend.ts';
import type { EffectArrived, EffectMessage, EffectOrder } from './ports.ts';

/** A commit of a performance. An imported one was performed in its first home, or is left to an operator. */
const attendCommit = async (performing: Performing, delivered: Delivered): Promise<void> => {
  const { stream, commit: number } = delivered;
  const commit = 'pointer' in delivered ? await performing.own.store.find(stream, number) : delivered;
  if (!commit) throw new TryAgain(`${stream}: commit ${number} cannot be read yet.`);
  if (commit.imported === undefined) await attendPerformance(performing, stream);
};

/** An operator's request; one that comes twice is one step. */
const carryOut = async (performing: Performing, asked: EffectOrder, type: 'Retry' | 'AnswerByHand', more: object) => {
  const { performance, reason, by, correlation } = asked;
  await stepIn(performing, performance, {
    id: `order/${correlation}`,
    step: { type, data: { by, why: reason, ...more } } as EffectStep,
    trail: trailOf(asked),
    causation: correlation,
    actor: by,
  });
  await attendPerformance(performing, performance);
};

const obey = (performing: Performing, message: EffectMessage): Promise<void> => {
  if ('attend' in message) return attendPerformance(performing, message.attend.performance);
  if ('retry' in message) return carryOut(performing, message.retry, 'Retry', {});
  return carryOut(performing, message.answer, 'AnswerByHand', { outcome: message.answer.outcome });
};

/** For the log, which is not to know what an operator wrote. */
const aboutOf = (message: EffectMessage): string =>
  Object.entries(message)
    .map(([kind, { performance }]) => `${kind} ${performance}`)
    .join();

/** Works through a batch of an effect's queue: requests of processes, and messages. Answers the ids of the records to retry. */
export const performBatch = (performing: Performing, batch: readonly EffectArrived[]): Promise<readonly string[]> => {
  const { effect, own } = performing;
  const tasks = batch.map((arrived): Task => {
    const about = 'delivered' in arrived ? arrived.delivered.stream : aboutOf(arrived.message);
    return {
      ids: [arrived.id],
      run: () => ('delivered' in arrived ? attendCommit(performing, arrived.delivered) : obey(performing, arrived.message)),
      onFailure: (cause) =>
        own.log.warn('Not finished yet; the record is retried.', { effect: effect.name, about, cause: String(cause) }),
    };
  });
  return runTasks(tasks);
};
