import { notFound } from '../../problems.ts';
import { endedNow, type Rebuild, runningStates } from '../ports.ts';
import { conflict, type Ordering } from './requests.ts';

/** Stops a rebuild: the active revision keeps answering, and the next rebuild continues with the rows that are there. */
export const cancelRebuild = async (
  ordering: Ordering,
  { id, by, why }: Readonly<{ id: string; by: string; why?: string }>,
): Promise<Rebuild> => {
  const { rebuilds, executions, clock } = ordering;
  if (!(await rebuilds.load(id))) throw notFound(`rebuild ${id}`);
  const to = {
    state: 'cancelled',
    reason: `Cancelled by ${by}${why === undefined ? '.' : `: ${why}`}`,
    ...endedNow(clock),
  } as const;
  const moved = await rebuilds.move(id, runningStates, to);
  const rebuild = await rebuilds.load(id);
  if (!rebuild) throw notFound(`rebuild ${id}`);
  if (!moved && rebuild.state !== 'cancelled') throw conflict('not-running', `${id} has ended: it is ${rebuild.state}.`);
  // Also at a repeat: the first one may have come no further than the record.
  await executions.stop(id);
  return rebuild;
};
