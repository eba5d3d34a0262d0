import { describe, expect, inject, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { listSchedules, runSchedule } from '../../lib/cli/schedule/schedules.ts';
import { timetableOf } from '../../lib/core/schedule/schedule.ts';
import { timesBetween } from '../../lib/core/schedule/times.ts';
import { eventually } from '../support/eventually.ts';
import { as, fresh } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

type Statement = Readonly<{ month: string; paidIn: number; closing: number }>;

describe.runIf(overHttp())('a schedule', () => {
  it('issues the statement of a month to every account, once, whose owner reads it; and the balance of any day is read from history', async () => {
    const { stack } = inject('deployment')!;
    const ada = await as('ada');
    const accounts = [fresh(), fresh()];
    const eur = (amount: number) => ({ amount, currency: 'EUR' });
    for (const id of accounts) {
      await ada('POST', `/account/${id}/open`, { currency: 'EUR' });
      await ada('POST', `/account/${id}/deposit`, eur(70));
      const { body } = await ada('POST', `/account/${id}/withdraw`, eur(20));
      expect(body.version).toBe(3);
    }
    for (const id of accounts)
      await eventually(
        () => ada('GET', `/views/account-balance/${id}`),
        ({ body }) => body.balance === 50,
      );

    const { monthlyStatement } = manifest.schedules ?? {};
    const twoMonthsAgo = new Date(Date.now() - 62 * 24 * 3_600_000).toISOString();
    const time = [...timesBetween(timetableOf(monthlyStatement!), twoMonthsAgo, new Date().toISOString())].at(-1)!;
    const month = new Date(Date.parse(time) - 24 * 3_600_000).toISOString().slice(0, 7);
    const said: string[] = [];
    const order = { manifest, stack, schedule: 'monthlyStatement', time, why: 'a test' };
    const print = (line: string) => void said.push(line);
    // The second order finds the first one, or repeats what it did: each account has its statement once.
    await runSchedule(order, print);
    await runSchedule(order, print);
    for (const id of accounts) {
      const { body } = await eventually(
        () => ada('GET', `/views/account-statements/${id}`),
        ({ body: { items = [] } }) => (items as Statement[]).some((statement) => statement.month === month),
      );
      const statements = body.items as Statement[];
      // Where the deployment has caught up an earlier month meanwhile, they share the movements.
      expect(statements.reduce((sum, { paidIn }) => sum + paidIn, 0)).toBe(70);
      expect(statements.at(-1)).toMatchObject({ month, closing: 50, currency: 'EUR' });
      const { body: history } = await ada('GET', `/streams/account/${id}?types=StatementIssued`);
      expect((history.commits as object[]).length).toBe(statements.length);
      const [, deposited] = (await ada('GET', `/streams/account/${id}`)).body.commits as { at: string }[];
      expect((await ada('GET', `/streams/account/${id}/state?at=${deposited?.at}`)).body).toMatchObject({
        state: { balance: 70 },
      });
    }
    await eventually(
      async () => {
        said.length = 0;
        await listSchedules({ manifest, stack }, print);
        return said;
      },
      (lines) => lines.some((line) => line.startsWith('  last: ')) && !lines.some((line) => line.startsWith('  is to run')),
    );
    expect(said[0]).toMatch(/^monthlyStatement: 0 3 1 \* \* \(Europe\/Vienna\), next at /);
  });
});
