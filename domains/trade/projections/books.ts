import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type TradeEvent, tradeSource } from '../../../events/trade.ts';
import { currency, instant } from '../../fields.ts';
import { withFunded, withMatch, withOrder, withoutOrder } from '../book.ts';
import { placedOrder } from '../decider.ts';

const open = z.object({ order: z.int(), side: z.enum(['buy', 'sell']), price: z.int(), left: z.int(), inBook: z.boolean() });
const row = z.object({
  currency,
  book: z.array(open).readonly().meta({ description: 'The open orders by time; who placed them is for nobody else.' }),
  last: z.object({ price: z.int(), quantity: z.int(), at: instant }).optional().meta({ description: 'The last match.' }),
});

type Row = Readonly<z.infer<typeof row>>;

/** GET /views/trade-books/{instrument} */
export const tradeBooks = rowPerStream<Row, TradeEvent>()({
  row,
  name: 'trade-books',
  revision: 1,
  from: tradeSource,
  may: ['anyone'],
  on: {
    BookOpened: (_, { data }) => ({ currency: data.currency, book: [] }),
    OrderPlaced: (row, { data }) => {
      const { owner: _, account: __, ...open } = placedOrder(data);
      return row && { ...row, book: withOrder(row.book, open) };
    },
    OrderFunded: (row, { data }) => row && { ...row, book: withFunded(row.book, data.order) },
    OrderRejected: (row, { data }) => row && { ...row, book: withoutOrder(row.book, data.order) },
    OrderCancelled: (row, { data }) => row && { ...row, book: withoutOrder(row.book, data.order) },
    OrdersMatched: (row, { data, at }) =>
      row && { ...row, book: withMatch(row.book, data), last: { price: data.price, quantity: data.quantity, at } },
  },
});
