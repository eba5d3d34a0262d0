import type { Ordering } from './operator/requests.ts';
import { endedNow, isOver, type Rebuild, runningStates } from './ports.ts';

/** The time within which an execution must have started after its record was written (milliseconds). */
const startsWithin = 60_000;

/** The true state of a rebuild: one whose execution has ended without saying so in the record has ended. */
export const reconciled = async (
  { rebuilds, executions, clock }: Pick<Ordering, 'rebuilds' | 'executions' | 'clock'>,
  rebuild: Rebuild,
): Promise<Rebuild> => {
  if (isOver(rebuild)) return rebuild;
  const { id, startedAt } = rebuild;
  const status = await executions.status(id);
  const age = clock.now() - Date.parse(startedAt);
  if (status === 'running' || (status === undefined && age < startsWithin)) return rebuild;
  const reason =
    status === undefined ? 'Its execution was never started.' : 'Its execution ended without a result: look there for the cause.';
  await rebuilds.move(id, runningStates, { state: 'failed', reason, ...endedNow(clock) });
  return (await rebuilds.load(id)) ?? rebuild;
};
