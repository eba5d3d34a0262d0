import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Account, account } from '../../domains/account/decider.ts';
import { fulfilment } from '../../domains/fulfilment/process.ts';
import { type Order, order } from '../../domains/order/decider.ts';
import { totalOf } from '../../domains/order/lines.ts';
import { product } from '../../domains/product/decider.ts';
import { type Stock, stock } from '../../domains/stock/decider.ts';
import { type Transfer, transfer } from '../../domains/transfer/decider.ts';
import { transferProcess } from '../../domains/transfer/process.ts';
import type { Actor } from '../../lib/core/access.ts';
import type { AnyDecider } from '../../lib/core/decider.ts';
import type { Message } from '../../lib/core/message.ts';
import type { AnyProcess } from '../../lib/core/process/process.ts';
import { memoryKeys } from '../../lib/testing/memory/system.ts';
import { interleaving } from '../support/interleaving.ts';

const deciders: readonly AnyDecider[] = [account, transfer, product, stock, order];
const processes = [transferProcess, fulfilment] as unknown as readonly AnyProcess[];
const ada: Actor = { id: 'ada', kind: 'user', roles: [] };
const operator: Actor = { id: 'op', kind: 'user', roles: ['operator'] };
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const accounts = ['account-a1', 'account-a2', 'account-a3'];
const stocks = ['stock-s1', 'stock-s2'];
const orders = ['order-o1', 'order-o2', 'order-o3'];
const transfers = ['transfer-t1', 'transfer-t2', 'transfer-t3'];

type Told = Readonly<{ stream: string; command: Message; actor: Actor }>;

/** Something that a person does, at any time. */
const whim = (random: () => number): Told => {
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const oneOf = (names: readonly string[]) => names[Math.floor(random() * names.length)]!;
  const [money, thing] = [oneOf(accounts), oneOf(orders)];
  const line = () => ({ sku: `s${upTo(2)}`, quantity: upTo(4) });
  const lines = random() < 0.5 ? [{ ...line(), sku: 's1' }] : ['s1', 's2'].map((sku) => ({ ...line(), sku }));
  const toAccount = oneOf(accounts).slice('account-'.length);
  const told: readonly Told[] = [
    { stream: thing, command: { type: 'Place', data: { lines, currency: 'EUR' } }, actor: ada },
    { stream: thing, command: { type: 'Place', data: { lines, currency: 'EUR' } }, actor: ada },
    { stream: thing, command: { type: 'ChangeLine', data: { ...line(), quantity: upTo(5) - 1 } }, actor: ada },
    { stream: thing, command: { type: 'Pay', data: { account: toAccount } }, actor: ada },
    { stream: thing, command: { type: 'Pay', data: { account: toAccount } }, actor: ada },
    { stream: thing, command: { type: 'Cancel', data: { reason: 'whim' } }, actor: ada },
    { stream: thing, command: { type: 'Ship', data: {} }, actor: operator },
    { stream: oneOf(stocks), command: { type: 'Receive', data: { quantity: upTo(3) } }, actor: operator },
    { stream: money, command: { type: 'Deposit', data: eur(upTo(60)) }, actor: ada },
    { stream: money, command: { type: 'Withdraw', data: eur(upTo(60)) }, actor: ada },
    { stream: money, command: { type: 'Close', data: { reason: 'whim' } }, actor: ada },
    { stream: money, command: { type: 'Close', data: { reason: 'whim' } }, actor: ada },
    {
      stream: oneOf(transfers),
      command: { type: 'Request', data: { from: money.slice('account-'.length), to: toAccount, ...eur(upTo(60)) } },
      actor: ada,
    },
  ];
  return told[Math.floor(random() * told.length)]!;
};

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
const amounts = (events: readonly Message[], ...types: readonly string[]) =>
  sum(events.flatMap(({ type, data }) => (types.includes(type) ? [(data as { amount: number }).amount] : [])));
const quantities = (events: readonly Message[], type: string) =>
  sum(events.flatMap((event) => (event.type === type ? [(event.data as { quantity: number }).quantity] : [])));

const live = (seed: number) => {
  const { random } = memoryKeys(seed);
  const world = interleaving(deciders, processes, random);
  for (const name of accounts) {
    world.handle(
      name,
      { type: 'Open', data: { currency: 'EUR' } },
      random() < 0.9 ? ada : { id: 'bob', kind: 'user', roles: [] },
    );
    world.handle(name, { type: 'Deposit', data: eur(50) }, ada);
  }
  for (const name of stocks) {
    const sold = name.replace('stock', 'product');
    world.handle(sold, { type: 'List', data: { name, description: '', currency: 'EUR' } }, operator);
    world.handle(sold, { type: 'SetPrice', data: { price: 10 } }, operator);
    world.handle(name, { type: 'Receive', data: { quantity: 5 } }, operator);
  }
  const told = () => {
    const { stream, command, actor } = whim(random);
    const { balance = 0 } = world.state(stream) as Partial<Account>;
    // A customer who closes an account withdraws its balance first: money on its way to it then finds it closed.
    if (command.type === 'Close' && balance > 0) world.handle(stream, { type: 'Withdraw', data: eur(balance) }, actor);
    world.handle(stream, command, actor);
  };
  for (let i = 0; i < 90; i++) random() < 0.35 ? told() : world.act();
  // Finishes all work: deadlines pass, and confirmed orders are shipped.
  for (let acts = 0; ; acts++) {
    if (acts > 5_000) throw new Error('It never comes to rest.');
    if (world.act()) continue;
    const confirmed = orders.filter((name) => (world.state(name) as Order).status === 'confirmed');
    if (confirmed.length === 0) return world;
    for (const name of confirmed) world.handle(name, { type: 'Ship', data: {} }, operator);
  }
};

/** These cases always run, so that coverage does not depend on luck; random ones come on top. */
const always = Array.from({ length: 150 }, (_, seed): [number] => [seed]);
const seen: Record<string, number> = {};

it('in every interleaving, money and stock are conserved, and every instance ends as its order or transfer did: nobody can make one stuck', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const world = live(seed);
      const moved = world.events('account');
      const instances = world.instances();

      // Money: everything deposited is on the accounts, or was paid for shipped goods.
      const balances = sum(accounts.map((name) => (world.state(name) as Account).balance));
      expect(accounts.every((name) => (world.state(name) as Account).balance >= 0)).toBe(true);
      const earned = orders.map((name) => world.state(name) as Order).filter(({ status }) => status === 'shipped');
      const cameIn = amounts(moved, 'MoneyDeposited') - amounts(moved, 'MoneyWithdrawn');
      expect(balances + sum(earned.map(({ lines }) => totalOf(lines)))).toBe(cameIn);

      // Stock: everything received is there or was shipped; nothing is reserved for an ended order.
      const things = stocks.map((name) => world.state(name) as Stock);
      const gone = sum(earned.map(({ lines }) => sum(lines.map(({ quantity }) => quantity))));
      expect(things.every(({ available, reserved }) => available >= 0 && reserved.length === 0)).toBe(true);
      expect(sum(things.map(({ available }) => available)) + gone).toBe(quantities(world.events('stock'), 'StockReceived'));

      for (const [name, { ended, stuck }] of instances) {
        const [category, id] = [name.split('-')[0], name.split('-')[1]];
        expect([name, stuck]).toEqual([name, []]);
        if (category === 'fulfilment') {
          const { status } = world.state(`order-${id}`) as Order;
          expect(ended).toBe(status === 'shipped' ? 'completed' : status);
        } else {
          expect(ended).toBe((world.state(`transfer-${id}`) as Transfer).status === 'completed' ? 'completed' : 'undone');
        }
        const how = `${category} ${ended}`;
        seen[how] = (seen[how] ?? 0) + 1;
      }
      const placed = [...orders, ...transfers].filter((name) => (world.state(name) as Order | Transfer).status !== 'new');
      expect(instances.length).toBe(placed.length);
    }),
    { numRuns: 250, examples: always },
  );
  // All of it has really occurred.
  expect(Object.keys(seen).sort()).toEqual(
    expect.arrayContaining([
      'fulfilment cancelled',
      'fulfilment completed',
      'fulfilment expired',
      'fulfilment rejected',
      'transferProcess completed',
      'transferProcess undone',
    ]),
  );
});
