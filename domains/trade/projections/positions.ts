import { type Share, sharedRows } from 'foldstream';
import * as z from 'zod';
import { type TradeEvent, tradeSource } from '../../../events/trade.ts';
import { type Kept, keptFor, nothingKept, withValue } from '../../kept.ts';
import { type Book, orderIn, withMatch, withOrder, withoutOrder } from '../book.ts';
import { placedOrder } from '../decider.ts';
import { bought, noPosition, type Position, sold } from '../position.ts';

type Known = Readonly<{ instrument: string; book: Book; positions: Kept<Position> }>;

const position = z.object({
  shares: z.int(),
  cost: z.int().meta({ description: 'What was paid for the shares that are still there.' }),
  realized: z.int().meta({ description: 'The profit on those that were sold, at average cost.' }),
  aside: z.int().meta({ description: 'Proceeds that an account did not take: PayOut names another one.' }),
});
const row = z.object({
  positions: z.record(z.string(), position).meta({ description: 'By instrument.' }),
  open: z.array(z.object({ instrument: z.string(), order: z.int(), side: z.string(), left: z.int() })),
});

/** GET /views/trade-positions/{owner}: what an owner has, has earned, and has still in the books. */
export const tradePositions = sharedRows<Known, TradeEvent>()({
  row,
  name: 'trade-positions',
  revision: 2,
  from: tradeSource,
  may: ['owner', 'operator'],
  owner: (row) => row,
  initial: { instrument: '', book: [], positions: nothingKept },
  on: {
    BookOpened: (known, { entityId }) => ({ ...known, instrument: entityId }),
    SharesIssued: (known, { data }) => changed(known, data.owner, (before) => bought(before, data.quantity, 0)),
    OrderPlaced: (known, { data }) => ({ ...known, book: withOrder(known.book, placedOrder(data)) }),
    OrderRejected: (known, { data }) => ({ ...known, book: withoutOrder(known.book, data.order) }),
    OrderCancelled: (known, { data }) => ({ ...known, book: withoutOrder(known.book, data.order) }),
    OrdersMatched: (known, { data }) => {
      const { buy, sell, price, quantity } = data;
      const [buyer, seller] = [orderIn(known.book, buy)!.owner, orderIn(known.book, sell)!.owner];
      const after = changed(known, seller, (before) => sold(before, quantity, price * quantity));
      const both = changed(after, buyer, (before) => bought(before, quantity, price * quantity));
      return { ...both, book: withMatch(known.book, data) };
    },
    ProceedsSetAside: (known, { data: { owner, amount } }) =>
      changed(known, owner, (before) => ({ ...before, aside: before.aside + amount })),
    ProceedsReleased: (known, { data }) => changed(known, data.owner, (before) => ({ ...before, aside: 0 })),
  },
  // A name is `<instrument> <what>`: an id has no space.
  shares: ({ instrument, book, positions }) => {
    const owners = new Set([...positions.flat().map(([owner]) => owner), ...book.map(({ owner }) => owner)]);
    const share = (owner: string): Share => {
      const position = Object.entries(keptFor(positions, owner) ?? noPosition);
      const open = book.filter((each) => each.owner === owner);
      return {
        sums: Object.fromEntries(position.map(([what, amount]) => [`${instrument} ${what}`, amount])),
        counts: Object.fromEntries(open.map(({ order, side, left }) => [`${instrument} ${order} ${side}`, left])),
      };
    };
    return Object.fromEntries([...owners].map((owner) => [owner, share(owner)]));
  },
  show: ({ sums, counts }) => {
    const instruments = new Set(Object.keys(sums).map((name) => name.split(' ')[0]!));
    const of = (instrument: string) => (what: string) => sums[`${instrument} ${what}`] ?? 0;
    const shown = (sum: ReturnType<typeof of>) => ({
      ...{ shares: sum('shares'), cost: sum('cost') },
      ...{ realized: sum('realized'), aside: sum('aside') },
    });
    return {
      positions: Object.fromEntries([...instruments].map((instrument) => [instrument, shown(of(instrument))])),
      open: Object.entries(counts).map(([name, left]) => {
        const [instrument = '', order = '', side = ''] = name.split(' ');
        return { instrument, order: Number(order), side, left };
      }),
    };
  },
});

const changed = (known: Known, owner: string, change: (before: Position) => Position): Known => ({
  ...known,
  positions: withValue(known.positions, owner, change(keptFor(known.positions, owner) ?? noPosition)),
});
