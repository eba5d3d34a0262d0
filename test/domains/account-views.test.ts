import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, account } from '../../domains/account/decider.ts';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import { accountStatement } from '../../domains/account/projections/statement.ts';
import { accountStatements } from '../../domains/account/projections/statements.ts';
import type { AccountEvent } from '../../events/account.ts';
import { decide, fold, isRefusal } from '../../lib/core/decider.ts';
import type { Message } from '../../lib/core/message.ts';
import { projecting } from '../../lib/testing/projecting.ts';

const opened = { type: 'AccountOpened', data: { owner: 'ada', currency: 'EUR' } } as const;
const deposited = (amount: number) => ({ type: 'MoneyDeposited', data: { amount, currency: 'EUR' } }) as const;
const withdrawn = (amount: number) => ({ type: 'MoneyWithdrawn', data: { amount, currency: 'EUR' } }) as const;
const closed = { type: 'AccountClosed', data: { reason: 'moved' } } as const;
const movement = (amount: number, purpose: string) => ({
  amount,
  currency: 'EUR',
  purpose,
  reference: 'transfer-t1',
  counterparty: 'a2',
});
const debited = (amount: number) => ({ type: 'MoneyDebited', data: movement(amount, 'transfer') }) as const;
const credited = (amount: number) => ({ type: 'MoneyCredited', data: movement(amount, 'refund') }) as const;
const minute = (n: number) => `2026-11-21T12:0${n}:00.000Z`;

describe('account-balance', () => {
  const given = projecting(accountBalance);
  const row = (balance: number, changed: number, status: 'open' | 'closed' = 'open') => ({
    owner: 'ada',
    currency: 'EUR',
    balance,
    status,
    since: minute(status === 'open' ? 1 : changed),
    changedAt: minute(changed),
  });

  it('is not there before the account is', () => given().rows());
  it('begins at nothing', () => given(opened).rows(row(0, 1)));
  it('follows every movement', () => given(opened, deposited(100), withdrawn(30)).rows(row(70, 3)));
  it('follows what processes move', () => given(opened, credited(100), debited(30)).rows(row(70, 3)));
  it('takes the events of one commit together', () => given([opened, deposited(100)], withdrawn(30)).rows(row(70, 2)));
  it('stays when the account closes', () => given(opened, closed).rows(row(0, 2, 'closed')));
  it('belongs to the customer who opened the account', () => given(opened, deposited(5)).ownedBy('ada'));
});

describe('account-statement', () => {
  const given = projecting(accountStatement);
  const entry = (version: number, commit: number, entry: string, amount: number, balance: number) => ({
    version,
    at: minute(commit),
    entry,
    amount,
    balance,
  });

  it('is empty before the account is there', () => given().rows());
  it('has an entry for everything, with the balance after it', () =>
    given(opened, deposited(100), withdrawn(30), withdrawn(70), closed).rows(
      entry(1, 1, 'opened', 0, 0),
      entry(2, 2, 'deposit', 100, 100),
      entry(3, 3, 'withdrawal', -30, 70),
      entry(4, 4, 'withdrawal', -70, 0),
      entry(5, 5, 'closed', 0, 0),
    ));
  it('says what a process moved money for, and to whom', () => {
    const what = { reference: 'transfer-t1', counterparty: 'a2' };
    given(opened, deposited(100), debited(30), credited(30)).rows(
      entry(1, 1, 'opened', 0, 0),
      entry(2, 2, 'deposit', 100, 100),
      { ...entry(3, 3, 'transfer', -30, 70), ...what },
      { ...entry(4, 4, 'refund', 30, 100), ...what },
    );
    const paid = {
      type: 'MoneyDebited',
      data: { amount: 5, currency: 'EUR', purpose: 'payment', reference: 'order-o1' },
    } as const;
    given([opened, paid]).rows(entry(1, 1, 'opened', 0, 0), { ...entry(2, 1, 'payment', -5, -5), reference: 'order-o1' });
  });
  it('keeps the events of one commit apart', () =>
    given([opened, deposited(5), deposited(7)]).rows(
      entry(1, 1, 'opened', 0, 0),
      entry(2, 1, 'deposit', 5, 5),
      entry(3, 1, 'deposit', 7, 12),
    ));
  it('has more than nine entries in order', () => {
    const movements = Array.from({ length: 11 }, (_, i) => deposited(i + 1));
    given([opened, ...movements]).rows(
      entry(1, 1, 'opened', 0, 0),
      ...movements.map((_, i) => entry(i + 2, 1, 'deposit', i + 1, ((i + 1) * (i + 2)) / 2)),
    );
  });
  it('belongs to the customer who opened the account', () => given(opened, deposited(5)).ownedBy('ada'));
});

describe('any history of an account', () => {
  const command: fc.Arbitrary<Message> = fc.oneof(
    fc.record({
      type: fc.constantFrom('Deposit', 'Withdraw'),
      data: fc.record({ amount: fc.integer({ min: 1, max: 50 }), currency: fc.constant('EUR') }),
    }),
    fc.constant({ type: 'Close', data: { reason: 'moved' } }),
  );

  it('both views end at its balance', () => {
    const context = { id: '1', actor: { id: 'ada', kind: 'user', roles: [] }, at: minute(0) } as const;
    fc.assert(
      fc.property(fc.array(command, { maxLength: 25 }), (commands) => {
        const events: AccountEvent[] = [opened];
        for (const next of commands) {
          const outcome = decide(account, fold(account, account.initial, events), next, context);
          if (!isRefusal(outcome)) events.push(...(outcome as readonly AccountEvent[]));
        }
        const { balance, status } = fold(account, account.initial, events) as Account;
        const instant = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 12, minutes)).toISOString();
        projecting(accountBalance)(...events).rows({
          owner: 'ada',
          currency: 'EUR',
          balance,
          status: status as 'open',
          since: instant(status === 'open' ? 1 : events.length),
          changedAt: instant(events.length),
        });
        let running = 0;
        const amounts = events.map(({ type, data }) =>
          'amount' in data ? (type === 'MoneyDeposited' ? 1 : -1) * data.amount : 0,
        );
        const entries = {
          AccountOpened: 'opened',
          MoneyDeposited: 'deposit',
          MoneyWithdrawn: 'withdrawal',
          AccountClosed: 'closed',
          MoneyDebited: 'transfer',
          MoneyCredited: 'transfer',
        };
        projecting(accountStatement)(events).rows(
          ...events.map((event, i) => {
            const type = event.type as keyof typeof entries;
            running += amounts[i]!;
            return { version: i + 1, at: minute(1), entry: entries[type], amount: amounts[i]!, balance: running };
          }),
        );
        expect(running).toBe(balance);
      }),
      { numRuns: 100 },
    );
  });
});

describe('account-statements', () => {
  const issued = { month: '2026-11', currency: 'EUR', opening: 0, paidIn: 5, paidOut: 0, closing: 5, movements: 1 };
  it('has a row for each month', () =>
    projecting(accountStatements)(
      opened,
      { type: 'StatementIssued', data: issued } as const,
      {
        type: 'StatementIssued',
        data: { ...issued, month: '2026-12', opening: 5, paidIn: 0, movements: 0 },
      } as const,
    ).rows(
      { ...issued, issuedAt: minute(2) },
      { ...issued, month: '2026-12', opening: 5, paidIn: 0, movements: 0, issuedAt: minute(3) },
    ));
});
