import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptValues } from '../../domains/kept.ts';
import { type Stock, stock } from '../../domains/stock/decider.ts';
import { decide, fold, isRefusal } from '../../lib/core/decider.ts';
import type { Message } from '../../lib/core/message.ts';
import { deciding } from '../../lib/testing/deciding.ts';

const given = deciding(stock);
const offer = { price: 500, currency: 'EUR' };
const received = (quantity: number) => ({ type: 'StockReceived', data: { quantity } }) as const;
const offered = { type: 'StockOffered', data: offer } as const;
const reserved = (orderId: string, quantity: number) => ({ type: 'StockReserved', data: { orderId, quantity } }) as const;
const released = (orderId: string, quantity: number) => ({ type: 'StockReleased', data: { orderId, quantity } }) as const;
const dispatched = (orderId: string, quantity: number) => ({ type: 'StockDispatched', data: { orderId, quantity } }) as const;

const receive = (quantity: number) => ({ type: 'Receive', data: { quantity } }) as const;
const reserve = (orderId: string, quantity: number, price = 500, currency = 'EUR') =>
  ({ type: 'Reserve', data: { orderId, quantity, price, currency } }) as const;
const release = (orderId: string) => ({ type: 'Release', data: { orderId } }) as const;
const dispatch = (orderId: string) => ({ type: 'Dispatch', data: { orderId } }) as const;

describe('stock', () => {
  it('comes in; what it was offered at before the catalogue had prices changes nothing', () => {
    given().when(receive(5)).then(received(5));
    given(offered).when(receive(5)).then(received(5));
  });

  it('is reserved as far as there is any', () => {
    given(received(5), offered).when(reserve('o1', 5)).then(reserved('o1', 5));
    given(received(5), offered, reserved('o1', 3)).when(reserve('o2', 3)).rejected('insufficient-stock', { available: 2 });
  });

  it('keeps for an order what was asked for last', () => {
    const before = [received(5), offered, reserved('o1', 3)];
    given(...before)
      .when(reserve('o1', 3))
      .then();
    given(...before)
      .when(reserve('o1', 5))
      .then(reserved('o1', 5));
    given(...before)
      .when(reserve('o1', 6))
      .rejected('insufficient-stock', { available: 2 });
    given(...before, reserved('o1', 1))
      .when(reserve('o2', 4))
      .then(reserved('o2', 4));
  });

  it('is released, once', () => {
    given(received(5), offered, reserved('o1', 3)).when(release('o1')).then(released('o1', 3));
    given(received(5), offered, reserved('o1', 3)).when(release('o1')).retrySafe();
    given(received(5)).when(release('o1')).then();
    given(received(5), offered, reserved('o1', 3), released('o1', 3)).when(reserve('o2', 5)).then(reserved('o2', 5));
  });

  it('leaves for the order that it is reserved for', () => {
    given(received(5), offered, reserved('o1', 3)).when(dispatch('o1')).then(dispatched('o1', 3));
    given(received(5), offered, reserved('o1', 3), dispatched('o1', 3)).when(dispatch('o1')).rejected('not-reserved');
    given(received(5), offered, reserved('o1', 3), dispatched('o1', 3))
      .when(reserve('o2', 3))
      .rejected('insufficient-stock', { available: 2 });
  });

  it('knows an order by any name', () => {
    given(received(5), offered).when(reserve('constructor', 2)).then(reserved('constructor', 2));
    given(received(5), offered).when(release('toString')).then();
  });

  it('stays exact', () =>
    given({ type: 'StockReceived', data: { quantity: Number.MAX_SAFE_INTEGER } })
      .when(receive(1))
      .rejected('stock-too-large', { available: Number.MAX_SAFE_INTEGER }));

  it('is in the hands of operators and processes', () => {
    const customer = { id: 'ada', kind: 'user', roles: [] } as const;
    for (const command of [receive(1), reserve('o1', 1), release('o1'), dispatch('o1')] as const)
      given().when(command, { actor: customer }).forbidden();
    for (const command of [reserve('o1', 1), release('o1'), dispatch('o1')])
      given()
        .when(command, { actor: { id: 'op-1', kind: 'user', roles: ['operator'] } })
        .forbidden();
  });
});

describe('any sequence of commands', () => {
  const orderId = fc.constantFrom('o1', 'o2', 'constructor');
  const command: fc.Arbitrary<Message> = fc.oneof(
    fc.integer({ min: 1, max: 9 }).map(receive),
    fc.tuple(orderId, fc.integer({ min: 1, max: 9 })).map(([id, quantity]) => reserve(id, quantity)),
    orderId.map(release),
    orderId.map(dispatch),
  );

  it('everything received is available, reserved or gone, and nothing is below 0', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        let state = fold(stock, stock.initial, [offered]) as Stock;
        let inside = 0;
        for (const next of commands) {
          const outcome = decide(stock, state, next, { id: 's1', actor: { id: 'p', kind: 'process', roles: [] }, at: '' });
          if (isRefusal(outcome)) continue;
          for (const { type, data } of outcome) {
            const { quantity } = data as { quantity: number };
            if (type === 'StockReceived') inside += quantity;
            if (type === 'StockDispatched') inside -= quantity;
          }
          state = fold(stock, state, outcome) as Stock;
          const kept = keptValues(state.reserved);
          expect(state.available).toBeGreaterThanOrEqual(0);
          expect(kept.every((quantity) => quantity > 0)).toBe(true);
          expect(kept.reduce((sum, quantity) => sum + quantity, state.available)).toBe(inside);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('a change copies a page of what is reserved, and not all of it, however many orders have some', () => {
    const orders = Array.from({ length: 4_000 }, (_, i) => reserved(`o${i}`, 1));
    const before = fold(stock, stock.initial, [received(5_000), offered, ...orders]) as Stock;
    for (const event of [reserved('o4000', 1), reserved('o17', 2), released('o17', 1)]) {
      const after = fold(stock, before, [event]) as Stock;
      expect(after.reserved.filter((page) => !before.reserved.includes(page)).length).toBeLessThanOrEqual(2);
      expect(Math.max(...after.reserved.map((page) => page.length), after.reserved.length)).toBeLessThanOrEqual(128);
    }
  });
});
