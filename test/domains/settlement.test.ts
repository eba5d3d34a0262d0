import { describe, expect, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { trade } from '../../domains/trade/decider.ts';
import { payout } from '../../domains/trade/payout.ts';
import { settlement } from '../../domains/trade/settlement.ts';
import { send } from '../../lib/index.ts';
import { done, reacting, refused, resolvedByHand } from '../../lib/testing/index.ts';

const given = reacting(settlement);
const placed = {
  type: 'OrderPlaced',
  data: { order: 1, owner: 'bob', side: 'buy', price: 5, quantity: 4, currency: 'EUR', account: 'b' },
} as const;
const matched = (quantity: number, price = 5) =>
  ({ type: 'OrdersMatched', data: { buy: 1, sell: 2, price, quantity, account: 'a', why: 'best-price' } }) as const;
const cancelled = { type: 'OrderCancelled', data: { order: 1, side: 'buy', quantity: 4 } } as const;
const reference = 'trade-1.1';
const debit = send(
  account,
  'b',
  'Debit',
  { amount: 20, currency: 'EUR', purpose: 'payment', reference, onBehalfOf: 'bob' },
  { done: 'taken', refused: 'notTaken' },
);
const fund = send(trade, '1', 'Fund', { order: 1 }, { done: 'heard', refused: 'overtaken' });
const pay = (amount: number) =>
  send(
    account,
    'a',
    'Credit',
    { amount, currency: 'EUR', purpose: 'transfer', reference: 'trade-1.2' },
    { done: 'heard', refused: 'notPaid' },
  );
const back = (amount: number) =>
  send(account, 'b', 'Credit', { amount, currency: 'EUR', purpose: 'refund', reference }, { done: 'heard' });
const settle = send(account, 'b', 'Settle', { reference }, { done: 'heard' });
const reject = (because: string) => send(trade, '1', 'Reject', { order: 1, because }, { done: 'heard' });

describe('the settlement of an order to buy', () => {
  it('takes the money, and only then puts the order into the book', () => {
    given()
      .when(placed)
      .then({ send: [debit] });
    given(placed)
      .when(done('taken'))
      .then({ send: [fund] });
  });
  it('is none of an order to sell', () => {
    const sell = { ...placed, data: { ...placed.data, side: 'sell' } };
    expect(settlement.instance({ ...sell, entityId: 'acme' } as never)).toBeUndefined();
    expect(settlement.instance({ ...placed, entityId: 'acme' } as never)).toBe('acme.1');
  });
  it('pays each match, and gives back what a better price saved', () => {
    given(placed, done('taken'), done('heard'))
      .when(matched(3, 4))
      .then({ send: [pay(12)] });
    given(placed, done('taken'), done('heard'), matched(3, 4))
      .when(matched(1))
      .then({ send: [pay(5), back(3)] });
  });
  it('lets the account close where nothing is left', () =>
    given(placed, done('taken'), done('heard'))
      .when(matched(4))
      .then({ send: [pay(20), settle] }));
  it('gives back what was not matched', () =>
    given(placed, done('taken'), done('heard'), matched(3))
      .when(cancelled)
      .then({ send: [back(5)] }));
  it('rejects the order where the money is not to be had', () =>
    given(placed)
      .when(refused('notTaken', { reason: 'insufficient-funds' }))
      .then({ send: [reject('insufficient-funds')] }));
  it('gives everything back to a buyer who cancels while the money is taken', () => {
    given(placed).when(cancelled).then({ send: [] });
    given(placed, cancelled)
      .when(done('taken'))
      .then({ send: [back(20)] });
    given(placed, cancelled)
      .when(refused('notTaken', { reason: 'insufficient-funds' }))
      .then({ send: [], end: 'refused' });
    given(placed, done('taken'))
      .when(cancelled)
      .then({ send: [back(20)] });
  });
  it('sets aside in the book what an account of a seller does not take', () =>
    given(placed, done('taken'), done('heard'), matched(3))
      .when(refused('notPaid', { reason: 'account-not-open' }))
      .then({
        send: [send(trade, '1', 'SetAside', { account: 'a', amount: 15, because: 'account-not-open' }, { done: 'heard' })],
      }));
  it('rejects the order of an instance that is resolved by hand', () =>
    given(placed)
      .when(resolvedByHand())
      .then({ send: [send(trade, '1', 'Reject', { order: 1, because: 'by-hand' })], end: 'resolved' }));
});

const paying = reacting(payout);
const released = {
  type: 'ProceedsReleased',
  data: { release: 3, owner: 'ada', account: 'a', amount: 15, currency: 'EUR' },
} as const;

describe('the payout of proceeds that were set aside', () => {
  it('pays the account that their owner named', () => {
    const terms = { amount: 15, currency: 'EUR', purpose: 'transfer', reference: 'payout-1.3' } as const;
    paying()
      .when(released)
      .then({ send: [send(account, 'a', 'Credit', terms, { done: 'paid', refused: 'notPaid' })] });
    paying(released).when(done('paid')).then({ end: 'paid' });
  });
  it('sets them aside again where that account does not take them either', () => {
    paying(released)
      .when(refused('notPaid', { reason: 'account-not-open' }))
      .then({
        send: [send(trade, '1', 'SetAside', { account: 'a', amount: 15, because: 'account-not-open' }, { done: 'aside' })],
      });
    paying(released, refused('notPaid', { reason: 'account-not-open' }))
      .when(done('aside'))
      .then({ end: 'set-aside' });
  });
});
