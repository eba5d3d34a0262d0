import { user } from '../../core/access.ts';
import type { Log, Queue } from '../ports.ts';
import { invalid } from '../problems.ts';
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

/** One of the kernel's views for operators, with the list `standing-still`. */
type Listed<Status> = Readonly<{
  revisions: Revisions;
  name: string;
  /** The statuses that the list has, and that are asked for if none is named: those that need an operator. */
  needing: readonly Status[];
}>;

/** What is asked of a list by status: of rows in any status, or that have had theirs since an instant or longer. */
export type ByStatus<Status> = Readonly<{ status?: Status | undefined; until?: string | undefined }>;
type Asked<Status> = Pick<PageRequest, 'limit' | 'cursor' | 'direction' | 'equals'> & ByStatus<Status>;

const sinceOf = (row: object): string => ('since' in row ? String(row.since) : '');

/** Of some rows those that have had their status for long enough. Where rows come in the order of that time, none comes after the first that is too young. */
const oldEnough = ({ items, cursor }: PageAnswer, until: string | undefined, isOldestFirst: boolean): PageAnswer => {
  const old = until === undefined ? items : items.filter((row) => sinceOf(row) <= until);
  const isOver = isOldestFirst && old.length < items.length;
  return { items: old, ...(cursor !== undefined && !isOver && { cursor }) };
};

/** The rows of several lists as one, by the time since when they are in it. */
const together = (pages: readonly PageAnswer[], { direction }: Pick<PageRequest, 'direction'>): PageAnswer['items'] => {
  const items = pages.flatMap((page) => page.items).toSorted((a, b) => sinceOf(a).localeCompare(sinceOf(b)));
  return direction === 'newest-first' ? items.toReversed() : items;
};

/**
 * The rows of one status: the longest in it first if it needs an operator, and any other in no order, since all rows are gone through for it, and a page may
 * have few of them, or none, and go on. Without a status, those that need an operator, which are not paged. An age is no part of what a page token is good
 * for: one that is counted from now is another at each page.
 */
export const rowsByStatus = async <Status extends string>(
  { revisions, name, needing }: Listed<Status>,
  { status, equals, until, ...page }: Asked<Status>,
): Promise<Pick<PageAnswer, 'items' | 'cursor'>> => {
  const rows = async (asked: Pick<PageRequest, 'list' | 'by' | 'equals'>): Promise<PageAnswer> => {
    const querying = await answeringRevision(revisions, name, page.cursor);
    return queryList(querying, operator, { ...page, ...asked });
  };
  const isOldestFirst = page.direction === 'oldest-first';
  const listed = async (by: Status) =>
    oldEnough(await rows({ list: 'standing-still', by, ...(equals && { equals }) }), until, isOldestFirst);
  if (status === undefined) return { items: together(await Promise.all(needing.map(listed)), page) };
  if (needing.includes(status)) return listed(status);
  if (page.direction === 'newest-first')
    throw invalid('order', `the rows that are ${status} are in no order: leave it out, or ask for ${needing.join(' or ')}`);
  return oldEnough(await rows({ equals: { ...equals, status } }), until, false);
};
