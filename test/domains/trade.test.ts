import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { keptValues } from '../../domains/kept.ts';
import { type Trade, trade } from '../../domains/trade/decider.ts';
import { bought, noPosition, type Position, sold } from '../../domains/trade/position.ts';
import { tradeBooks } from '../../domains/trade/projections/books.ts';
import { tradeFills } from '../../domains/trade/projections/fills.ts';
import { tradePositions } from '../../domains/trade/projections/positions.ts';
import type { AccountEvent } from '../../events/account.ts';
import { type TradeEvent, tradeEvents } from '../../events/trade.ts';
import { type Actor, decide, fold, isRefusal, type Message, readEvent, user } from '../../lib/index.ts';
import { deciding, projecting, sharing } from '../../lib/testing/index.ts';

const bare = deciding(trade);
const accountOf = (owner: string, balance = 1_000_000): Events => [
  { type: 'AccountOpened', data: { owner, currency: 'EUR' } },
  ...(balance > 0 ? ([{ type: 'MoneyDeposited', data: { amount: balance, currency: 'EUR' } }] as const) : []),
];
type Events = readonly AccountEvent[];
const closed = { type: 'AccountClosed', data: { reason: 'moved' } } as const;
/** Ada has the account a, and bob the account b with a fortune. */
const accounts = { 'account-a': accountOf('ada', 0), 'account-b': accountOf('bob') };
const given = (...events: readonly TradeEvent[]) => bare(...events).facts(accounts);
const [ada, bob, process]: readonly Actor[] = [user('ada'), user('bob'), { id: 'p', kind: 'process', roles: [] }];
const opened = { type: 'BookOpened', data: { currency: 'EUR' } } as const;
const issued = (owner: string, quantity: number) => ({ type: 'SharesIssued', data: { owner, quantity } }) as const;
const terms = (side: 'buy' | 'sell', price: number, quantity: number, account = side === 'buy' ? 'b' : 'a') =>
  ({ side, price, quantity, account }) as const;
const place = (...order: Parameters<typeof terms>) => ({ type: 'Place', data: terms(...order) }) as const;
const placed = (order: number, ...of: Parameters<typeof terms>) =>
  ({
    type: 'OrderPlaced',
    data: { order, owner: of[0] === 'buy' ? 'bob' : 'ada', currency: 'EUR', ...terms(...of) },
  }) as const;
const funded = (order: number) => ({ type: 'OrderFunded', data: { order } }) as const;
const cancelled = (order: number, side: 'buy' | 'sell', quantity: number) =>
  ({ type: 'OrderCancelled', data: { order, side, quantity } }) as const;
const matched = (
  buy: number,
  sell: number,
  price: number,
  quantity: number,
  why: 'best-price' | 'first-at-its-price' | 'not-recorded' = 'best-price',
) => ({ type: 'OrdersMatched', data: { buy, sell, price, quantity, account: 'a', why } }) as const;
const aside = (owner: string, amount: number) =>
  ({ type: 'ProceedsSetAside', data: { owner, account: 'a', amount, because: 'account-not-open' } }) as const;
const book = [opened, issued('ada', 10)] as const;

describe('an order to sell', () => {
  it('is in the book at once, as far as there are shares that no other order has', () => {
    given(...book)
      .when(place('sell', 5, 10), { actor: ada })
      .then(placed(1, 'sell', 5, 10));
    given(...book, placed(1, 'sell', 5, 8))
      .when(place('sell', 5, 3), { actor: ada })
      .rejected('insufficient-shares', { free: 2 });
    given(...book)
      .when(place('sell', 5, 1, 'b'), { actor: bob })
      .rejected('insufficient-shares', { free: 0 });
    given()
      .when(place('sell', 5, 1), { actor: ada })
      .rejected('book-not-open');
  });
  it('names an account of its owner', () =>
    given(...book)
      .when(place('sell', 5, 10), { actor: ada, ownsNamed: false })
      .forbidden());
});

describe('the account of an order', () => {
  const refusals: readonly (readonly [string, Events, string, Readonly<Record<string, unknown>> | undefined])[] = [
    ['that does not exist', [], 'not-owner', undefined],
    ['of somebody else', accountOf('eve'), 'not-owner', undefined],
    ['that is closed', [...accountOf('bob', 0), closed], 'account-not-open', { accountStatus: 'closed' }],
    [
      'in another currency',
      [{ type: 'AccountOpened', data: { owner: 'bob', currency: 'USD' } }],
      'currency-mismatch',
      { accountCurrency: 'USD' },
    ],
  ];
  it.each(refusals)('%s is refused', (_, past, reason, detail) => {
    for (const side of ['buy', 'sell'] as const)
      bare(opened, issued('bob', 10))
        .facts({ 'account-x': past })
        .when(place(side, 5, 1, 'x'), { actor: bob })
        .rejected(reason, detail);
    bare(opened, aside('bob', 15))
      .facts({ 'account-x': past })
      .when({ type: 'PayOut', data: { account: 'x' } }, { actor: bob })
      .rejected(reason, detail);
  });
  it('has the money of an order to buy', () => {
    const poor = bare(opened).facts({ 'account-b': accountOf('bob', 19) });
    poor.when(place('buy', 5, 4), { actor: bob }).rejected('insufficient-funds', { balance: 19 });
    poor.when(place('buy', 5, 3), { actor: bob }).then(placed(1, 'buy', 5, 3));
  });
});

describe('proceeds that an account does not take', () => {
  const hold = { type: 'SetAside', data: { account: 'a', amount: 15, because: 'account-not-open' } } as const;
  const payOut = { type: 'PayOut', data: { account: 'a' } } as const;
  const released = (release: number, amount: number) =>
    ({ type: 'ProceedsReleased', data: { release, owner: 'ada', account: 'a', amount, currency: 'EUR' } }) as const;
  it('are set aside for the owner of that account', () =>
    bare(opened)
      .facts({ 'account-a': [...accountOf('ada', 0), closed] })
      .when(hold)
      .then(aside('ada', 15)));
  it('are paid out once, all of them, to an account of hers', () => {
    given(opened, aside('ada', 15), aside('bob', 3), aside('ada', 2)).when(payOut, { actor: ada }).then(released(1, 17));
    given(opened, aside('ada', 15), aside('bob', 3)).when(payOut, { actor: ada }).retrySafe();
    given(opened, aside('ada', 15), released(1, 15)).when(payOut, { actor: ada }).rejected('nothing-set-aside');
    given(opened, aside('ada', 15), released(1, 15), aside('ada', 15)).when(payOut, { actor: ada }).then(released(2, 15));
    given(opened, aside('ada', 15)).when(payOut, { actor: ada, ownsNamed: false }).forbidden();
  });
});

describe('an order to buy', () => {
  it('waits for its money, and is in the book from then on', () => {
    given(...book)
      .when(place('buy', 5, 10), { actor: bob })
      .then(placed(1, 'buy', 5, 10));
    given(...book, placed(1, 'buy', 5, 3))
      .when(place('sell', 5, 3), { actor: ada })
      .then(placed(2, 'sell', 5, 3));
    given(...book, placed(1, 'buy', 5, 3))
      .when({ type: 'Fund', data: { order: 1 } })
      .then(funded(1));
  });
  it('is rejected without it, once', () => {
    const reject = { type: 'Reject', data: { order: 1, because: 'insufficient-funds' } } as const;
    given(...book, placed(1, 'buy', 5, 3))
      .when(reject)
      .then({ type: 'OrderRejected', data: reject.data });
    given(...book, placed(1, 'buy', 5, 3))
      .when(reject)
      .retrySafe();
    given(...book, placed(1, 'buy', 5, 3), funded(1))
      .when(reject)
      .then();
  });
});

describe('matching', () => {
  const fund = (order: number) => ({ type: 'Fund', data: { order } }) as const;
  it('is in full, at the price of whoever was there before', () =>
    given(...book, placed(1, 'sell', 5, 3), placed(2, 'buy', 7, 3))
      .when(fund(2))
      .then(funded(2), matched(2, 1, 5, 3)));
  it('is in part, and the rest stays', () =>
    given(...book, placed(1, 'sell', 5, 3), placed(2, 'buy', 5, 4))
      .when(fund(2))
      .then(funded(2), matched(2, 1, 5, 3)));
  it('takes the best price first, and at one price whoever was first', () =>
    given(...book, placed(1, 'sell', 6, 2), placed(2, 'sell', 5, 2), placed(3, 'sell', 6, 2), placed(4, 'buy', 6, 5))
      .when(fund(4))
      .then(
        funded(4),
        matched(4, 2, 5, 2),
        matched(4, 1, 6, 2, 'first-at-its-price'),
        matched(4, 3, 6, 1, 'first-at-its-price'),
      ));
  it('takes nothing beyond the limit', () =>
    given(...book, placed(1, 'sell', 6, 2), placed(2, 'buy', 5, 2))
      .when(fund(2))
      .then(funded(2)));
  it('leaves what was matched when the rest is cancelled', () => {
    const partly = [...book, placed(1, 'buy', 5, 4), funded(1), placed(2, 'sell', 5, 3), matched(1, 2, 5, 3)] as const;
    given(...partly)
      .when({ type: 'Cancel', data: { order: 1 } }, { actor: bob })
      .then(cancelled(1, 'buy', 1));
    given(...partly)
      .when({ type: 'Cancel', data: { order: 1 } }, { actor: ada })
      .rejected('order-not-open');
    given(...partly)
      .when({ type: 'Cancel', data: { order: 2 } }, { actor: ada })
      .rejected('order-not-open');
    given(...partly, cancelled(1, 'buy', 1))
      .when(fund(1))
      .rejected('order-not-open');
  });
  it('of before its reasons were kept says so', () => {
    const { why: _, ...data } = matched(2, 1, 5, 3).data;
    expect(readEvent(tradeEvents, { type: 'OrdersMatched', v: 1, data })).toEqual(matched(2, 1, 5, 3, 'not-recorded'));
  });

  it('of any orders conserves shares, keeps to limits, and leaves no two in the book that would match', () => {
    const amount = fc.integer({ min: 1, max: 6 });
    const command = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom('buy', 'sell'), amount, amount).map(([side, price, n]) => place(side, price, n)),
      },
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 20 }).map(fund) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }).map((order) => ({ type: 'Cancel', data: { order } }) as const) },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(command, fc.constantFrom(ada!, bob!)), { maxLength: 50 }), (commands) => {
        let state = fold(trade, trade.initial, [opened, issued('ada', 20), issued('bob', 20)]) as Trade;
        for (const [next, person] of commands) {
          const actor = next.type === 'Fund' ? process! : person;
          const context = { id: '1', actor, at: '', facts: factsOf(next) };
          const outcome = decide(trade, state, next as Message, context);
          if (isRefusal(outcome)) continue;
          const limits = new Map(state.book.map(({ order, price }) => [order, price]));
          for (const { type, data } of outcome as readonly ReturnType<typeof matched>[])
            if (type === 'OrdersMatched') {
              expect(data.price).toBeLessThanOrEqual(limits.get(data.buy) ?? data.price);
              expect(data.price).toBeGreaterThanOrEqual(limits.get(data.sell) ?? data.price);
            }
          state = fold(trade, state, outcome) as Trade;
          const inBook = state.book.filter((each) => each.inBook);
          const [buys, sells] = (['buy', 'sell'] as const).map((side) => inBook.filter((each) => each.side === side));
          for (const buy of buys!) expect(sells!.filter(({ price }) => price <= buy.price)).toEqual([]);
          expect(keptValues(state.shares).reduce((sum, shares) => sum + shares, 0)).toBe(40);
          expect(state.book.every(({ left }) => left > 0)).toBe(true);
          for (const [owner, shares] of state.shares.flat())
            expect(
              inBook.filter((each) => each.owner === owner && each.side === 'sell').reduce((sum, { left }) => sum + left, 0),
            ).toBeLessThanOrEqual(shares);
        }
      }),
      { numRuns: 300 },
    );
  });
});

const stateOf = (past: Events) => fold(account, account.initial, past);
const factsOf = ({ data }: Message) => {
  const { account: id } = data as Readonly<{ account?: 'a' | 'b' }>;
  return { account: id === undefined ? account.initial : stateOf(accounts[`account-${id}`]) };
};

describe('a position', () => {
  it('realizes at average cost, and what a division leaves over stays with the shares that are left', () => {
    const three = bought(bought(noPosition, 1, 100), 2, 150);
    expect(sold(three, 1, 90)).toEqual({ shares: 2, cost: 167, realized: 7, aside: 0 });
    expect(sold(sold(three, 1, 90), 2, 200)).toEqual({ shares: 0, cost: 0, realized: 40, aside: 0 });
  });
  it('comes to what was earned minus what was paid, once all is sold', () => {
    const deal = fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 1_000_000_000 }));
    fc.assert(
      fc.property(fc.array(deal, { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 9 }), (deals, parts) => {
        let position: Position = noPosition;
        for (const [quantity, amount] of deals) position = bought(position, quantity, amount);
        const paid = position.cost;
        let earned = 0;
        while (position.shares > 0) {
          const quantity = Math.max(1, Math.floor(position.shares / parts));
          position = sold(position, quantity, quantity * 3);
          earned += quantity * 3;
        }
        expect(position).toEqual({ shares: 0, cost: 0, realized: earned - paid, aside: 0 });
      }),
      { numRuns: 100 },
    );
  });
});

describe('the views of trades', () => {
  const partly = [...book, placed(1, 'buy', 5, 4), funded(1), [placed(2, 'sell', 4, 3), matched(1, 2, 5, 3)]] as const;
  const at = '2026-11-21T12:05:00.000Z';

  it('show what is open, and nobody', () =>
    projecting(tradeBooks)(...partly).rows({
      currency: 'EUR',
      book: [{ order: 1, side: 'buy', price: 5, left: 1, inBook: true }],
      last: { price: 5, quantity: 3, at },
    }));
  it('explain each match', () =>
    projecting(tradeFills)(...partly).rows({
      at,
      price: 5,
      quantity: 3,
      why: 'best-price',
      buy: { order: 1, limit: 5, left: 1 },
      sell: { order: 2, limit: 4, left: 0 },
    }));
  it('add up what an owner has, in each instrument', () =>
    sharing(tradePositions)({ acme: [...partly, aside('ada', 15)], zeta: [opened, issued('bob', 2)] }).rows({
      ada: { positions: { acme: { shares: 7, cost: 0, realized: 15, aside: 15 } }, open: [] },
      bob: {
        positions: { acme: { shares: 3, cost: 15, realized: 0, aside: 0 }, zeta: { shares: 2, cost: 0, realized: 0, aside: 0 } },
        open: [{ instrument: 'acme', order: 1, side: 'buy', left: 1 }],
      },
    }));
});
