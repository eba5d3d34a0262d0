import { describe, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { transfer } from '../../domains/transfer/decider.ts';
import { transferProcess } from '../../domains/transfer/process.ts';
import { later } from '../../lib/core/instant.ts';
import { send } from '../../lib/core/process/process.ts';
import { done, due, reacting, refused, resolvedByHand } from '../../lib/testing/reacting.ts';

const given = reacting(transferProcess);
const terms = { from: 'a1', to: 'a2', amount: 5, currency: 'EUR' };
const requested = { type: 'TransferRequested', data: { owner: 'ada', ...terms } } as const;
const money = { amount: 5, currency: 'EUR', reference: 'transfer-1' };

const debit = send(
  account,
  'a1',
  'Debit',
  { ...money, purpose: 'transfer', onBehalfOf: 'ada', counterparty: 'a2' },
  { done: 'debited', refused: 'debitRefused' },
);
const credit = send(
  account,
  'a2',
  'Credit',
  { ...money, purpose: 'transfer', counterparty: 'a1' },
  { done: 'credited', refused: 'creditRefused' },
);
const refund = send(account, 'a1', 'Credit', { ...money, purpose: 'refund', counterparty: 'a2' }, { done: 'refunded' });
/** The account that was debited may close again. */
const free = send(account, 'a1', 'Settle', { reference: 'transfer-1' });
const complete = send(transfer, '1', 'Complete', {}, { done: 'completed' });
const fail = (reason: 'debit-refused' | 'credit-refused' | 'expired', because?: string) =>
  send(transfer, '1', 'Fail', { reason, ...(because && { because }) }, { done: 'failed' });

const debitRefused = refused('debitRefused', { reason: 'insufficient-funds', detail: { balance: 3 } });
const creditRefused = refused('creditRefused', { reason: 'account-not-open' });

describe('a transfer process', () => {
  it('takes the money first, and gives that an hour', () =>
    given()
      .when(requested)
      .then({ send: [debit], setDeadlines: { debit: later('2026-11-21T12:01:00.000Z', { hours: 1 }) } }));
  it('then hands it on, and from there on only goes forward', () =>
    given(requested)
      .when(done('debited'))
      .then({ send: [credit], cancelDeadlines: ['debit'] }));
  it('then says so, and lets the account close that it was taken from', () =>
    given(requested, done('debited'))
      .when(done('credited'))
      .then({ send: [complete, free] }));
  it('and is complete', () =>
    given(requested, done('debited'), done('credited')).when(done('completed')).then({ end: 'completed' }));
});

describe('a transfer whose debit is refused', () => {
  it('fails with the reason, and nothing has moved', () =>
    given(requested)
      .when(debitRefused)
      .then({ send: [fail('debit-refused', 'insufficient-funds')], cancelDeadlines: ['debit'] }));
  it('is then over', () => given(requested, debitRefused).when(done('failed')).then({ end: 'undone' }));
});

describe('a transfer whose credit is refused', () => {
  it('gives the money back', () =>
    given(requested, done('debited'))
      .when(creditRefused)
      .then({ send: [refund] })
      .remembers({ reason: 'credit-refused', because: 'account-not-open' }));
  it('then fails with the reason of the credit', () =>
    given(requested, done('debited'), creditRefused)
      .when(done('refunded'))
      .then({ send: [fail('credit-refused', 'account-not-open')] }));
  it('is then over', () =>
    given(requested, done('debited'), creditRefused, done('refunded')).when(done('failed')).then({ end: 'undone' }));
  it('stands still where the refund is refused too: the money must not be forgotten', () =>
    given(requested, done('debited'), creditRefused)
      .when(refused('Credit', { reason: 'account-not-open' }))
      .then({ stuck: 'account-not-open' }));
});

describe('a transfer whose debit takes too long', () => {
  it('only notes it: the debit is on its way, and may have taken effect', () =>
    given(requested).when(due('debit')).then({}).remembers({ late: true }));
  it('gives back what was taken after all', () =>
    given(requested, due('debit'))
      .when(done('debited'))
      .then({ send: [refund] }));
  it('then fails as expired', () =>
    given(requested, due('debit'), done('debited'))
      .when(done('refunded'))
      .then({ send: [fail('expired')] }));
  it('has nothing to give back where it was refused', () =>
    given(requested, due('debit'))
      .when(debitRefused)
      .then({ send: [fail('debit-refused', 'insufficient-funds')] }));
});

describe('a transfer that an operator resolves', () => {
  const settle = send(transfer, '1', 'SettleByHand', {});
  const refundRefused = refused('Credit', { reason: 'account-not-open' });
  it('is settled for its customer, who is not told why', () =>
    given(requested, done('debited'), creditRefused, refundRefused)
      .when(resolvedByHand('Paid out in cash to her brother.'))
      .then({ send: [settle, free], end: 'resolved' }));
  it('is settled wherever it stood still, also before it remembered anything', () => {
    given()
      .when(resolvedByHand())
      .then({ send: [settle], end: 'resolved' });
    given(requested)
      .when(resolvedByHand())
      .then({ send: [settle, free], end: 'resolved' });
    given(requested, done('debited'))
      .when(resolvedByHand())
      .then({ send: [settle, free], end: 'resolved' });
  });
  it('is then over', () => given(requested, resolvedByHand()).when(done('SettleByHand')).then({}));
});

describe('a transfer that cannot say how it ended', () => {
  it('stands still', () => {
    given(requested, done('debited'), done('credited'))
      .when(refused('Complete', { reason: 'transfer-not-pending' }))
      .then({ stuck: 'transfer-not-pending' });
    given(requested, debitRefused)
      .when(refused('Fail', { reason: 'transfer-not-pending' }))
      .then({ stuck: 'transfer-not-pending' });
  });
});
