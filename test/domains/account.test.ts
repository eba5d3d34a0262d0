import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, account } from '../../domains/account/decider.ts';
import { monthlyStatement } from '../../domains/account/monthly-statement.ts';
import { transfer } from '../../domains/transfer/decider.ts';
import type { AccountEvent } from '../../events/account.ts';
import { decide, fold, isRefusal } from '../../lib/core/decider.ts';
import type { Message } from '../../lib/core/message.ts';
import { deciding } from '../../lib/testing/deciding.ts';

const given = deciding(account);
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const opened = { type: 'AccountOpened', data: { owner: 'ada', currency: 'EUR' } } as const;
const deposited = (amount: number) => ({ type: 'MoneyDeposited', data: eur(amount) }) as const;
const withdrawn = (amount: number) => ({ type: 'MoneyWithdrawn', data: eur(amount) }) as const;
const closed = { type: 'AccountClosed', data: { reason: 'moved' } } as const;

const open = { type: 'Open', data: { currency: 'EUR' } } as const;
const deposit = (amount: number, currency = 'EUR') => ({ type: 'Deposit', data: { amount, currency } }) as const;
const withdraw = (amount: number, currency = 'EUR') => ({ type: 'Withdraw', data: { amount, currency } }) as const;
const close = { type: 'Close', data: { reason: 'moved' } } as const;

const largest = Number.MAX_SAFE_INTEGER;
const bob = { id: 'bob', kind: 'user', roles: [] } as const;
const operator = { id: 'op-1', kind: 'user', roles: ['operator'] } as const;

describe('an account that is not open yet', () => {
  it('opens for the customer, in the chosen currency', () =>
    given()
      .when(open, { actor: bob })
      .then({ type: 'AccountOpened', data: { owner: 'bob', currency: 'EUR' } }));

  it.each([deposit(5), withdraw(5), close])('refuses to $type', (command) =>
    given().when(command).rejected('account-not-open', { accountStatus: 'unopened' }),
  );
});

describe('an open account', () => {
  it('opens once', () => given(opened).when(open).rejected('already-open'));

  it('takes a deposit', () => given(opened, deposited(5)).when(deposit(7)).then(deposited(7)));

  it('pays what the balance covers, to the last cent', () =>
    given(opened, deposited(100), withdrawn(20)).when(withdraw(80)).then(withdrawn(80)));

  it('refuses an overdraft, and says what the balance is', () =>
    given(opened, deposited(100), withdrawn(20)).when(withdraw(81)).rejected('insufficient-funds', { balance: 80 }));

  it.each([deposit(5, 'USD'), withdraw(5, 'USD')])('refuses to $type another currency', (command) =>
    given(opened, deposited(10)).when(command).rejected('currency-mismatch', { accountCurrency: 'EUR' }),
  );

  it('holds the largest balance that is exact', () =>
    given(opened, deposited(largest - 1))
      .when(deposit(1))
      .then(deposited(1)));

  it('refuses a deposit that would leave the exact range', () =>
    given(opened, deposited(largest)).when(deposit(1)).rejected('balance-too-large', { balance: largest }));

  it('closes when it is empty', () => given(opened, deposited(5), withdrawn(5)).when(close).then(closed));

  it('does not close with money in it', () =>
    given(opened, deposited(5)).when(close).rejected('balance-not-zero', { balance: 5 }));
});

describe('a closed account', () => {
  it.each([open, deposit(5), withdraw(5), close])('refuses to $type', (command) =>
    given(opened, closed).when(command).rejected('account-not-open', { accountStatus: 'closed' }),
  );
});

describe('movements by processes', () => {
  const movement = (amount: number, currency = 'EUR') =>
    ({ amount, currency, purpose: 'transfer', reference: 'transfer-t1', counterparty: 'a2' }) as const;
  const debit = (amount: number, currency?: string) =>
    ({ type: 'Debit', data: { ...movement(amount, currency), onBehalfOf: 'ada' } }) as const;
  const credit = (amount: number, currency?: string) => ({ type: 'Credit', data: movement(amount, currency) }) as const;
  const debited = (amount: number) => ({ type: 'MoneyDebited', data: movement(amount) }) as const;
  const credited = (amount: number) => ({ type: 'MoneyCredited', data: movement(amount) }) as const;

  const may = (amount: number) => ({ type: 'MovementOpened', data: { reference: 'transfer-t1', amount } }) as const;
  const back = { type: 'MovementSettled', data: { reference: 'transfer-t1' } } as const;
  const settle = { type: 'Settle', data: { reference: 'transfer-t1' } } as const;
  const refund = (amount: number) => ({ type: 'Credit', data: { ...movement(amount), purpose: 'refund' } }) as const;
  const refunded = (amount: number) => ({ type: 'MoneyCredited', data: refund(amount).data }) as const;

  it('is taken, to the last cent, says what it was for, and may come back', () =>
    given(opened, deposited(5)).when(debit(5)).then(debited(5), may(5)));
  it('keeps the account open until it has come back or never will', () => {
    const taken = [opened, deposited(5), debited(5), may(5)];
    given(...taken)
      .when(close)
      .rejected('movements-open', { open: 1 });
    given(...taken)
      .when(settle)
      .then(back);
    given(...taken, back)
      .when(close)
      .then(closed);
    given(...taken)
      .when(refund(5))
      .then(refunded(5), back);
    given(...taken, refunded(5), back)
      .when(close)
      .rejected('balance-not-zero', { balance: 5 });
    given(...taken, refunded(5), back, withdrawn(5))
      .when(close)
      .then(closed);
  });
  it('is settled once, and nothing where the release before took it', () => {
    given(opened, deposited(5), debited(5), may(5), back).when(settle).then();
    given(opened, deposited(5), debited(5)).when(settle).then();
    given(opened, deposited(5), debited(5)).when(refund(5)).then(refunded(5));
    given(opened, deposited(5), debited(5)).when(close).then(closed);
  });
  it('has room for a refund, whatever was deposited meanwhile', () => {
    const taken = [opened, deposited(largest), debited(9), may(9)];
    given(...taken)
      .when(deposit(1))
      .rejected('balance-too-large', { balance: largest - 9 });
    given(...taken)
      .when(credit(1))
      .rejected('balance-too-large');
    given(...taken)
      .when(refund(9))
      .then(refunded(9), back);
  });
  it('is credited', () => given(opened).when(credit(5)).then(credited(5)));
  it('counts in the balance', () => {
    given(opened, credited(9), debited(4)).when(debit(6)).rejected('insufficient-funds', { balance: 5 });
    given(opened, credited(9), debited(9)).when(close).then(closed);
  });
  it('is refused in another currency', () => {
    given(opened, deposited(5)).when(debit(5, 'USD')).rejected('currency-mismatch', { accountCurrency: 'EUR' });
    given(opened).when(credit(5, 'USD')).rejected('currency-mismatch', { accountCurrency: 'EUR' });
  });
  it('is refused where the balance would leave the exact range, without a word about the balance', () =>
    given(opened, credited(largest)).when(credit(1)).rejected('balance-too-large'));
  it('reveals nothing about the balance to a stranger: no amount of a transfer reaches the limit', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e15 }), fc.integer({ min: 1, max: 1e12 }), (balance, amount) => {
        const terms = { from: 'a', to: 'b', amount, currency: 'EUR' };
        const isTaken = transfer.commands.Request.schema.safeParse(terms).success;
        expect(isTaken).toBe(amount <= 1_000_000_000);
        const state: Account = { ...account.initial, status: 'open', owner: 'ada', currency: 'EUR', balance };
        if (isTaken) expect(isRefusal(decide(account, state, credit(amount), context))).toBe(false);
      }),
    ));
  it.each([
    ['unopened', []],
    ['closed', [opened, closed]],
  ])('is refused by an account that is %s', (accountStatus, history) => {
    for (const command of [debit(5), credit(5)])
      given(...history)
        .when(command)
        .rejected('account-not-open', { accountStatus });
  });
  it('is not taken on behalf of anybody else, who learns nothing else about the account', () => {
    const robbery = (currency: string) => ({ type: 'Debit', data: { ...debit(5, currency).data, onBehalfOf: 'bob' } }) as const;
    given(opened, deposited(5)).when(robbery('EUR')).rejected('not-owner');
    given(opened).when(robbery('USD')).rejected('not-owner');
    given(opened, closed).when(robbery('EUR')).rejected('not-owner');
  });
  it('is for processes alone', () => {
    for (const actor of [{ id: 'ada', kind: 'user', roles: [] }, operator] as const)
      for (const command of [debit(5), credit(5), settle]) given(opened, deposited(5)).when(command, { actor }).forbidden();
  });
});

describe('repeats', () => {
  it('opening and closing are safe to repeat by themselves', () => {
    given().when(open).retrySafe();
    given(opened).when(close).retrySafe();
  });

  it('movements add up, so only their Idempotency-Key tells a repeat', () => {
    expect(() => given(opened).when(deposit(5)).retrySafe()).toThrow('it takes effect again');
    expect(() => given(opened, deposited(10)).when(withdraw(5)).retrySafe()).toThrow('it takes effect again');
  });
});

describe('authorization', () => {
  it.each([deposit(5), withdraw(5), close])('nobody else may $type', (command) =>
    given(opened, deposited(5)).when(command, { actor: bob }).forbidden(),
  );

  it.each([open, deposit(5), withdraw(5)])('an operator may not $type', (command) =>
    given(...(command.type === 'Open' ? [] : [opened]))
      .when(command, { actor: operator })
      .forbidden(),
  );

  it('an operator may close', () => given(opened).when(close, { actor: operator }).then(closed));
});

describe('data that the schemas refuse before anything is decided', () => {
  const amounts = [0, -1, 0.5, 1.000001, Number.NaN, Number.POSITIVE_INFINITY, largest + 1, '5', null, undefined, [5], 5n];
  it.each(amounts)('the amount %s', (amount) => {
    for (const type of ['Deposit', 'Withdraw'] as const)
      given(opened)
        .when({ type, data: { amount, currency: 'EUR' } as never })
        .invalid('amount');
  });

  it.each(['eur', 'EURO', 'EU', '', 'E1R', 'EUR\n', ' EUR', 978, null, undefined])('the currency %j', (currency) => {
    given()
      .when({ type: 'Open', data: { currency } as never })
      .invalid('currency');
    for (const type of ['Deposit', 'Withdraw'] as const)
      given(opened)
        .when({ type, data: { amount: 5, currency } as never })
        .invalid('currency');
  });

  it.each(['', '   ', 'x'.repeat(201), 5, null, undefined])('the reason %j', (reason) =>
    given(opened)
      .when({ type: 'Close', data: { reason } as never })
      .invalid('reason'),
  );

  const system = ['owner', 'actor', 'id', 'at', 'balance', 'status', 'stream', 'version', 'commit', 'meta', 'transferId'];
  const commands: readonly Message[] = [open, deposit(5), withdraw(5), close];
  it.each(system)('the field %s, which only the system may fill', (field) => {
    for (const { type, data } of commands)
      given(...(type === 'Open' ? [] : [opened, deposited(5)]))
        .when({ type, data: { ...(data as object), [field]: 'x' } } as never)
        .invalid('');
  });
});

/** The rules once more, written down independently: what a command is expected to be refused with. */
const expectedRefusal = (state: Account, { type, data }: Message): string | undefined => {
  const { amount, currency } = data as { amount: number; currency: string };
  if (type === 'Open')
    return state.status === 'unopened' ? undefined : state.status === 'open' ? 'already-open' : 'account-not-open';
  if (state.status !== 'open') return 'account-not-open';
  if (type === 'Close') return state.balance > 0 ? 'balance-not-zero' : undefined;
  if (currency !== state.currency) return 'currency-mismatch';
  if (type === 'Withdraw') return amount > state.balance ? 'insufficient-funds' : undefined;
  return BigInt(state.balance) + BigInt(amount) > BigInt(largest) ? 'balance-too-large' : undefined;
};

const amount = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: largest - 20, max: largest }));
const currency = fc.oneof({ weight: 9, arbitrary: fc.constant('EUR') }, { weight: 1, arbitrary: fc.constant('USD') });
const money = fc.record({ amount, currency });
const command: fc.Arbitrary<Message> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(open) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('Deposit'), data: money }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('Withdraw'), data: money }) },
  { weight: 1, arbitrary: fc.constant(close) },
);
/** Beginning with an opening, mostly, so that not all of it is refused. */
const commands = fc.array(command, { maxLength: 40 }).map((rest) => [open, ...rest]);
const context = { id: '1', actor: { id: 'ada', kind: 'user', roles: [] }, at: '2026-11-21T12:00:00.000Z' } as const;

describe('any sequence of commands', () => {
  it('money is conserved, balances are never negative nor inexact, and what is refused changes nothing', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        let state = account.initial;
        const events: AccountEvent[] = [];
        let money = 0n;
        for (const next of sequence) {
          const before = structuredClone(state);
          const outcome = decide(account, state, next, context);
          expect(state).toEqual(before);
          expect(isRefusal(outcome) ? outcome.refused : undefined).toBe(expectedRefusal(state, next));
          if (isRefusal(outcome)) continue;
          expect(outcome).toHaveLength(1);
          for (const event of outcome as readonly AccountEvent[]) {
            events.push(event);
            if (event.type === 'MoneyDeposited') money += BigInt(event.data.amount);
            if (event.type === 'MoneyWithdrawn') money -= BigInt(event.data.amount);
          }
          state = fold(account, state, outcome) as Account;
          expect(BigInt(state.balance)).toBe(money);
          expect(state.balance).toBeGreaterThanOrEqual(0);
          expect(Number.isSafeInteger(state.balance)).toBe(true);
        }
        const types = events.map(({ type }) => type);
        expect(types.indexOf('AccountOpened')).toBe(0);
        expect(types.lastIndexOf('AccountOpened')).toBe(0);
        if (types.includes('AccountClosed')) {
          expect(types.indexOf('AccountClosed')).toBe(types.length - 1);
          expect(state.balance).toBe(0);
        }
        expect(fold(account, account.initial, events)).toEqual(state);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a monthly statement', () => {
  const issue = (month: string) => ({ type: 'IssueStatement', data: { month } }) as const;
  const of = (month: string, opening: number, paidIn: number, paidOut: number, movements: number) =>
    ({
      type: 'StatementIssued',
      data: { month, currency: 'EUR', opening, paidIn, paidOut, closing: opening + paidIn - paidOut, movements },
    }) as const;
  const november = of('2026-11', 0, 150, 30, 3);

  it('says what happened since the last one, also where that is nothing', () => {
    given(opened, deposited(100), withdrawn(30), deposited(50)).when(issue('2026-11')).then(november);
    given(opened, deposited(150), withdrawn(30), november, withdrawn(20))
      .when(issue('2026-12'))
      .then(of('2026-12', 120, 0, 20, 1));
    given(opened, deposited(120), of('2026-11', 0, 120, 0, 1), closed)
      .when(issue('2026-12'))
      .then(of('2026-12', 120, 0, 0, 0));
  });

  it('is issued once for each month, and never for an account that is none', () => {
    given(opened, november).when(issue('2026-11')).then();
    given(opened, november).when(issue('2026-10')).then();
    given().when(issue('2026-11')).rejected('account-not-open', { accountStatus: 'unopened' });
  });

  it('leaves out sums that no number holds exactly', () =>
    given(opened, deposited(largest), withdrawn(largest), deposited(1))
      .when(issue('2026-11'))
      .then({ type: 'StatementIssued', data: { month: '2026-11', currency: 'EUR', opening: 0, closing: 1, movements: 3 } }));

  it('is due to every account that is open, or was closed in that month', () => {
    const of = (status: 'open' | 'closed', changedAt: string, local: string) =>
      (monthlyStatement.command as (occasion: object) => object | undefined)({
        id: 'a1',
        row: { status, changedAt },
        local,
        time: '',
      });
    const sent = (month: string) => ({ to: 'account-a1', command: { type: 'IssueStatement', data: { month } } });
    expect(of('open', '2026-01-01T00:00:00.000Z', '2027-01-01T03:00')).toEqual(sent('2026-12'));
    expect(of('closed', '2026-11-30T12:00:00.000Z', '2026-12-01T03:00')).toEqual(sent('2026-11'));
    expect(of('closed', '2026-10-31T12:00:00.000Z', '2026-12-01T03:00')).toBeUndefined();
  });
});
