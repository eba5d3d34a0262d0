import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

const price = z.int().positive();
const currency = z.string().regex(/^[A-Z]{3}$/);

/** Stored formats: append-only once released, see account.ts. */
export const productEvents = {
  ProductListed: v1(z.object({ name: z.string(), description: z.string(), currency })),
  ProductRenamed: v1(z.object({ name: z.string() })),
  ProductDescribed: v1(z.object({ description: z.string() })),
  /** A price holds from an instant on. Those of the first version held at once, and only one did at a time: they are before all others. */
  PriceSet: v1(z.object({ price })).next(z.object({ price, from: z.string() }), ({ price }) => ({ price, from: '' })),
  ProductWithdrawn: v1(z.object({})),
};

export type ProductEvent = EventOf<typeof productEvents>;

export const productSource: Source<ProductEvent> = { category: 'product', events: productEvents };
