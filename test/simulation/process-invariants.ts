import { account } from '../../domains/account/decider.ts';
import { fulfilment } from '../../domains/fulfilment/process.ts';
import { keptFor, keptValues } from '../../domains/kept.ts';
import { type Order, order } from '../../domains/order/decider.ts';
import { type Stock, stock } from '../../domains/stock/decider.ts';
import { transfer } from '../../domains/transfer/decider.ts';
import type { Commit, StoredEvent } from '../../lib/core/commit.ts';
import { type AnyDecider, fold } from '../../lib/core/decider.ts';
import { processDecider } from '../../lib/core/process/decider.ts';
import type { Instance } from '../../lib/core/process/instance.ts';
import type { AnyProcess } from '../../lib/core/process/process.ts';
import { readEvent } from '../../lib/core/version.ts';
import type { Invariant } from '../../lib/testing/simulator.ts';
import { transfersAfter } from './transfer-releases.ts';

type Streams = ReadonlyMap<string, readonly Commit[]>;
type Moved = Readonly<{ amount: number; purpose: string; reference: string }>;

const stateOf = <S>(decider: AnyDecider, streams: Streams, stream: string): S =>
  (streams.get(stream) ?? []).reduce(
    (state, { events }) =>
      fold(
        decider,
        state,
        events.map((stored) => readEvent(decider.events, stored)),
      ),
    decider.initial,
  ) as S;

const idsOf = (streams: Streams, category: string) =>
  [...streams.keys()].flatMap((stream) => (stream.startsWith(`${category}-`) ? [stream.slice(category.length + 1)] : []));

/** The amounts moved for a reference: debited, credited, and refunded. */
const movedFor = (streams: Streams) => {
  const sums = new Map<string, { taken: number; given: number; back: number }>();
  for (const [stream, commits] of streams)
    for (const { type, data } of stream.startsWith('account-') ? commits.flatMap(({ events }) => events) : []) {
      if (type !== 'MoneyDebited' && type !== 'MoneyCredited') continue;
      const { amount, purpose, reference } = data as Moved;
      const sum = sums.get(reference) ?? { taken: 0, given: 0, back: 0 };
      sums.set(reference, sum);
      if (type === 'MoneyDebited') sum.taken += amount;
      else if (purpose === 'refund') sum.back += amount;
      else sum.given += amount;
    }
  return (reference: string) => sums.get(reference) ?? { taken: 0, given: 0, back: 0 };
};

type MovedFor = ReturnType<typeof movedFor>;

const standsStill = ({ status, ended }: Instance) => status === 'parked' || status === 'stuck' || ended === 'resolved';

/** Resolved by hand, and nobody is to see to it again: a command that was open at the time may be refused afterwards. */
const isSettled = ({ status, ended }: Instance) => ended === 'resolved' && status === 'ended';

/** The reaction to a resolution threw, and threw again at the second resolution: then the instance ended without it. */
const thrownTwice = (streams: Streams, instance: string): boolean => {
  const commits = streams.get(instance) ?? [];
  const parks = ({ type, data }: StoredEvent) => type === 'InstanceParked' && 'resolved' in (data as { cause: object }).cause;
  const ending = commits.find(({ events }) => events.some(({ type }) => type === 'Ended'));
  return ending?.events.every(({ type }) => type !== 'Reacted') === true && commits.some(({ events }) => events.some(parks));
};

const transferFault = (streams: Streams, movedBy: MovedFor, id: string): string | undefined => {
  const requested = streams
    .get(`transfer-${id}`)
    ?.flatMap(({ events }) => events)
    .find(({ type }) => type === 'TransferRequested');
  if (!requested) return undefined;
  const { amount } = requested.data as { amount: number };
  const { taken, given, back } = movedBy(`transfer-${id}`);
  const { status } = stateOf<{ status: string }>(transfer as AnyDecider, streams, `transfer-${id}`);
  const instance = stateOf<Instance>(processDecider(transfersAfter), streams, `transferProcess-${id}`);
  const what = `transfer ${id} of ${amount} (${status}, ${instance.ended ?? instance.status}) took ${taken}, gave ${given} and gave ${back} back`;
  if (taken > amount || given + back > taken) return what;
  // A transfer must not stay pending after its instance was resolved.
  if (isSettled(instance) && status === 'pending' && !thrownTwice(streams, `transferProcess-${id}`)) return what;
  if (standsStill(instance)) return undefined;
  const isRight =
    instance.ended === 'completed'
      ? status === 'completed' && given === amount
      : instance.ended === 'undone' && status === 'failed' && given === 0 && back === taken;
  return isRight ? undefined : what;
};

type Amounts = Readonly<Record<string, number>>;

const sumOf = (amounts: Iterable<number>) => [...amounts].reduce((sum, amount) => sum + amount, 0);

/** The quantity dispatched from a stock for each order, and the quantity that the stock received. */
const stockOf = (streams: Streams, sku: string) => {
  const commits = streams.get(`stock-${sku}`) ?? [];
  const dispatched: Record<string, number> = {};
  let received = 0;
  for (const { type, data } of commits.flatMap(({ events }) => events)) {
    const { orderId = '', quantity } = data as { orderId?: string; quantity: number };
    if (type === 'StockReceived') received += quantity;
    if (type === 'StockDispatched') dispatched[orderId] = (dispatched[orderId] ?? 0) + quantity;
  }
  const { available, reserved } = stateOf<Stock>(stock as AnyDecider, streams, `stock-${sku}`);
  const isAskedFor = (orderId: string) => commits.some(({ command }) => command.startsWith(`process/fulfilment-${orderId}/`));
  return { sku, available, reserved, dispatched, received, isAskedFor };
};

type Stocks = readonly ReturnType<typeof stockOf>[];

const stockFault = ({ sku, available, reserved, dispatched, received }: Stocks[number]): string | undefined => {
  const held = sumOf(keptValues(reserved));
  const gone = sumOf(Object.values(dispatched));
  return available >= 0 && available + held + gone === received
    ? undefined
    : `${sku} has ${available}, keeps ${held} and sent ${gone}, and received ${received}`;
};

const orderFault = (streams: Streams, stocks: Stocks, movedBy: MovedFor, id: string): string | undefined => {
  const { status, lines } = stateOf<Order>(order as AnyDecider, streams, `order-${id}`);
  if (status === 'new') return undefined;
  const instance = stateOf<Instance>(processDecider(fulfilment as AnyProcess), streams, `fulfilment-${id}`);
  const { taken, back } = movedBy(`order-${id}`);
  const kept: Amounts = Object.fromEntries(stocks.map(({ sku, reserved }) => [sku, keptFor(reserved, id) ?? 0]));
  const sent: Amounts = Object.fromEntries(stocks.map(({ sku, dispatched }) => [sku, dispatched[id] ?? 0]));
  const what = `order ${id} (${status}, ${instance.ended ?? instance.status}) took ${taken}, gave ${back} back, keeps ${JSON.stringify(kept)} and sent ${JSON.stringify(sent)}`;
  const total = sumOf(lines.map(({ quantity, price }) => quantity * price));
  if (taken > total || back > taken) return what;
  // Also what comes to nothing leaves a commit: nobody causes any in a stock of their choice without paying.
  const [askedInVain] = taken === 0 ? stocks.filter(({ isAskedFor }) => isAskedFor(id)) : [];
  if (askedInVain) return `${what}, and was never paid, but its process sent a command to the stock of ${askedInVain.sku}`;
  const isOpen = ['placed', 'paying', 'confirmed'].includes(status);
  if (isSettled(instance) && isOpen && !thrownTwice(streams, `fulfilment-${id}`)) return what;
  if (standsStill(instance)) return undefined;
  const isOf = (amounts: Amounts, all: boolean) =>
    stocks.every(({ sku }) => (amounts[sku] ?? 0) === (all ? (lines.find((line) => line.sku === sku)?.quantity ?? 0) : 0));
  const right = {
    // Waits for being shipped.
    confirmed: instance.status === 'running' && isOf(kept, true) && isOf(sent, false) && taken - back === total,
    shipped: instance.ended === 'completed' && isOf(kept, false) && isOf(sent, true) && taken - back === total,
    cancelled: instance.ended === 'cancelled' && isOf(kept, false) && isOf(sent, false) && taken === back,
    rejected: instance.ended === 'rejected' && isOf(kept, false) && isOf(sent, false) && taken === back,
    expired: instance.ended === 'expired' && isOf(kept, false) && isOf(sent, false) && taken === back,
  } as Readonly<Record<string, boolean>>;
  return right[status] ? undefined : what;
};

/** Nobody has less than nothing, and what nobody moved by hand was moved for a transfer or an order that says so. */
const accountFault = (streams: Streams, id: string): string | undefined => {
  const { balance } = stateOf<{ balance: number }>(account as AnyDecider, streams, `account-${id}`);
  return balance < 0 ? `account ${id} has ${balance}` : undefined;
};

/** Each reaction fits into a commit by itself, so that none parks for its size, however many come together. */
export const nothingIsParkedForItsSize: Invariant = ({ streams }) => {
  const parked = [...streams.values()]
    .flat()
    .flatMap(({ stream, events }) => events.map(({ type, data }) => ({ stream, type, data: data as { thrown?: string } })))
    .find(({ type, data }) => type === 'InstanceParked' && data.thrown?.startsWith('TooLarge'));
  return parked && `${parked.stream} is parked: ${parked.data.thrown}`;
};

/** At every time, whatever customers do: a process that is stuck was resolved by hand before. */
export const nobodyIsStuck: Invariant = ({ streams }) => {
  for (const process of [transfersAfter, fulfilment as AnyProcess])
    for (const id of idsOf(streams, process.category)) {
      const { status, ended } = stateOf<Instance>(processDecider(process), streams, `${process.category}-${id}`);
      if (status === 'stuck' && ended !== 'resolved') return `${process.category} ${id} is stuck`;
    }
  return undefined;
};

/** No money and no stock comes from nowhere or gets lost, whatever became of a transfer or an order; and all who know of it agree. */
export const moneyAndStockAreConserved: Invariant = ({ streams: all }) => {
  // Imported commits are history: no process reacts to them.
  const streams = new Map([...all].filter(([, commits]) => commits.every(({ imported }) => imported === undefined)));
  const movedBy = movedFor(streams);
  const stocks = idsOf(streams, 'stock').map((sku) => stockOf(streams, sku));
  const faults = [
    ...idsOf(streams, 'account').map((id) => accountFault(streams, id)),
    ...idsOf(streams, 'transfer').map((id) => transferFault(streams, movedBy, id)),
    ...stocks.map(stockFault),
    ...idsOf(streams, 'order').map((id) => orderFault(streams, stocks, movedBy, id)),
  ];
  return faults.find((fault) => fault !== undefined);
};
