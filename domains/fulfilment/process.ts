import { later, type Message, parseStream, process, type Send, type Span, send } from 'foldstream';
import { type OrderEvent, orderSource } from '../../events/order.ts';
import { account } from '../account/decider.ts';
import { order } from '../order/decider.ts';
import { type Line, withLine } from '../order/lines.ts';
import { stock } from '../stock/decider.ts';
import { type Fulfilment, fulfilmentMemory, unseen } from './memory.ts';

/**
 * Placed -> wait for the customer to say which account pays -> take the payment -> reserve each line -> confirm -> shipped. Stock is kept for those
 * who have paid for it, so that nobody without means keeps it from others; what is not there is paid back.
 *
 * The order decides what happens to it: the process asks to reject or expire, the customer cancels, and whichever the order takes
 * first comes back as its event. That event alone begins the winding up, so that it happens once, whatever crossed on the way.
 */
export const fulfilmentWithin = (toPay: Span) =>
  process<Fulfilment, OrderEvent>()({
    category: 'fulfilment',
    from: [orderSource],
    sends: [order, stock, account],
    since: '2026-11-01T00:00:00.000Z',
    memory: fulfilmentMemory,
    initial: unseen,
    instance: (event) => event.entityId,
    on: {
      OrderPlaced: (_, { entityId, at, data: { owner, currency, lines } }) => ({
        ...goOn({ ...unseen, stage: 'open', orderId: entityId, owner, currency, lines, asked: [] }),
        setDeadlines: { payment: later(at, toPay) },
      }),
      // The time to pay runs from the placing: no change prolongs it.
      LineChanged: (memory, { data }) => {
        if (memory.stage !== 'open') return undefined;
        const changed = { ...memory, lines: withLine(memory.lines, data), changes: memory.changes + 1 };
        // A release up to 0.1 reserved when the order was placed: the reservation of a removed line is released.
        return goOn(changed, ...(data.quantity === 0 && mayBeReserved(memory, data) ? [release(memory, data)] : []));
      },
      PaymentChosen: (memory, { data: { account, amount } }) => {
        if (memory.stage !== 'open') return undefined;
        return { ...onceReserved({ ...memory, payment: 'chosen', account, amount }), cancelDeadlines: ['payment'] };
      },
      OrderShipped: (memory) =>
        memory.stage === 'open'
          ? goOn(
              { ...memory, stage: 'shipped' },
              ...memory.lines.map((line) => dispatch(memory, line)),
              settle(memory, { done: 'settled' }),
            )
          : undefined,
      OrderCancelled: (memory) => windUp(memory, 'cancelled'),
      OrderRejected: (memory) => windUp(memory, 'rejected'),
      OrderExpired: (memory) => windUp(memory, 'expired'),
    },
    onDone: {
      reserved: (memory) => onceReserved({ ...answered(memory), reserving: memory.reserving - 1 }),
      paid: (memory) => {
        const paid: Fulfilment = { ...answered(memory), payment: 'taken' };
        if (isOver(paid)) return goOn(paid, refund(paid));
        const { lines } = paid;
        const asked = withAsked(paid, () => lines.map(({ sku }) => sku));
        return goOn({ ...asked, reserving: lines.length }, ...lines.map((line) => reserve(paid, line)));
      },
      heard: (memory) => goOn(answered(memory)),
      settled: (memory) => goOn(answered(memory)),
    },
    onRefused: {
      reservationRefused: (memory, { to, command, reason: because }) => {
        const { id: sku } = parseStream(to)!;
        const left = withAsked(memory, (asked) => asked.filter((each) => each !== sku));
        const known = { ...answered(left), reserving: memory.reserving - 1 };
        const isWanted = memory.lines.some((line) => line.sku === sku && asksFor(command, line));
        // The release before asked, and the customer has changed the line since: the request after the payment decides.
        return isWanted ? reject(known, { reason: 'stock-refused', because, sku }) : onceReserved(known);
      },
      paymentRefused: (memory, { reason: because }) =>
        reject({ ...answered(memory), payment: 'none' }, { reason: 'payment-refused', because }),
      // The order took another command first; its event arrives by itself.
      overtaken: (memory) => goOn(answered(memory)),
    },
    onDeadline: {
      payment: (memory) =>
        memory.stage === 'open' ? goOn(memory, ask(memory, 'Expire', { changes: memory.changes })) : undefined,
    },
    // Uses the instance's id: an instance parked at its first event has no memory. The operator has taken care of stock and money.
    onResolved: (memory, { instance }) => ({
      send: [send(order, instance, 'SettleByHand', {}), ...(memory.account === '' ? [] : [settle(memory)])],
    }),
  });

export const fulfilment = fulfilmentWithin({ minutes: 30 });

const isOver = ({ stage }: Fulfilment) => stage === 'cancelled' || stage === 'rejected' || stage === 'expired';

/** Every reaction ends here: it counts the open commands, and is the end once it is over and none is left. */
const goOn = <Sends extends readonly Send[]>(memory: Fulfilment, ...send: Sends) => {
  const open = memory.open + send.length;
  const ends = open === 0 && (isOver(memory) || memory.stage === 'shipped');
  const end = memory.stage === 'shipped' ? 'completed' : memory.stage;
  return { memory: { ...memory, open }, send, ...(ends && { end }) };
};

const answered = (memory: Fulfilment): Fulfilment => ({ ...memory, open: memory.open - 1 });

const reserve = ({ orderId, currency }: Fulfilment, { sku, quantity, price }: Line) =>
  send(stock, sku, 'Reserve', { orderId, quantity, price, currency }, { done: 'reserved', refused: 'reservationRefused' });

/** True if a reservation matches this line exactly. */
const asksFor = ({ data }: Message, { quantity, price }: Line) => {
  const asked = data as Readonly<{ quantity?: unknown; price?: unknown }>;
  return asked.quantity === quantity && asked.price === price;
};

const withAsked = (memory: Fulfilment, change: (asked: readonly string[]) => readonly string[]): Fulfilment =>
  memory.asked ? { ...memory, asked: change(memory.asked) } : memory;

/** A release of nothing still leaves a commit in the sku's stream: a customer who orders without paying must not cause any. */
const mayBeReserved = ({ asked }: Fulfilment, { sku }: Pick<Line, 'sku'>) => asked?.includes(sku) ?? true;

// None of these three reacts to a refusal: if it cannot be given back or dispatched, an operator decides.
const release = ({ orderId }: Fulfilment, { sku }: Pick<Line, 'sku'>) =>
  send(stock, sku, 'Release', { orderId }, { done: 'settled' });

const dispatch = ({ orderId }: Fulfilment, { sku }: Line) => send(stock, sku, 'Dispatch', { orderId }, { done: 'settled' });

const refund = (memory: Fulfilment) =>
  send(account, memory.account, 'Credit', { ...payment(memory), purpose: 'refund' }, { done: 'settled' });

/** No refund follows any more: the account may close. */
const settle = (memory: Fulfilment, follows: Readonly<{ done?: 'settled' }> = {}) =>
  send(account, memory.account, 'Settle', { reference: payment(memory).reference }, follows);

const payment = ({ orderId, amount, currency }: Fulfilment) => ({ amount, currency, reference: `order-${orderId}` });

type Asks = 'Confirm' | 'Reject' | 'Expire';
type Asked<T extends Asks> = Parameters<(typeof order)['decide'][T]>[1];

const ask = <T extends Asks>({ orderId }: Fulfilment, type: T, data: Asked<T>) =>
  send(order, orderId, type, data, { done: 'heard', refused: 'overtaken' });

/** The customer has named the paying account, which fixes the lines. */
const takePayment = (memory: Fulfilment) => {
  const terms = { ...payment(memory), purpose: 'payment', onBehalfOf: memory.owner } as const;
  const debit = send(account, memory.account, 'Debit', terms, { done: 'paid', refused: 'paymentRefused' });
  return goOn({ ...memory, payment: 'taking' }, debit);
};

/** Continues once all lines are reserved: at once if they were reserved before the payment, as the release before did. */
const onceReserved = (memory: Fulfilment) => {
  if (memory.stage !== 'open' || memory.reserving > 0) return goOn(memory);
  if (memory.payment === 'chosen') return takePayment(memory);
  return memory.payment === 'taken' ? goOn(memory, ask(memory, 'Confirm', {})) : goOn(memory);
};

const reject = (memory: Fulfilment, why: Asked<'Reject'>) =>
  memory.stage === 'open' ? goOn({ ...memory, stage: 'rejecting' }, ask(memory, 'Reject', why)) : goOn(memory);

/**
 * Releases reservations and refunds the payment, and sends nothing to stock that was never asked to reserve. Releases need not wait for open
 * reservations: commands to one stock take effect in the order decided. An open payment must be awaited: only its outcome says whether there is
 * anything to refund.
 */
const windUp = (memory: Fulfilment, stage: 'cancelled' | 'rejected' | 'expired') => {
  if (memory.stage !== 'open' && memory.stage !== 'rejecting') return undefined;
  const releases = memory.lines.filter((line) => mayBeReserved(memory, line)).map((line) => release(memory, line));
  const refunds = memory.payment === 'taken' ? [refund(memory)] : [];
  return { ...goOn({ ...memory, stage }, ...releases, ...refunds), cancelDeadlines: ['payment'] as const };
};
