import { describe, it } from 'vitest';
import { order } from '../../../domains/order/decider.ts';
import type { OrderEvent } from '../../../events/order.ts';
import type { Message } from '../../../lib/core/message.ts';
import { deciding } from '../../../lib/testing/deciding.ts';

const kettle = { sku: 'kettle', quantity: 2, price: 500 };
const cup = { sku: 'cup', quantity: 1, price: 300 };
const most = 1_000_000_000;
const priced = (price: number): readonly Message[] => [
  { type: 'ProductListed', data: { name: 'x', description: '', currency: 'EUR' } },
  { type: 'PriceSet', data: { price, from: '2026-01-01T00:00:00.000Z' } },
];
const catalogue = { 'product-kettle': priced(500), 'product-cup': priced(300), 'product-moon': priced(most) };
const decidingOrder = deciding(order);
const given = (...events: readonly OrderEvent[]) => decidingOrder(...events).facts(catalogue);
const placed = { type: 'OrderPlaced', data: { owner: 'ada', currency: 'EUR', lines: [kettle] } } as const;
const changed = (line: typeof kettle) => ({ type: 'LineChanged', data: line }) as const;
const chosen = (amount: number) => ({ type: 'PaymentChosen', data: { account: 'a1', amount, currency: 'EUR' } }) as const;
const confirmed = { type: 'OrderConfirmed', data: {} } as const;
const shipped = { type: 'OrderShipped', data: {} } as const;
const cancelled = { type: 'OrderCancelled', data: { reason: 'too late' } } as const;
const rejected = {
  type: 'OrderRejected',
  data: { reason: 'stock-refused', because: 'insufficient-stock', sku: 'kettle' },
} as const;
const settle = { type: 'SettleByHand', data: {} } as const;
const settled = { type: 'OrderSettledByHand', data: {} } as const;
const expired = { type: 'OrderExpired', data: {} } as const;

const asked = ({ sku, quantity }: typeof kettle) => ({ sku, quantity });
const place = (...lines: readonly (typeof kettle)[]) =>
  ({ type: 'Place', data: { lines: lines.map(asked), currency: 'EUR' } }) as const;
const change = (line: typeof kettle) => ({ type: 'ChangeLine', data: asked(line) }) as const;
const pay = { type: 'Pay', data: { account: 'a1' } } as const;
const cancel = { type: 'Cancel', data: { reason: 'too late' } } as const;
const ship = { type: 'Ship', data: {} } as const;
const confirm = { type: 'Confirm', data: {} } as const;
const reject = {
  type: 'Reject',
  data: { reason: 'stock-refused', because: 'insufficient-stock', sku: 'kettle' },
} as const;
const expire = (changes = 0) => ({ type: 'Expire', data: { changes } }) as const;

describe('an order', () => {
  it('belongs to the customer who places it, once', () => {
    given().when(place(kettle)).then(placed);
    given().when(place(kettle)).retrySafe();
    given(placed).when(place(kettle)).rejected('already-placed', { orderStatus: 'placed' });
  });
  it('has a line for each sku, up to twenty', () => {
    given()
      .when(place(kettle, { ...kettle, quantity: 1 }))
      .rejected('sku-twice');
    given().when(place()).invalid('lines');
    given()
      .when(place(...Array.from({ length: 21 }, (_, i) => ({ ...kettle, sku: `s${i}` }))))
      .invalid('lines');
  });
  it('has the price that holds when it is placed or changed, and none that a customer states', () => {
    const later = { type: 'PriceSet', data: { price: 700, from: '2026-11-22T00:00:00.000Z' } } as const;
    const raised = decidingOrder().facts({ 'product-kettle': [...priced(500), later] });
    raised.when(place(kettle), { at: '2026-11-21T23:59:59.999Z' }).then(placed);
    raised
      .when(place(kettle), { at: '2026-11-22T00:00:00.000Z' })
      .then({ ...placed, data: { ...placed.data, lines: [{ ...kettle, price: 700 }] } });
    decidingOrder(placed)
      .facts({ 'product-kettle': [...priced(500), later] })
      .when(change({ ...kettle, quantity: 1 }), { at: '2026-11-23T00:00:00.000Z' })
      .then(changed({ ...kettle, quantity: 1, price: 700 }));
    given()
      .when({ type: 'Place', data: { lines: [kettle], currency: 'EUR' } })
      .invalid('lines.0');
  });
  it('is of what is for sale in its currency', () => {
    const none = { sku: 'kettle', currency: 'EUR' };
    decidingOrder().when(place(kettle)).rejected('not-for-sale', none);
    decidingOrder()
      .facts({ 'product-kettle': [...priced(500), { type: 'ProductWithdrawn', data: {} }] })
      .when(place(kettle))
      .rejected('not-for-sale', none);
    given()
      .when({ type: 'Place', data: { lines: [asked(kettle)], currency: 'USD' } })
      .rejected('not-for-sale', { sku: 'kettle', currency: 'USD' });
  });
  it('stays exact', () => {
    const dear = { sku: 'moon', quantity: 2, price: most };
    given().when(place(dear)).rejected('total-too-large', { most });
    given(placed).when(change(dear)).rejected('total-too-large', { most });
    given()
      .when(place({ ...dear, quantity: 1 }))
      .then({ ...placed, data: { ...placed.data, lines: [{ ...dear, quantity: 1 }] } });
    for (const [field, line] of Object.entries({
      quantity: { ...dear, quantity: 1_000_001 },
    })) {
      given().when(place(line)).invalid(`lines.0.${field}`);
      given(placed).when(change(line)).invalid(field);
    }
  });

  it('is changed line by line until the customer pays', () => {
    given(placed).when(change(cup)).then(changed(cup));
    given(placed)
      .when(change({ ...kettle, quantity: 9 }))
      .then(changed({ ...kettle, quantity: 9 }));
    given(placed).when(change(kettle)).then();
    given(placed, chosen(1000)).when(change(cup)).rejected('order-not-open', { orderStatus: 'paying' });
  });

  it('is not paid from an account that the customer does not own: it is refused before the account gets a command', () =>
    given(placed).when(pay, { ownsNamed: false }).forbidden());

  it('loses a line by a quantity of 0, and keeps one', () => {
    given(placed, changed(cup))
      .when(change({ ...kettle, quantity: 0 }))
      .then(changed({ ...kettle, quantity: 0 }));
    given(placed)
      .when(change({ ...kettle, quantity: 0 }))
      .rejected('no-lines-left');
    given(placed)
      .when(change({ ...cup, quantity: 0 }))
      .then();
  });
  it('has no more lines than it could be placed with', () => {
    const lines = Array.from({ length: 20 }, (_, i) => ({ ...kettle, sku: `s${i}` }));
    given({ type: 'OrderPlaced', data: { ...placed.data, lines } })
      .when(change(cup))
      .rejected('too-many-lines', { most: 20 });
  });

  it('is paid as it is then, once', () => {
    given(placed).when(pay).then(chosen(1000));
    given(placed, changed(cup)).when(pay).then(chosen(1300));
    given(placed, chosen(1000)).when(pay).rejected('order-not-open', { orderStatus: 'paying' });
  });
  it('is confirmed when it is paid, and shipped when it is confirmed', () => {
    given(placed, chosen(1000)).when(confirm).then(confirmed);
    given(placed, chosen(1000), confirmed).when(ship).then(shipped);
    given(placed).when(confirm).rejected('order-not-open', { orderStatus: 'placed' });
    given(placed, chosen(1000)).when(ship).rejected('order-not-open', { orderStatus: 'paying' });
  });

  it('is cancelled until it is shipped', () => {
    for (const history of [[placed], [placed, chosen(1000)], [placed, chosen(1000), confirmed]])
      given(...history)
        .when(cancel)
        .then(cancelled);
    given(placed, chosen(1000), confirmed, shipped).when(cancel).rejected('order-not-open', { orderStatus: 'shipped' });
  });
  it('is rejected until it is confirmed', () => {
    given(placed).when(reject).then(rejected);
    given(placed, chosen(1000)).when(reject).then(rejected);
    given(placed, chosen(1000), confirmed).when(reject).rejected('order-not-open', { orderStatus: 'confirmed' });
  });
  it('expires while nothing was paid, and a change gives it no more time', () => {
    given(placed).when(expire()).then(expired);
    given(placed, changed(cup)).when(expire()).then(expired);
    given(placed, chosen(1000)).when(expire()).rejected('order-not-open', { orderStatus: 'paying' });
  });

  it('that a person has seen to is settled, unless it had ended by itself: then it stays as it ended', () => {
    for (const open of [[placed], [placed, chosen(1000)], [placed, chosen(1000), confirmed]])
      given(...open)
        .when(settle)
        .then(settled);
    for (const over of [cancelled, rejected, expired, settled]) given(placed, over).when(settle).then();
    given(placed, chosen(1000), confirmed, shipped).when(settle).then();
  });
  it.each([
    ['cancelled', cancelled],
    ['rejected', rejected],
    ['expired', expired],
    ['settled-by-hand', settled],
  ])('is over when it is %s', (orderStatus, over) => {
    for (const command of [change(cup), pay, cancel, ship, confirm, reject, expire()])
      given(placed, over).when(command).rejected('order-not-open', { orderStatus });
  });

  it('is the customer’s to change, the operator’s to ship, and the process’s to decide', () => {
    const [bob, operator] = [
      { id: 'bob', kind: 'user', roles: [] } as const,
      { id: 'op-1', kind: 'user', roles: ['operator'] } as const,
    ];
    for (const command of [change(cup), pay, cancel, ship]) given(placed).when(command, { actor: bob }).forbidden();
    for (const command of [change(cup), pay, cancel, confirm, reject, expire(), settle])
      given(placed).when(command, { actor: operator }).forbidden();
  });
});
