import { rowKey, rowsPerStream } from 'foldstream';
import * as z from 'zod';
import { type ProductEvent, productSource } from '../../../events/product.ts';
import { instant } from '../../fields.ts';

const row = z.object({
  price: z.int(),
  from: z.union([z.literal(''), instant]).meta({ description: 'From when on it holds.' }),
  setAt: instant,
  setBy: z.string(),
});

type Row = Readonly<z.infer<typeof row>>;

/** GET /views/price-history/{sku}: who set which price when, and from when on. */
export const priceHistory = rowsPerStream<Record<never, never>, Row, ProductEvent>()({
  row,
  name: 'price-history',
  revision: 1,
  from: productSource,
  may: ['operator'],
  initial: {},
  on: {
    PriceSet: (memory, { data, at, actor, version }) => ({
      memory,
      rows: { [rowKey(version)]: { ...data, setAt: at, setBy: actor } },
    }),
  },
});
