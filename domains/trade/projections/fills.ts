import { rowKey, rowsPerStream } from 'foldstream';
import * as z from 'zod';
import { type TradeEvent, tradeSource } from '../../../events/trade.ts';
import { instant } from '../../fields.ts';
import { type Book, type Order, orderIn, withMatch, withOrder, withoutOrder } from '../book.ts';
import { placedOrder } from '../decider.ts';

type Running = Readonly<{ book: Book }>;

const limit = z.object({ order: z.int(), limit: z.int(), left: z.int().meta({ description: 'Open after this match.' }) });
const row = z.object({
  at: instant,
  price: z.int(),
  quantity: z.int(),
  why: z
    .enum(['best-price', 'first-at-its-price', 'not-recorded'])
    .meta({ description: 'Of all orders that were there, it had the best price, or was the first of several at that price.' }),
  buy: limit,
  sell: limit,
});

type Fill = Readonly<z.infer<typeof row>>;

/** GET /views/trade-fills/{instrument}: each match, with what both orders had asked for. */
export const tradeFills = rowsPerStream<Running, Fill, TradeEvent>()({
  row,
  name: 'trade-fills',
  revision: 1,
  from: tradeSource,
  may: ['user'],
  initial: { book: [] },
  on: {
    OrderPlaced: ({ book }, { data }) => ({ memory: { book: withOrder(book, placedOrder(data)) } }),
    OrderRejected: ({ book }, { data }) => ({ memory: { book: withoutOrder(book, data.order) } }),
    OrderCancelled: ({ book }, { data }) => ({ memory: { book: withoutOrder(book, data.order) } }),
    OrdersMatched: ({ book }, { data, at, version }) => {
      const { buy, sell, price, quantity, why } = data;
      const asked = ({ order, price, left }: Order) => ({ order, limit: price, left: left - quantity });
      const fill = { at, price, quantity, why, buy: asked(orderIn(book, buy)!), sell: asked(orderIn(book, sell)!) };
      return { memory: { book: withMatch(book, data) }, rows: { [rowKey(version)]: fill } };
    },
  },
});
