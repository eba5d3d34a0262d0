import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type ProductEvent, productSource } from '../../../events/product.ts';
import { currency, instant } from '../../fields.ts';
import { withPrice } from '../prices.ts';

const price = z.object({ price: z.int(), from: z.union([z.literal(''), instant]) });

const row = z.object({
  name: z.string(),
  description: z.string(),
  currency,
  status: z.enum(['listed', 'withdrawn']),
  prices: z.array(price).readonly().meta({
    description:
      'All prices in minor units, by the instant from which each holds: the one that holds now is the last that is not in the future.',
  }),
});

type Row = Readonly<z.infer<typeof row>>;

/** GET /views/catalogue, also as ?list=by-name, and /views/catalogue/{sku}. Its answers may be kept for a minute: an order takes the price from the product itself. */
export const catalogue = rowPerStream<Row, ProductEvent>()({
  row,
  name: 'catalogue',
  revision: 1,
  from: productSource,
  may: ['user'],
  freshSeconds: 60,
  lists: { 'by-name': { by: (row) => row.status, sort: (row) => row.name } },
  on: {
    ProductListed: (row, { data }) => ({ ...data, status: 'listed', prices: row?.prices ?? [] }),
    ProductRenamed: (row, { data: { name } }) => row && { ...row, name },
    ProductDescribed: (row, { data: { description } }) => row && { ...row, description },
    PriceSet: (row, { data }) => row && { ...row, prices: withPrice(row.prices, data) },
    ProductWithdrawn: (row) => row && { ...row, status: 'withdrawn' },
  },
});
