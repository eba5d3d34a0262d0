import { type Account, account } from '../../../domains/account/decider.ts';
import { keptValues } from '../../../domains/kept.ts';
import { matchesOf } from '../../../domains/trade/book.ts';
import { type Trade, trade } from '../../../domains/trade/decider.ts';
import { tradePositions } from '../../../domains/trade/projections/positions.ts';
import type { TradeEvent } from '../../../events/trade.ts';
import { type Actor, type Commit, fold, parseStream, readEvent, user } from '../../../lib/index.ts';
import type { AtRest, Invariant, Workload } from '../../../lib/testing/simulator.ts';
import { statesOf } from './states.ts';

const operator = user('olga', 'operator');
/** Each has a closed account, which may be closed while an order to sell names it. */
const owners = { a: user('ada'), b: user('bob'), c: user('ada'), d: user('bob') } as const;
type Ask = ReturnType<Workload>;

const ask = (actor: Actor, category: string, id: string, type: string, data: object): Ask => ({
  actor,
  category,
  id,
  type,
  data,
});
const set: readonly Ask[] = [
  ask(operator, 'trade', 'x', 'OpenBook', { currency: 'EUR' }),
  ...(['a', 'b'] as const).flatMap((id) => [
    ask(owners[id], 'account', id, 'Open', { currency: 'EUR' }),
    ask(owners[id], 'account', id, 'Deposit', { amount: 60, currency: 'EUR' }),
    ask(operator, 'trade', 'x', 'Issue', { holder: owners[id].id, quantity: 6 }),
  ]),
  ...(['c', 'd'] as const).map((id) => ask(owners[id], 'account', id, 'Open', { currency: 'EUR' })),
];

/** Two traders in one book, with little money and few shares, who also move their money elsewhere. */
export const tradeWorkload: Workload = (dice, n) => {
  const first = set[n];
  if (first) return first;
  const [kept, closed] = dice.pick([['a', 'c'] as const, ['b', 'd'] as const]);
  const side = dice.pick(['buy', 'sell'] as const);
  const account = side === 'sell' ? dice.pick([kept, closed, closed]) : kept;
  const owner = owners[kept];
  const wish = dice.below(24);
  if (wish < 12)
    return ask(owner, 'trade', 'x', 'Place', { side, price: 4 + dice.below(4), quantity: 1 + dice.below(4), account });
  if (wish < 15) return ask(owner, 'trade', 'x', 'Cancel', { order: 1 + dice.below(8) });
  if (wish < 19) return ask(owner, 'account', closed, 'Close', { reason: 'moved' });
  if (wish < 22) return ask(owner, 'trade', 'x', 'PayOut', { account });
  return ask(owner, 'account', account, dice.pick(['Deposit', 'Withdraw']), { amount: 1 + dice.below(60), currency: 'EUR' });
};

/** The commits of a book's stream, each with the state before it. */
const stepsOf = (commits: readonly Commit[]) => {
  let state = trade.initial as Trade;
  return commits.map((commit) => {
    const events = commit.events.map((event) => readEvent(trade.events, event) as TradeEvent);
    const before = state;
    state = fold(trade, state, events) as Trade;
    return { commit, before, events };
  });
};

/** History alone explains each fill: matched anew, the book as it was before gives the same fills, in their order and for their reasons. */
export const fillsAreExplained: Invariant = ({ streams }) => {
  for (const [stream, commits] of streams) {
    if (parseStream(stream)?.category !== 'trade') continue;
    for (const { commit, before, events } of stepsOf(commits)) {
      const [cause, ...fills] = events;
      if (cause?.type !== 'OrderFunded' && cause?.type !== 'OrderPlaced') continue;
      const expected = matchesOf((fold(trade, before, [cause]) as Trade).book);
      if (JSON.stringify(fills.map(({ data }) => data)) !== JSON.stringify(expected))
        return `${stream}, commit ${commit.commit}: the fills are not those of the book as it was`;
    }
  }
  return undefined;
};

/** An order names an account of its owner that was open when the order was stored, and had the money of an order to buy. */
export const accountsCouldPay: Invariant = ({ streams }) => {
  for (const [stream, commits] of streams) {
    if (parseStream(stream)?.category !== 'trade') continue;
    for (const { facts, events: made } of commits)
      for (const event of made) {
        if (event.type !== 'OrderPlaced' && event.type !== 'ProceedsReleased') continue;
        const data = event.data as Readonly<{ owner: string; account: string; side?: string; price: number; quantity: number }>;
        const at = facts?.find((fact) => fact.stream === `account-${data.account}`)?.commit;
        if (at === undefined) return `${stream}: ${event.type} was not decided on the account ${data.account}`;
        const past = (streams.get(`account-${data.account}`) ?? []).slice(0, at).flatMap((commit) => commit.events);
        const events = past.map((each) => readEvent(account.events, each));
        const { status, owner, balance } = fold(account, account.initial, events) as Account;
        if (status !== 'open' || owner !== data.owner) return `${stream}: ${data.account} was ${status}, of ${owner}`;
        if (data.side === 'buy' && data.price * data.quantity > balance) return `${stream}: ${data.account} had only ${balance}`;
      }
  }
  return undefined;
};

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

/** All money is on accounts, with an order that is open, or held for a seller; all shares belong to somebody. */
export const moneyAndSharesAreConserved: Invariant = ({ streams }: AtRest) => {
  const accounts = statesOf(streams, 'account');
  const books = statesOf(streams, 'trade');
  const moved = (of: typeof accounts, type: string) =>
    sum(
      of.flatMap(({ events }) =>
        events.flatMap((each) => (each.type === type ? [(each.data as { amount: number }).amount] : [])),
      ),
    );
  const inside = moved(accounts, 'MoneyDeposited') - moved(accounts, 'MoneyWithdrawn');
  const memories = statesOf(streams, 'settlement').map(
    ({ state }) => (state as { memory?: { held: number; money: string } }).memory,
  );
  const held = sum(memories.map((memory) => (memory?.money === 'taken' ? memory.held : 0)));
  const balances = sum(accounts.map(({ state }) => (state as Account).balance));
  const forSellers = sum(books.flatMap(({ state }) => keptValues((state as Trade).aside)));
  if (forSellers !== moved(books, 'ProceedsSetAside') - moved(books, 'ProceedsReleased'))
    return `the books have ${forSellers} for sellers, and not what was set aside and never released`;
  const all = balances + held + forSellers;
  if (all !== inside)
    return `${inside} is inside, and there is ${balances} on accounts, ${held} with orders, ${all - balances - held} for sellers`;
  for (const { stream, state, events } of books) {
    const issued = sum(
      events.flatMap((each) => (each.type === 'SharesIssued' ? [(each.data as { quantity: number }).quantity] : [])),
    );
    const { shares, book } = state as Trade;
    if (sum(keptValues(shares)) !== issued)
      return `${stream} has issued ${issued} shares, and there are ${sum(keptValues(shares))}`;
    const toSell = (owner: string) =>
      sum(book.filter((each) => each.owner === owner && each.side === 'sell').map(({ left }) => left));
    const over = shares.flat().find(([owner, has]) => has < toSell(owner));
    if (over) return `${stream}: ${over[0]} offers more than the ${over[1]} shares that they have`;
  }
  return undefined;
};

/** What one has earned another has paid: all profit that was realized is in the cost of shares that somebody has. */
export const profitsAreCosts: Invariant = ({ streams, views }) => {
  const rows = (views.get('trade-positions') ?? []).flatMap(({ commit, memory }) =>
    commit > 0 && memory !== undefined ? Object.values(tradePositions.shares(memory as never)) : [],
  );
  const of = (what: string) =>
    sum(rows.flatMap(({ sums }) => Object.entries(sums ?? {}).flatMap(([name, n]) => (name.endsWith(what) ? [n] : []))));
  if (of(' cost') !== of(' realized')) return `costs of ${of(' cost')} are to be profits of ${of(' realized')}`;
  const issued = sum(statesOf(streams, 'trade').map(({ state }) => sum(keptValues((state as Trade).shares))));
  return of(' shares') === issued ? undefined : `the view shows ${of(' shares')} shares, and there are ${issued}`;
};
