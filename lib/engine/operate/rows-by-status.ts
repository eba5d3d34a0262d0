import { user } from '../../core/access.ts';
import type { Log, Queue } from '../ports.ts';
import { queryList } from '../query/kinds.ts';
import type { PageAnswer, PageRequest } from '../query/page.ts';
import { answeringRevision, type Revisions } from '../query/revision.ts';
import { type Ages, type Lag, lagOf, measured } from './projections.ts';

/** The route has checked the role. */
const operator = user('operators', 'operator');

/** A consumer with a queue of its own, as its lag is measured. */
export type Consumer = Readonly<{ queueName: string; queue: Queue }>;

/** The lag of each consumer, in their order. */
export const lagsOf = async (
  consumers: readonly Consumer[],
  { ages, log }: Readonly<{ ages: Pick<Ages, 'ofQueues'>; log: Log }>,
): Promise<readonly Lag[]> => {
  const names = consumers.map(({ queueName }) => queueName);
  const oldest = await measured(log, ages.ofQueues(names), new Map<string, number>());
  return Promise.all(consumers.map((consumer) => lagOf(consumer, oldest)));
};

/** One of the kernel's views for operators, with the list `by-status`. */
type Listed<Status> = Readonly<{
  revisions: Revisions;
  name: string;
  /** The statuses that are listed if none is asked for: those that need an operator. */
  needing: readonly Status[];
}>;

type Asked<Status> = Pick<PageRequest, 'limit' | 'cursor' | 'direction' | 'equals'> & Readonly<{ status?: Status | undefined }>;

/** The rows of one status, the longest in it first; without a status, those that need an operator, which are not paged. */
export const rowsByStatus = async <Status extends string>(
  { revisions, name, needing }: Listed<Status>,
  { status, ...page }: Asked<Status>,
): Promise<Pick<PageAnswer, 'items' | 'cursor'>> => {
  const rowsOf = async (by: Status): Promise<PageAnswer> => {
    const querying = await answeringRevision(revisions, name, page.cursor);
    return queryList(querying, operator, { ...page, list: 'by-status', by });
  };
  if (status !== undefined) return rowsOf(status);
  const pages = await Promise.all(needing.map(rowsOf));
  return { items: pages.flatMap(({ items }) => items) };
};
