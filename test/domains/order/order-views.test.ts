import { describe, it } from 'vitest';
import { ordersByStatus } from '../../../domains/order/projections/by-status.ts';
import { customerOrders } from '../../../domains/order/projections/orders.ts';
import { revenue } from '../../../domains/order/projections/revenue.ts';
import { projecting } from '../../../lib/testing/projecting.ts';
import { sharing } from '../../../lib/testing/sharing.ts';

const kettle = { sku: 'kettle', quantity: 2, price: 500 };
const cup = { sku: 'cup', quantity: 1, price: 300 };
const placed = { type: 'OrderPlaced', data: { owner: 'ada', currency: 'EUR', lines: [kettle] } } as const;
const changed = { type: 'LineChanged', data: cup } as const;
const chosen = (amount: number, currency = 'EUR') =>
  ({ type: 'PaymentChosen', data: { account: 'a1', amount, currency } }) as const;
const confirmed = { type: 'OrderConfirmed', data: {} } as const;
const shipped = { type: 'OrderShipped', data: {} } as const;
const cancelled = { type: 'OrderCancelled', data: { reason: 'too late' } } as const;
const rejected = { type: 'OrderRejected', data: { reason: 'payment-refused', because: 'insufficient-funds' } } as const;
const settled = { type: 'OrderSettledByHand', data: {} } as const;
const expired = { type: 'OrderExpired', data: {} } as const;
const at = (n: number) => `2026-11-21T12:0${n}:00.000Z`;

describe('customer-orders', () => {
  const given = projecting(customerOrders);
  const row = { owner: 'ada', currency: 'EUR', lines: [kettle], total: 1000, placedAt: at(1) };

  it('shows what was ordered', () => given(placed).rows({ ...row, status: 'placed', changedAt: at(1) }));
  it('follows each change of a line', () => {
    given(placed, changed).rows({ ...row, lines: [kettle, cup], total: 1300, status: 'placed', changedAt: at(2) });
    const gone = { type: 'LineChanged', data: { ...kettle, quantity: 0 } } as const;
    given(placed, changed, gone).rows({ ...row, lines: [cup], total: 300, status: 'placed', changedAt: at(3) });
  });
  it.each([
    ['paying', chosen(1000), {}],
    ['confirmed', confirmed, {}],
    ['shipped', shipped, {}],
    ['expired', expired, {}],
    ['settled-by-hand', settled, {}],
    ['cancelled', cancelled, cancelled.data],
    ['rejected', rejected, rejected.data],
  ] as const)('shows that it is %s', (status, event, why) =>
    given(placed, event).rows({ ...row, ...why, status, changedAt: at(2) }),
  );
  it('belongs to the customer who placed it', () => given(placed, shipped).ownedBy('ada'));
});

describe('orders-by-status', () => {
  const given = sharing(ordersByStatus);
  it('counts orders where they are now, and what they come to', () =>
    given({ a: [placed, changed], b: [placed], c: [placed, chosen(1000), confirmed], d: [placed, expired] }).rows({
      placed: { orders: 2, totals: { EUR: 2300 } },
      confirmed: { orders: 1, totals: { EUR: 1000 } },
      expired: { orders: 1, totals: { EUR: 1000 } },
    }));
  it.each([
    ['paying', chosen(1000)],
    ['shipped', shipped],
    ['cancelled', cancelled],
    ['rejected', rejected],
    ['settled-by-hand', settled],
  ] as const)('knows %s', (status, event) =>
    given({ a: [placed, event] }).rows({ [status]: { orders: 1, totals: { EUR: 1000 } } }),
  );
});

describe('revenue', () => {
  const given = sharing(revenue);
  it('is what was confirmed on a day, by currency', () =>
    given({
      a: [placed, chosen(1000), confirmed, shipped],
      b: [placed, chosen(7, 'USD'), confirmed],
      c: [placed, chosen(5)],
    }).rows({
      '2026-11-21': { orders: 2, cancelled: 0, revenue: { EUR: 1000, USD: 7 } },
    }));
  it('loses what is cancelled later', () =>
    given({ a: [placed, chosen(1000), confirmed, cancelled], b: [placed, cancelled] }).rows({
      '2026-11-21': { orders: 0, cancelled: 1, revenue: {} },
    }));
});
