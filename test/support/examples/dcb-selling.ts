import * as z from 'zod';
import { command, refuse } from '../../../lib/core/decider.ts';
import { boundary } from '../../../lib/core/declare/boundary.ts';
import { tag } from '../../../lib/core/tag/tag.ts';
import { type EventOf, type Source, v1 } from '../../../lib/core/version.ts';

const text = z.string();

const invoiceEvents = { InvoiceCreated: v1(z.object({ series: text, invoiceNumber: z.int(), invoiceData: text })) };
type InvoiceEvent = EventOf<typeof invoiceEvents>;
const invoiceSource: Source<InvoiceEvent> = { category: 'invoicing', events: invoiceEvents };

const seriesTag = tag<Readonly<{ next: number }>, InvoiceEvent>()({
  name: 'series',
  from: [invoiceSource],
  of: { InvoiceCreated: ({ series }) => series },
  initial: { next: 1 },
  evolve: { InvoiceCreated: (_, { invoiceNumber }) => ({ next: invoiceNumber + 1 }) },
});

/** Invoice numbers without a gap. A query by type alone would find all invoices: these carry a tag of their series. */
export const invoicing = boundary<object, InvoiceEvent>()({
  category: 'invoicing',
  events: invoiceEvents,
  tags: [seriesTag],
  commands: {
    CreateInvoice: command(['operator'], z.strictObject({ series: text, invoiceData: text }), {
      tags: { series: ({ series }) => series },
    }),
  },
  initial: {},
  decide: {
    CreateInvoice: (_, { series, invoiceData }, { tags }) => [
      { type: 'InvoiceCreated', data: { series, invoiceNumber: tags.series.next, invoiceData } },
    ],
  },
  evolve: { InvoiceCreated: (state) => state },
});

const item = z.object({ productId: text, price: z.int() });
const priceEvents = {
  ProductDefined: v1(item.extend({ at: text })),
  ProductPriceChanged: v1(z.object({ productId: text, newPrice: z.int(), at: text })),
  ProductsOrdered: v1(z.object({ items: z.array(item) })),
};
type PriceEvent = EventOf<typeof priceEvents>;

type Prices = readonly Readonly<{ price: number; since: string }>[];

const graceMilliseconds = 10 * 60_000;

/** The last price, and each that was replaced within the grace period. */
const areValid = (prices: Prices, now: string): readonly number[] =>
  prices
    .filter((_, i) => {
      const next = prices[i + 1];
      return next === undefined || Date.parse(now) - Date.parse(next.since) <= graceMilliseconds;
    })
    .map(({ price }) => price);

/** Only events that set a price carry the tag, so that orders never wait for each other. */
const productTag = tag<Prices, PriceEvent>()({
  name: 'product',
  from: [{ category: 'selling', events: priceEvents }],
  of: { ProductDefined: ({ productId }) => productId, ProductPriceChanged: ({ productId }) => productId },
  initial: [],
  evolve: {
    ProductDefined: (_, { price, at }) => [{ price, since: at }],
    ProductPriceChanged: (prices, { newPrice, at }) => [...prices, { price: newPrice, since: at }],
  },
});

/** Orders at displayed prices, which hold for ten minutes after they were changed. */
export const selling = boundary<object, PriceEvent>()({
  category: 'selling',
  events: priceEvents,
  tags: [productTag],
  commands: {
    ChangePrice: command(['operator'], z.strictObject({ productId: text, newPrice: z.int() }), {
      tags: { product: ({ productId }) => productId },
    }),
    OrderProducts: command(['operator'], z.strictObject({ items: z.array(item).min(1) }), {
      tags: { product: ({ items }) => items.map(({ productId }) => productId) },
    }),
  },
  initial: {},
  decide: {
    ChangePrice: (_, data, { at }) => [{ type: 'ProductPriceChanged', data: { ...data, at } }],
    OrderProducts: (_, data, { at, tags }) =>
      data.items.every(({ productId, price }) => areValid(tags.product[productId] ?? [], at).includes(price))
        ? [{ type: 'ProductsOrdered', data }]
        : refuse('price-not-valid'),
  },
  evolve: {
    ProductDefined: (state) => state,
    ProductPriceChanged: (state) => state,
    ProductsOrdered: (state) => state,
  },
});
