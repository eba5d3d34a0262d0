import { describe, expect, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { type Fulfilment, unseen } from '../../domains/fulfilment/memory.ts';
import { fulfilment } from '../../domains/fulfilment/process.ts';
import { order } from '../../domains/order/decider.ts';
import { stock } from '../../domains/stock/decider.ts';
import { later } from '../../lib/core/instant.ts';
import { send } from '../../lib/core/process/process.ts';
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
const free = (done?: 'settled') => send(account, 'a1', 'Settle', { reference: 'order-1' }, done && { done });
const asked = { done: 'heard', refused: 'overtaken' };
const confirm = send(order, '1', 'Confirm', {}, asked);
const expire = (changes: number) => send(order, '1', 'Expire', { changes }, asked);
const reject = (why: Parameters<(typeof order)['decide']['Reject']>[1]) => send(order, '1', 'Reject', why, asked);

const of = (sku: string) => ({ to: `stock-${sku}` });
const paid = [placed, chosen, done('paid')] as const;
const reservedOne = [...paid, done('reserved', of('kettle'))] as const;
const reserved = [...reservedOne, done('reserved', of('cup'))] as const;
const confirmed = [...reserved, done('heard')] as const;
const refusedCup = refused('reservationRefused', { ...of('cup'), reason: 'insufficient-stock' });
const overtaken = refused('overtaken', { reason: 'order-not-open' });
const releases = [release('kettle'), release('cup')];
const settled = (sku: string) => done('settled', of(sku));
const paidFor = done('settled', { to: 'account-a1' });

describe('an order that goes well', () => {
  it('has half an hour to be paid, and keeps nothing from others until it is', () =>
    given()
      .when(placed)
      .then({ setDeadlines: { payment: later('2026-11-21T12:01:00.000Z', { minutes: 30 }) } }));
  it('is paid when the customer has said from where', () =>
    given(placed)
      .when(chosen)
      .then({ send: [debit], cancelDeadlines: ['payment'] }));
  it('has each line reserved when it is paid', () =>
    given(placed, chosen)
      .when(done('paid'))
      .then({ send: [reserve(kettle), reserve(cup)] }));
  it('is confirmed when the last line is reserved', () => {
    given(...paid)
      .when(done('reserved', of('kettle')))
      .then({});
    given(...reservedOne)
      .when(done('reserved', of('cup')))
      .then({ send: [confirm] });
  });
  it('leaves the stock when it is shipped', () =>
    given(...confirmed)
      .when(shipped)
      .then({ send: [dispatch('kettle'), dispatch('cup'), free('settled')] }));
  it('is then complete', () =>
    given(...confirmed, shipped, settled('kettle'), settled('cup'))
      .when(paidFor)
      .then({ end: 'completed' }));
  it('is not complete before it is known to be confirmed', () => {
    given(...reserved, shipped, settled('kettle'), settled('cup'))
      .when(paidFor)
      .then({});
    given(...reserved, shipped, settled('kettle'), settled('cup'), paidFor)
      .when(done('heard'))
      .then({ end: 'completed' });
  });
});

describe('an order that changes', () => {
  const more = { ...kettle, quantity: 3 };
  const none = { ...kettle, quantity: 0 };

  it('has no more time to be paid, and reserves what it was when it was paid', () => {
    given(placed).when(changed(more)).then({});
    given(placed, changed(more), chosen)
      .when(done('paid'))
      .then({ send: [reserve(more), reserve(cup)] });
  });
  it('asks nothing of stock for a line that is gone, since nothing was reserved', () =>
    given(placed)
      .when(changed(none))
      .then({})
      .remembers({ lines: [cup] }));
});

describe('an order that is not paid in time', () => {
  it('is to expire, also where it was changed', () => {
    given(placed)
      .when(due('payment'))
      .then({ send: [expire(0)] });
    given(placed, changed(cup))
      .when(due('payment'))
      .then({ send: [expire(1)] });
  });
  it('has nothing to release, and is over when it has expired and the answer is known, whichever comes first', () => {
    given(placed, due('payment')).when(expired).then({ cancelDeadlines: [] });
    given(placed, due('payment'), done('heard')).when(expired).then({ end: 'expired' });
    given(placed, due('payment'), expired).when(done('heard')).then({ end: 'expired' });
  });
  it('goes on where the customer was faster', () => {
    given(placed, due('payment')).when(overtaken).then({}).remembers({ stage: 'open', open: 0 });
    given(placed, due('payment'), overtaken)
      .when(chosen)
      .then({ send: [debit] });
  });
});

describe('an order whose stock is refused', () => {
  it('is to be rejected, once', () => {
    given(...reservedOne)
      .when(refusedCup)
      .then({ send: [reject({ reason: 'stock-refused', because: 'insufficient-stock', sku: 'cup' })] });
    given(...paid, refusedCup)
      .when(refused('reservationRefused', { ...of('kettle'), reason: 'not-for-sale' }))
      .then({});
  });
  it('releases the other lines, and is paid back', () =>
    given(...reservedOne, refusedCup)
      .when(rejected)
      .then({ send: [release('kettle'), refund] }));
  it('is then over', () =>
    given(...reservedOne, refusedCup, done('heard'), rejected, settled('kettle'))
      .when(done('settled'))
      .then({ end: 'rejected' }));
});

describe('an order whose payment is refused', () => {
  const poor = refused('paymentRefused', { reason: 'insufficient-funds' });
  it('is to be rejected', () =>
    given(placed, chosen)
      .when(poor)
      .then({ send: [reject({ reason: 'payment-refused', because: 'insufficient-funds' })] }));
  it('has nothing to pay back, and nothing to release', () => given(placed, chosen, poor).when(rejected).then({}));
});

describe('an order that the customer cancels', () => {
  it('while it waits for the customer: it sends nothing and ends', () =>
    given(placed)
      .when(cancelled)
      .then({ cancelDeadlines: ['payment'], end: 'cancelled' }));
  it('while it is being paid: only the outcome says whether there is anything to give back', () => {
    given(placed, chosen).when(cancelled).then({});
    given(placed, chosen, cancelled)
      .when(done('paid'))
      .then({ send: [refund] });
    given(placed, chosen, cancelled, done('paid')).when(done('settled')).then({ end: 'cancelled' });
    given(placed, chosen, cancelled)
      .when(refused('paymentRefused', { reason: 'insufficient-funds' }))
      .then({ end: 'cancelled' });
  });
  it('while it is being reserved', () => {
    given(...paid)
      .when(cancelled)
      .then({ send: [...releases, refund] });
    given(...paid, cancelled)
      .when(done('reserved', of('cup')))
      .then({});
    given(...paid, cancelled)
      .when(refusedCup)
      .then({});
    const all = [done('reserved', of('cup')), settled('cup'), done('reserved'), settled('kettle')];
    given(...paid, cancelled, ...all)
      .when(done('settled'))
      .then({ end: 'cancelled' });
  });
  it('while it is being confirmed', () => {
    given(...reserved)
      .when(cancelled)
      .then({ send: [...releases, refund] });
    given(...reserved, cancelled)
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
      .then({ send: [release('kettle'), refund] });
    given(placed, due('payment')).when(cancelled).then({});
    given(placed, due('payment'), cancelled).when(overtaken).then({ end: 'cancelled' });
  });
});

/** As an instance was left by the release before, which reserved each line when the order was placed, and took the payment afterwards. */
describe('an order that the release before has begun', () => {
  const { on, onDone: outcomes } = fulfilment;
  const begun = {
    stage: 'open',
    orderId: '1',
    owner: 'ada',
    currency: 'EUR',
    lines: [kettle, cup],
    open: 2,
    reserving: 2,
  } as const;
  const before: Fulfilment = { ...unseen, ...begun };
  const outcome = { ...of('cup'), command: { type: 'Reserve', data: {} }, commit: 1, at: '2026-11-21T12:00:00.000Z' };
  const event = (data: object) => ({ entityId: '1', at: '2026-11-21T12:00:00.000Z', data }) as never;

  it('is paid when what is being reserved is known, reserves all of it once more, which changes nothing, and is confirmed', () => {
    const asked = on.PaymentChosen?.(before, event(chosen.data))?.memory as Fulfilment;
    expect(asked).toMatchObject({ payment: 'chosen', open: 2 });
    const [first, last] = [
      outcomes!.reserved!(asked, outcome),
      outcomes!.reserved!({ ...asked, open: 1, reserving: 1 }, outcome),
    ];
    expect([first?.send, last?.send]).toEqual([[], [debit]]);
    expect(outcomes!.paid!(last!.memory!, outcome)?.send).toEqual([reserve(kettle), reserve(cup)]);
  });
  it('lets go of all that may be reserved for it, also for a line that is gone and for one that was refused', () => {
    expect(on.OrderCancelled?.(before, event(cancelled.data))?.send).toEqual(releases);
    expect(on.LineChanged?.(before, event({ ...kettle, quantity: 0 }))?.send).toEqual([release('kettle')]);
    const known = outcomes!.paid!({ ...before, payment: 'taking', account: 'a1', amount: 1300 }, outcome)?.memory as Fulfilment;
    const left = fulfilment.onRefused!.reservationRefused!(known, { ...outcome, reason: 'not-for-sale' })?.memory as Fulfilment;
    expect(on.OrderRejected?.(left, event(rejected.data))?.send).toEqual([...releases, refund]);
  });
});

describe('money that cannot be refunded', () => {
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

describe('an order whose fulfilment an operator resolves', () => {
  const settle = { send: [send(order, '1', 'SettleByHand', {})], end: 'resolved' };
  it('is settled, wherever it stood still, also before anything was remembered', () => {
    given().when(resolvedByHand()).then(settle);
    given(placed).when(resolvedByHand()).then(settle);
    given(...confirmed, cancelled, refused('Credit', { reason: 'account-not-open' }))
      .when(resolvedByHand('Paid back in cash.'))
      .then({ ...settle, send: [...settle.send, free()] });
  });
});

describe('an order from before there was this process', () => {
  it.each([changed(cup), chosen, shipped, cancelled, rejected, expired])('is none of its business: $type', (event) => {
    given().when(event).then({});
    expect(() => given(event).when(due('payment'))).toThrow('has no such deadline set');
  });
});
