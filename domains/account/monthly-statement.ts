import { type AnySchedule, schedule, send } from 'foldstream';
import { account } from './decider.ts';
import { accountBalance } from './projections/balance.ts';

/** The month before that of a local time: '2026-11' on '2026-12-01T03:00'. */
const monthBefore = (local: string): string => {
  const [year, month] = [Number(local.slice(0, 4)), Number(local.slice(5, 7))];
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`;
};

/** On the first of each month, every account states what happened since its last statement; one that was closed before that month has no more to say. */
export const monthlyStatement: AnySchedule = schedule({
  cron: '0 3 1 * *',
  timezone: 'Europe/Vienna',
  since: '2026-11-30T00:00:00.000Z',
  catchUp: 'all',
  sends: [account],
  each: accountBalance,
  command: ({ id, row, local }) => {
    const month = monthBefore(local);
    return row.status === 'closed' && row.changedAt.slice(0, 7) < month
      ? undefined
      : send(account, id, 'IssueStatement', { month });
  },
});
