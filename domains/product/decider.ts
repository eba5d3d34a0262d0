import { command, decider, outdated, refuse } from 'foldstream';
import * as z from 'zod';
import { type ProductEvent, productEvents } from '../../events/product.ts';
import { currency, instant, statedAmount } from '../fields.ts';
import { type Price, withPrice } from './prices.ts';

const name = z.string().trim().min(1).max(100);
const description = z.string().trim().max(2_000);
/** A change of a field: what it is to be, and what its editor saw. */
const change = <Field extends z.ZodType>(field: Field) => z.strictObject({ to: field, saw: field });
const mostPrices = 500;

const productCommands = {
  /** With a price it is for sale at once. What was withdrawn is listed again, at its latest price if there is no new one. */
  List: command(['operator'], z.strictObject({ name, description, currency, price: statedAmount.optional() })),
  /** Each field by itself: an editor who saw an older value of another field is in nobody's way. */
  Edit: command(['operator'], z.strictObject({ name: change(name).optional(), description: change(description).optional() })),
  /** Without `from` it holds at once. A price of the past cannot be set: orders were placed at what held then. */
  SetPrice: command(['operator'], z.strictObject({ price: statedAmount, from: instant.optional() })),
  Withdraw: command(['operator'], z.strictObject({})),
};

type Texts = Readonly<{ name: string; description: string }>;

export type Product = Readonly<{ status: 'unlisted' | 'listed' | 'withdrawn'; currency: string; prices: readonly Price[] }> &
  Texts;

/** A product of the catalogue, by its sku. */
export const product = decider<Product, ProductEvent>()({
  category: 'product',
  events: productEvents,
  commands: productCommands,
  initial: { status: 'unlisted', name: '', description: '', currency: '', prices: [] },
  decide: {
    List: ({ status, currency }, { price, ...data }, { at }) => {
      if (status === 'listed') return refuse('already-listed');
      // Its earlier prices are in this currency.
      if (status === 'withdrawn' && data.currency !== currency) return refuse('currency-is-kept', { currency });
      const set = price === undefined ? [] : [{ type: 'PriceSet' as const, data: { price, from: at } }];
      return [{ type: 'ProductListed', data }, ...set];
    },
    Edit: (state, { name, description }) => {
      if (state.status === 'unlisted') return refuse('not-listed');
      const conflicts = conflictsIn(state, { name, description });
      if (Object.keys(conflicts).length > 0) return outdated('edited-meanwhile', { conflicts });
      return [...renamed(state, name?.to), ...described(state, description?.to)];
    },
    SetPrice: ({ status, prices }, { price, from }, { at }) => {
      if (status !== 'listed') return refuse('not-listed');
      const since = from === undefined ? at : new Date(from).toISOString();
      if (since < at) return refuse('in-the-past', { at });
      const next = withPrice(prices, { price, from: since });
      return next.length > mostPrices
        ? refuse('too-many-prices', { most: mostPrices })
        : [{ type: 'PriceSet', data: { price, from: since } }];
    },
    Withdraw: ({ status }) => (status === 'listed' ? [{ type: 'ProductWithdrawn', data: {} }] : []),
  },
  evolve: {
    ProductListed: (state, data) => ({ ...state, ...data, status: 'listed' }),
    ProductRenamed: (state, { name }) => ({ ...state, name }),
    ProductDescribed: (state, { description }) => ({ ...state, description }),
    PriceSet: (state, set) => ({ ...state, prices: withPrice(state.prices, set) }),
    ProductWithdrawn: (state) => ({ ...state, status: 'withdrawn' }),
  },
});

const renamed = (state: Texts, name = state.name) =>
  name === state.name ? [] : [{ type: 'ProductRenamed' as const, data: { name } }];
const described = (state: Texts, description = state.description) =>
  description === state.description ? [] : [{ type: 'ProductDescribed' as const, data: { description } }];

type Changes = { readonly [Field in keyof Texts]?: Readonly<{ to: string; saw: string }> | undefined };
type Conflicts = { readonly [Field in keyof Texts]?: Readonly<{ yours: string; theirs: string; saw: string }> };

/** The fields that somebody else has changed to something else since the editor saw them, each with both versions to choose from. */
const conflictsIn = (state: Texts, changes: Changes): Conflicts =>
  Object.fromEntries(
    (['name', 'description'] as const).flatMap((field) => {
      const change = changes[field];
      const isFree = !change || state[field] === change.saw || state[field] === change.to;
      return isFree ? [] : [[field, { yours: change.to, theirs: state[field], saw: change.saw }]];
    }),
  );
