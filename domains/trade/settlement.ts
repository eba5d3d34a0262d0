import { parseStream, process, type Send, send, v1 } from 'foldstream';
import * as z from 'zod';
import { type TradeEvent, tradeSource } from '../../events/trade.ts';
import { account } from '../account/decider.ts';
import { trade } from './decider.ts';

const count = z.int().nonnegative();

const memory = v1(
  z.object({
    instrument: z.string(),
    order: count,
    owner: z.string(),
    account: z.string(),
    currency: z.string(),
    /** What is not matched yet; none once the order is cancelled or rejected. */
    left: count,
    /** Taken from the buyer, and neither paid to a seller nor given back. */
    held: count,
    money: z.enum(['asked', 'taken', 'settled', 'refused']),
    /** Commands whose outcome is not known yet. */
    open: count,
  }),
);
type Memory = Readonly<ReturnType<typeof memory.parse>>;

const unseen: Memory = {
  instrument: '',
  order: 0,
  owner: '',
  account: '',
  currency: '',
  left: 0,
  held: 0,
  money: 'refused',
  open: 0,
};

/** An instance for each order to buy, since that is where the money comes from. */
const instanceOf = (instrument: string, order: number) => `${instrument}.${order}`;

/**
 * Placed -> take the money -> the order is in the book -> each match pays its seller -> give back what is left. All that was taken is paid to sellers
 * or given back; what an account of a seller does not take is set aside in the book.
 */
export const settlement = process<Memory, TradeEvent>()({
  category: 'settlement',
  from: [tradeSource],
  sends: [account, trade],
  since: '2026-11-01T00:00:00.000Z',
  memory,
  initial: unseen,
  instance: ({ type, entityId, data }) => {
    if (type === 'OrdersMatched') return instanceOf(entityId, data.buy);
    if (type === 'OrderPlaced' || type === 'OrderCancelled')
      return data.side === 'buy' ? instanceOf(entityId, data.order) : undefined;
    return undefined;
  },
  on: {
    OrderPlaced: (_, { entityId, data: { order, owner, account, currency, price, quantity } }) => {
      const held = price * quantity;
      const placed: Memory = {
        ...unseen,
        instrument: entityId,
        order,
        owner,
        account,
        currency,
        left: quantity,
        held,
        money: 'asked',
      };
      return goOn(placed, takeMoney(placed));
    },
    OrdersMatched: (memory, { data: { sell, price, quantity, account } }) => {
      const amount = price * quantity;
      const matched = { ...memory, left: memory.left - quantity, held: memory.held - amount };
      return goOn(matched, pay(memory, account, sell, amount));
    },
    OrderCancelled: (memory) => goOn({ ...memory, left: 0 }),
  },
  onDone: {
    taken: (memory) => {
      const taken: Memory = { ...answered(memory), money: 'taken' };
      return taken.left === 0 ? goOn(taken) : goOn(taken, fund(taken));
    },
    heard: (memory) => goOn(answered(memory)),
  },
  onRefused: {
    notTaken: (memory, { reason }) => {
      const refused: Memory = { ...answered(memory), money: 'refused', held: 0 };
      return refused.left === 0 ? goOn(refused) : goOn({ ...refused, left: 0 }, reject(refused, reason));
    },
    // The buyer has cancelled meanwhile; that event arrives by itself.
    overtaken: (memory) => goOn(answered(memory)),
    notPaid: (memory, { to, command, reason }) => {
      const { amount } = command.data as Readonly<{ amount: number }>;
      return goOn(answered(memory), setAside(memory, parseStream(to)!.id, amount, reason));
    },
  },
  onDeadline: {},
  // Uses the instance's id: an instance parked at its first event has no memory.
  onResolved: (_, { instance }) => {
    const dot = instance.lastIndexOf('.');
    return {
      send: [send(trade, instance.slice(0, dot), 'Reject', { order: Number(instance.slice(dot + 1)), because: 'by-hand' })],
    };
  },
});

/** Every reaction ends here: it gives back what is left once the order is over, counts the open commands, and ends when there are none. */
const goOn = <Sends extends readonly Send[]>(memory: Memory, ...send: Sends) => {
  const settles = memory.left === 0 && memory.money === 'taken';
  const all = settles ? [...send, giveBack(memory)] : send;
  const open = memory.open + all.length;
  const after: Memory = settles ? { ...memory, money: 'settled', held: 0, open } : { ...memory, open };
  return { memory: after, send: all, ...(open === 0 && memory.left === 0 && { end: after.money }) };
};

const answered = (memory: Memory): Memory => ({ ...memory, open: memory.open - 1 });

const referenceOf = ({ instrument, order }: Memory) => `trade-${instrument}.${order}`;

const takeMoney = (memory: Memory) => {
  const { owner, account: from, currency, held } = memory;
  const terms = { amount: held, currency, purpose: 'payment', reference: referenceOf(memory), onBehalfOf: owner } as const;
  return send(account, from, 'Debit', terms, { done: 'taken', refused: 'notTaken' });
};

const pay = ({ instrument, currency }: Memory, to: string, sell: number, amount: number) =>
  send(
    account,
    to,
    'Credit',
    { amount, currency, purpose: 'transfer', reference: `trade-${instrument}.${sell}` },
    { done: 'heard', refused: 'notPaid' },
  );

/** The end of the open movement: a refund, or without anything left the settlement alone. No refusal is expected, and one would need a person. */
const giveBack = (memory: Memory) => {
  const { account: to, currency, held } = memory;
  const reference = referenceOf(memory);
  return held > 0
    ? send(account, to, 'Credit', { amount: held, currency, purpose: 'refund', reference }, { done: 'heard' })
    : send(account, to, 'Settle', { reference }, { done: 'heard' });
};

const fund = ({ instrument, order }: Memory) =>
  send(trade, instrument, 'Fund', { order }, { done: 'heard', refused: 'overtaken' });

const reject = ({ instrument, order }: Memory, because: string) =>
  send(trade, instrument, 'Reject', { order, because }, { done: 'heard' });

const setAside = ({ instrument }: Memory, account: string, amount: number, because: string) =>
  send(trade, instrument, 'SetAside', { account, amount, because }, { done: 'heard' });
