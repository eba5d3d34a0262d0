import * as z from 'zod';
import { command, decider, type EventOf, fact, guarded, refuse, v1 } from '../../../lib/index.ts';

const itemEvents = { PriceSet: v1(z.object({ price: z.int() })), Withdrawn: v1(z.object({})) };

/** Something that is sold, at a price that changes. */
export const item = decider<Readonly<{ price?: number }>, EventOf<typeof itemEvents>>()({
  category: 'item',
  events: itemEvents,
  initial: {},
  commands: {
    SetPrice: command(['operator', 'process'], z.strictObject({ price: z.int() })),
    Withdraw: command(['operator', 'process'], z.strictObject({})),
  },
  decide: {
    SetPrice: ({ price: old }, { price }) => (old === price ? [] : [{ type: 'PriceSet', data: { price } }]),
    Withdraw: ({ price }) => (price === undefined ? [] : [{ type: 'Withdrawn', data: {} }]),
  },
  evolve: { PriceSet: (_, { price }) => ({ price }), Withdrawn: () => ({}) },
});

const shopEvents = { ShopClosed: v1(z.object({})), ShopOpened: v1(z.object({})) };

/** Where it is sold: open until it closes. */
export const shop = decider<Readonly<{ closed: boolean }>, EventOf<typeof shopEvents>>()({
  category: 'shop',
  events: shopEvents,
  initial: { closed: false },
  commands: { Close: command(['operator'], z.strictObject({})), Open: command(['operator'], z.strictObject({})) },
  decide: {
    Close: ({ closed }) => (closed ? [] : [{ type: 'ShopClosed', data: {} }]),
    Open: ({ closed }) => (closed ? [{ type: 'ShopOpened', data: {} }] : []),
  },
  evolve: { ShopClosed: () => ({ closed: true }), ShopOpened: () => ({ closed: false }) },
});

const saleEvents = { Sold: v1(z.object({ prices: z.array(z.int()).readonly() })), Noted: v1(z.object({ closed: z.boolean() })) };

/** A sale of items at their prices, which may not change under it; and a note of whether a shop was closed, which may. */
export const sale = decider<Readonly<{ sold: number }>, EventOf<typeof saleEvents>>()({
  category: 'sale',
  events: saleEvents,
  initial: { sold: 0 },
  commands: {
    Sell: command(['operator', 'process'], z.strictObject({ items: z.array(z.string()).readonly(), shop: z.string() }), {
      facts: { item: guarded(item, ({ items }) => items), shop: guarded(shop, ({ shop }) => shop) },
    }),
    Note: command(['operator', 'process'], z.strictObject({ shop: z.string() }), {
      facts: { shop: fact(shop, ({ shop }) => shop) },
    }),
  },
  decide: {
    Sell: (_, { items }, { facts }) => {
      if (facts.shop.closed) return refuse('closed');
      const missing = items.find((id) => facts.item[id]?.price === undefined);
      if (missing !== undefined) return refuse('not-for-sale', { item: missing });
      const prices = items.flatMap((id) => facts.item[id]?.price ?? []);
      return prices.length > 0 ? [{ type: 'Sold', data: { prices } }] : [];
    },
    Note: (_, __, { facts }) => [{ type: 'Noted', data: { closed: facts.shop.closed } }],
  },
  evolve: { Sold: ({ sold }) => ({ sold: sold + 1 }), Noted: (state) => state },
});
