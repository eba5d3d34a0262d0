import { describe, expect, it } from 'vitest';
import { later, send } from '../../lib/core/process.ts';
import { account } from '../../lib/domains/account/decider.ts';
import { fulfilment } from '../../lib/domains/fulfilment/process.ts';
import { order } from '../../lib/domains/order/decider.ts';
import { stock } from '../../lib/domains/stock/decider.ts';
import { done, due, reacting, refused, resolvedByHand } from '../../lib/testing/reacting.ts';

const given = reacting(fulfilment);
const kettle = { sku: 'kettle', quantity: 2, price: 500 };
const cup = { sku: 'cup', quantity: 1, price: 300 };
type Line = typeof kettle;

const placed = { type: 'OrderPlaced', data: { owner: 'ada', currency: 'EUR', lines: [kettle, cup] } } as const;
const changed = (line: Line) => ({ type: 'LineChanged', data: line }) as const;
const chosen = { type: 'PaymentChosen', data: { account: 'a1', amount: 1300, currency: 'EUR' } } as const;
const shipped = { type: 'OrderShipped', data: {} } as const;
const cancelled = { type: 'OrderCancelled', data: { reason: 'too late' } } as const;
const rejected = { type: 'OrderRejected', data: { reason: 'stock-refused' } } as const;
const expired = { type: 'OrderExpired', data: {} } as const;

const reserve = ({ sku, quantity, price }: Line) =>
  send(
    stock,
    sku,
    'Reserve',
    { orderId: '1', quantity, price, currency: 'EUR' },
    { done: 'reserved', refused: 'reservationRefused' },
  );
const release = (sku: string, follows = 'settled') => send(stock, sku, 'Release', { orderId: '1' }, { done: follows });
const dispatch = (sku: string) => send(stock, sku, 'Dispatch', { orderId: '1' }, { done: 'settled' });
const money = { amount: 1300, currency: 'EUR', reference: 'order-1' };
const debit = send(
  account,
  'a1',
  'Debit',
  { ...money, purpose: 'payment', onBehalfOf: 'ada' },
  { done: 'paid', refused: 'paymentRefused' },
);
const refund = send(account, 'a1', 'Credit', { ...money, purpose: 'refund' }, { done: 'settled' });
const asked = { done: 'heard', refused: 'overtaken' };
const confirm = send(order, '1', 'Confirm', {}, asked);
const expire = (changes: number) => send(order, '1', 'Expire', { changes }, asked);
const reject = (why: Parameters<(typeof order)['decide']['Reject']>[1]) => send(order, '1', 'Reject', why, asked);
const deadline = (minute: number) => ({ name: 'payment', at: later(`2026-11-21T12:0${minute}:00.000Z`, { minutes: 30 }) });

const of = (sku: string) => ({ to: `stock-${sku}` });
const reservedOne = [placed, done('reserved', of('kettle'))] as const;
const reserved = [...reservedOne, done('reserved', of('cup'))] as const;
const paid = [...reserved, chosen, done('paid')] as const;
const confirmed = [...paid, done('heard')] as const;
const refusedCup = refused('reservationRefused', { ...of('cup'), reason: 'insufficient-stock' });
const overtaken = refused('overtaken', { reason: 'order-not-open' });
const releases = [release('kettle'), release('cup')];
const settled = (sku: string) => done('settled', of(sku));

describe('an order that goes well', () => {
  it('has each line reserved, and half an hour to be paid', () =>
    given()
      .when(placed)
      .then({ send: [reserve(kettle), reserve(cup)], set: [deadline(1)] }));
  it('waits for the customer', () =>
    given(...reservedOne)
      .when(done('reserved'))
      .then({})
      .remembers({ reserving: 0, payment: 'none' }));
  it('is paid when all is reserved and the customer has said from where', () =>
    given(...reserved)
      .when(chosen)
      .then({ send: [debit], cancel: ['payment'] }));
  it('waits for the last reservation where the customer is faster', () => {
    given(...reservedOne)
      .when(chosen)
      .then({ cancel: ['payment'] });
    given(...reservedOne, chosen)
      .when(done('reserved'))
      .then({ send: [debit] });
  });
  it('is confirmed', () =>
    given(...reserved, chosen)
      .when(done('paid'))
      .then({ send: [confirm] }));
  it('leaves the stock when it is shipped', () =>
    given(...confirmed)
      .when(shipped)
      .then({ send: [dispatch('kettle'), dispatch('cup')] }));
  it('is then complete', () =>
    given(...confirmed, shipped, settled('kettle'))
      .when(settled('cup'))
      .then({ end: 'completed' }));
  it('is not complete before it is known to be confirmed', () => {
    given(...paid, shipped, settled('kettle'))
      .when(settled('cup'))
      .then({});
    given(...paid, shipped, settled('kettle'), settled('cup'))
      .when(done('heard'))
      .then({ end: 'completed' });
  });
});

describe('an order that changes', () => {
  const more = { ...kettle, quantity: 3 };
  const none = { ...kettle, quantity: 0 };

  it('has the line reserved anew, and half an hour again', () =>
    given(...reserved)
      .when(changed(more))
      .then({ send: [reserve(more)], set: [deadline(4)] }));
  it('lets go of a line that is gone', () =>
    given(...reserved)
      .when(changed(none))
      .then({ send: [release('kettle', 'reserved')], set: [deadline(4)] })
      .remembers({ lines: [cup] }));
  it('is paid when the change is reserved too', () => {
    given(...reserved, changed(more))
      .when(chosen)
      .then({ cancel: ['payment'] });
    given(...reserved, changed(more), chosen)
      .when(done('reserved'))
      .then({ send: [debit] });
  });
  it('is rejected where there is not enough for the change', () =>
    given(...reserved, changed(more))
      .when(refused('reservationRefused', { reason: 'insufficient-stock' }))
      .then({ send: [reject({ reason: 'stock-refused', because: 'insufficient-stock', sku: 'kettle' })] }));
  it('is not rejected for what was asked for before the change', () => {
    const first = [placed, changed(none), done('reserved', of('cup'))] as const;
    const refusedFirst = refused('reservationRefused', { ...of('kettle'), reason: 'insufficient-stock' });
    given(...first)
      .when(refusedFirst)
      .then({})
      .remembers({ reserving: 1 });
    given(...first, refusedFirst, chosen)
      .when(done('reserved'))
      .then({ send: [debit] });
  });
});

describe('an order that is not paid in time', () => {
  it('is to expire, as far as it is known', () => {
    given(...reserved)
      .when(due('payment'))
      .then({ send: [expire(0)] });
    given(...reserved, changed(cup), done('reserved'))
      .when(due('payment'))
      .then({ send: [expire(1)] });
  });
  it('releases what was reserved', () =>
    given(...reserved, due('payment'))
      .when(expired)
      .then({ send: releases }));
  it('is then over', () =>
    given(...reserved, due('payment'), done('heard'), expired, settled('kettle'))
      .when(settled('cup'))
      .then({ end: 'expired' }));
  it('releases also what is being reserved', () => given(placed, due('payment')).when(expired).then({ send: releases }));
  it('goes on where the customer was faster', () => {
    given(...reserved, due('payment'))
      .when(overtaken)
      .then({})
      .remembers({ stage: 'open', open: 0 });
    given(...reserved, due('payment'), overtaken)
      .when(chosen)
      .then({ send: [debit] });
    given(...reserved, due('payment'), overtaken)
      .when(changed(cup))
      .then({ send: [reserve(cup)], set: [{ name: 'payment', at: later('2026-11-21T12:33:00.000Z', { minutes: 30 }) }] });
  });
});

describe('an order whose stock is refused', () => {
  it('is to be rejected, once', () => {
    given(...reservedOne)
      .when(refusedCup)
      .then({ send: [reject({ reason: 'stock-refused', because: 'insufficient-stock', sku: 'cup' })] });
    given(placed, refusedCup)
      .when(refused('reservationRefused', { ...of('kettle'), reason: 'not-for-sale' }))
      .then({});
  });
  it('releases the other lines, and the refused one too, of which an earlier quantity may be held', () =>
    given(...reservedOne, refusedCup)
      .when(rejected)
      .then({ send: releases, cancel: ['payment'] }));
  it('is then over', () =>
    given(...reservedOne, refusedCup, done('heard'), rejected, settled('kettle'))
      .when(settled('cup'))
      .then({ end: 'rejected' }));
  it('does not take a payment, nor another change, that was made before the customer knew', () => {
    given(...reservedOne, refusedCup)
      .when(chosen)
      .then({});
    given(...reservedOne, refusedCup)
      .when(changed(cup))
      .then({});
    given(...reservedOne, refusedCup)
      .when(due('payment'))
      .then({});
  });
});

describe('an order whose payment is refused', () => {
  const poor = refused('paymentRefused', { reason: 'insufficient-funds' });
  it('is to be rejected', () =>
    given(...reserved, chosen)
      .when(poor)
      .then({ send: [reject({ reason: 'payment-refused', because: 'insufficient-funds' })] }));
  it('releases what was reserved, and has nothing to pay back', () =>
    given(...reserved, chosen, poor)
      .when(rejected)
      .then({ send: releases }));
});

describe('an order that the customer cancels', () => {
  it('while it is being reserved', () => {
    given(placed)
      .when(cancelled)
      .then({ send: releases, cancel: ['payment'] });
    given(placed, cancelled)
      .when(done('reserved', of('cup')))
      .then({});
    given(placed, cancelled).when(refusedCup).then({});
    const cup = [done('reserved', of('cup')), settled('cup')];
    given(placed, cancelled, ...cup, done('reserved'))
      .when(settled('kettle'))
      .then({ end: 'cancelled' });
  });
  it('while it waits for the customer', () =>
    given(...reserved)
      .when(cancelled)
      .then({ send: releases, cancel: ['payment'] }));
  it('while the payment waits for the stock: nothing is taken any more', () => {
    given(...reservedOne, chosen)
      .when(cancelled)
      .then({ send: releases });
    given(...reservedOne, chosen, cancelled)
      .when(done('reserved'))
      .then({});
  });
  it('while it is being paid: only the outcome says whether there is anything to give back', () => {
    given(...reserved, chosen)
      .when(cancelled)
      .then({ send: releases });
    given(...reserved, chosen, cancelled)
      .when(done('paid'))
      .then({ send: [refund] });
    const over = [...reserved, chosen, cancelled, settled('kettle'), settled('cup')] as const;
    given(...over, done('paid'))
      .when(done('settled'))
      .then({ end: 'cancelled' });
    given(...over)
      .when(refused('paymentRefused', { reason: 'insufficient-funds' }))
      .then({ end: 'cancelled' });
  });
  it('while it is being confirmed', () => {
    given(...paid)
      .when(cancelled)
      .then({ send: [...releases, refund] });
    given(...paid, cancelled)
      .when(overtaken)
      .then({});
  });
  it('when it is confirmed', () => {
    given(...confirmed)
      .when(cancelled)
      .then({ send: [...releases, refund] });
    given(...confirmed, cancelled, settled('kettle'), settled('cup'))
      .when(done('settled'))
      .then({ end: 'cancelled' });
  });
  it('while it is being rejected or expires', () => {
    given(...reservedOne, refusedCup)
      .when(cancelled)
      .then({ send: releases, cancel: ['payment'] });
    given(...reserved, due('payment'))
      .when(cancelled)
      .then({ send: releases });
    const released = [cancelled, settled('kettle'), settled('cup')];
    given(...reserved, due('payment'), ...released)
      .when(overtaken)
      .then({ end: 'cancelled' });
  });
});

describe('what cannot be given back', () => {
  const why = { reason: 'account-not-open' };
  it('is stuck: the refund, the release, the dispatch', () => {
    given(...confirmed, cancelled)
      .when(refused('Credit', why))
      .then({ stuck: 'account-not-open' });
    given(...reserved, cancelled)
      .when(refused('Release', { ...of('cup'), ...why }))
      .then({ stuck: 'account-not-open' });
    given(...confirmed, shipped)
      .when(refused('Dispatch', { ...of('cup'), ...why }))
      .then({ stuck: 'account-not-open' });
  });
});

describe('an order whose fulfilment somebody resolves by hand', () => {
  const settle = { send: [send(order, '1', 'SettleByHand', {})], end: 'resolved' };
  it('is settled, wherever it stood still, also before anything was remembered', () => {
    given().when(resolvedByHand()).then(settle);
    given(placed).when(resolvedByHand()).then(settle);
    given(...confirmed, cancelled, refused('Credit', { reason: 'account-not-open' }))
      .when(resolvedByHand('Paid back in cash.'))
      .then(settle);
  });
});

describe('an order from before there was this process', () => {
  it.each([changed(cup), chosen, shipped, cancelled, rejected, expired])('is none of its business: $type', (event) => {
    given().when(event).then({});
    expect(() => given(event).when(due('payment'))).toThrow('has no such deadline set');
  });
});
