import type { Account } from '../../../domains/account/decider.ts';
import { keptValues } from '../../../domains/kept.ts';
import type { Trade } from '../../../domains/trade/decider.ts';
import { type Actor, user } from '../../../lib/index.ts';
import type { AtRest, Invariant, Workload } from '../../../lib/testing/simulator.ts';
import { statesOf } from './states.ts';

const operator = user('olga', 'operator');
const owners = { a: user('ada'), b: user('bob') } as const;
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
];

/** Two traders in one book, with little money and few shares, who also move their money elsewhere. */
export const tradeWorkload: Workload = (dice, n) => {
  const first = set[n];
  if (first) return first;
  const account = dice.pick(['a', 'b'] as const);
  const wish = dice.below(20);
  const terms = { side: dice.pick(['buy', 'buy', 'sell']), price: 4 + dice.below(4), quantity: 1 + dice.below(4), account };
  if (wish < 12) return ask(owners[account], 'trade', 'x', 'Place', terms);
  if (wish < 17) return ask(owners[account], 'trade', 'x', 'Cancel', { order: 1 + dice.below(12) });
  const amount = 1 + dice.below(60);
  if (wish < 19) return ask(owners[account], 'account', account, dice.pick(['Deposit', 'Withdraw']), { amount, currency: 'EUR' });
  return ask(owners[account], 'account', account, 'Close', { reason: 'moved' });
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
  const all = balances + held + moved(books, 'ProceedsHeld');
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
  const rows = (views.get('trade-positions') ?? []).flatMap(({ share }) => (share ? [share] : []));
  const of = (what: string) =>
    sum(rows.flatMap(({ sums }) => Object.entries(sums ?? {}).flatMap(([name, n]) => (name.endsWith(what) ? [n] : []))));
  if (of(' cost') !== of(' realized')) return `costs of ${of(' cost')} are to be profits of ${of(' realized')}`;
  const issued = sum(statesOf(streams, 'trade').map(({ state }) => sum(keptValues((state as Trade).shares))));
  return of(' shares') === issued ? undefined : `the view shows ${of(' shares')} shares, and there are ${issued}`;
};
