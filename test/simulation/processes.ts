import { account } from '../../domains/account/decider.ts';
import { fraudWatch } from '../../domains/fraud-watch/process.ts';
import { fulfilmentWithin } from '../../domains/fulfilment/process.ts';
import { order } from '../../domains/order/decider.ts';
import { product } from '../../domains/product/decider.ts';
import { stock } from '../../domains/stock/decider.ts';
import { transfer } from '../../domains/transfer/decider.ts';
import type { Actor } from '../../lib/core/access.ts';
import type { AnyDecider } from '../../lib/core/decider.ts';
import { defineManifest, type Manifest } from '../../lib/core/manifest.ts';
import type { AnyProcess } from '../../lib/core/process/process.ts';
import type { Simulation, Tamper, Workload } from '../../lib/testing/simulator.ts';
import { moneyAndStockAreConserved, nobodyIsStuck, nothingIsParkedForItsSize } from './process-invariants.ts';
import { faulty, transfersAfter, transfersBefore } from './transfer-releases.ts';

const fulfilment = fulfilmentWithin({ seconds: 1 }) as AnyProcess;

const real = account as AnyDecider;
/** As it was released first: it closes whatever is open, so that a refund finds it closed and its transfer is stuck. */
const careless = {
  ...real,
  decide: {
    ...real.decide,
    Close: (state: object, ...given: never[]) =>
      real.decide.Close!({ ...state, open: [] } as never, ...(given as [never, never])),
  },
} as unknown as AnyDecider;
const carelessly: Change = (process) => ({
  ...process,
  sends: process.sends.map((decider) => (decider === real ? careless : decider)),
});

type Change = (process: AnyProcess) => AnyProcess;
const asItIs: Change = (process) => process;
const asTheyAre = (tamper: Tamper): Tamper => tamper;

type Has = Readonly<{ what: 'transfers' | 'orders' | 'all'; watch: boolean; view: boolean; careless: boolean }>;
type Reference = Readonly<{ transfers: AnyProcess; orders: AnyProcess }>;

const before: Reference = { transfers: transfersBefore, orders: faulty(fulfilment) };
const after: Reference = { transfers: transfersAfter, orders: fulfilment };

const manifestOf = ({ transfers, orders }: Reference, { has, change }: Readonly<{ has: Has; change: Change }>): Manifest => {
  const categories = { transfers: [transfer], orders: [order, product, stock], all: [transfer, order, product, stock] }[has.what];
  const asked = { transfers: [transfers], orders: [orders], all: [transfers, orders] }[has.what].map(change);
  const processes = has.careless ? asked.map(carelessly) : asked;
  const manifest = defineManifest({
    aggregates: [has.careless ? careless : account, ...categories] as readonly AnyDecider[],
    processes: has.watch ? [...processes, fraudWatch as AnyProcess] : processes,
    projections: [],
  });
  // The view of instances is in some of the runs: it costs as much again as what it shows.
  return has.view ? manifest : { ...manifest, projections: [] };
};

const subjects = new Map<Change, Map<string, Readonly<{ manifest: Manifest; next: Manifest }>>>();

/** Two releases of the reference processes: made once, since what the engine derives from them is. */
const releasesWith = (has: Has, change: Change) => {
  const made = subjects.get(change) ?? new Map();
  subjects.set(change, made);
  const key = JSON.stringify(has);
  const releases = made.get(key) ?? {
    manifest: manifestOf(before, { has, change }),
    next: manifestOf(after, { has, change }),
  };
  made.set(key, releases);
  return releases;
};

const ada: Actor = { id: 'ada', kind: 'user', roles: [] };
const bob: Actor = { id: 'bob', kind: 'user', roles: [] };
const operator: Actor = { id: 'olga', kind: 'user', roles: ['operator'] };

const owners: Readonly<Record<string, Actor>> = { a: ada, b: bob, c: ada };

type Dice = Parameters<Workload>[0];
const as = (actor: Actor, category: string, id: string, type: string, data: object) => ({ actor, category, id, type, data });
const euros = (amount: number) => ({ amount, currency: 'EUR' });

const openings = (dice: Dice, n: number) => {
  const id = ['a', 'b', 'c'][n]!;
  return as(owners[id]!, 'account', id, 'Open', { currency: id === 'c' && dice.chance(0.2) ? 'USD' : 'EUR' });
};

const everyday = (dice: Dice) => {
  const id = dice.pick(['a', 'a', 'b', 'c']);
  const type = dice.pick(['Deposit', 'Withdraw', 'Withdraw', 'Close', 'Close', 'Close']);
  const amount = 1 + dice.below(20);
  return as(owners[id]!, 'account', id, type, type === 'Close' ? { reason: 'moved' } : euros(amount));
};

const request = (from: string, to: string, amount: number, n: number) =>
  as(owners[from]!, 'transfer', `t${n}`, 'Request', { from, to, ...euros(amount) });

const transfers = (dice: Dice, n: number) => {
  if (n === 3) return as(ada, 'account', 'a', 'Deposit', euros(60));
  if (dice.chance(0.25)) return everyday(dice);
  const from = dice.pick(['a', 'a', 'a', 'b', 'c']);
  // Nobody has opened the last one.
  const to = dice.pick(['b', 'c', 'c', 'x'].filter((id) => id !== from));
  return request(from, to, dice.pick([1, 3, 5, 10, 40]), dice.chance(0.1) ? n - 1 : n);
};

/** Money for a closed account is refunded, and finds an account that was emptied and closed meanwhile. */
const closings = (dice: Dice, n: number) => {
  if (n === 3) return as(ada, 'account', 'a', 'Deposit', euros(20));
  const id = dice.pick(['a', 'a', 'b']);
  const wishes = [
    () => request('a', 'x', 20, n),
    () => as(owners[id]!, 'account', id, 'Close', { reason: 'moved' }),
    () => request('a', dice.pick(['b', 'x']), dice.pick([3, 20]), n),
    () => as(owners[id]!, 'account', id, 'Close', { reason: 'moved' }),
  ];
  return wishes[n % 4]!();
};

const lines = (dice: Dice) => dice.pick([['s'], ['r'], ['s', 'r']]).map((sku) => ({ sku, quantity: 1 + dice.below(3) }));

const orders = (dice: Dice, n: number) => {
  const set = [
    as(operator, 'product', 's', 'List', { name: 's', description: '', currency: 'EUR', price: 5 }),
    as(operator, 'stock', 's', 'Receive', { quantity: 6 }),
    as(operator, 'product', 'r', 'List', { name: 'r', description: '', currency: 'EUR', price: 5 }),
    as(operator, 'stock', 'r', 'Receive', { quantity: 3 }),
    as(ada, 'account', 'a', 'Deposit', euros(40)),
    as(ada, 'order', 'o0', 'Place', { lines: lines(dice), currency: 'EUR' }),
  ][n - 3];
  if (set) return set;
  const id = `o${dice.below(3)}`;
  const type = dice.pick([
    'Place',
    'ChangeLine',
    'ChangeLine',
    'Pay',
    'Pay',
    'Pay',
    'Cancel',
    'Ship',
    'Ship',
    'everyday',
    'SetPrice',
  ]);
  if (type === 'everyday') return everyday(dice);
  // The price moves beside the orders that are placed at it.
  if (type === 'SetPrice') return as(operator, 'product', dice.pick(['s', 'r']), type, { price: 4 + dice.below(3) });
  const data = {
    Place: { lines: lines(dice), currency: 'EUR' },
    ChangeLine: { sku: dice.pick(['s', 'r']), quantity: dice.below(5) },
    Pay: { account: dice.pick(['a', 'a', 'a', 'b', 'c']) },
    Cancel: { reason: 'no longer' },
    Ship: {},
  }[type]!;
  return as(type === 'Ship' ? operator : ada, 'order', id, type, data);
};

const workloads: Readonly<Record<Has['what'] | 'closings', Workload>> = {
  closings: (dice, n) => (n < 3 ? openings(dice, n) : closings(dice, n)),
  transfers: (dice, n) => (n < 3 ? openings(dice, n) : transfers(dice, n)),
  orders: (dice, n) => (n < 3 ? openings(dice, n) : orders(dice, n)),
  all: (dice, n) => (n < 3 ? openings(dice, n) : n < 9 || dice.chance(0.5) ? orders(dice, n) : transfers(dice, n)),
};

/** Faults made on purpose: around the code, or in the domain. */
export type ProcessMutant = Tamper &
  Readonly<{
    process?: Change;
    /** Without the sweep over commits, and so without lost records, since the sweep makes good what this breaks. */
    alone?: true;
    /** Many commands at once: it takes several causes that wait for one instance. */
    crowded?: true;
  }>;

/** As many events as the largest reaction of the reference processes comes to with what it is recorded by: in some runs no two of them fit into one commit. */
const eventsOfOne = 5;

const withSmallCommits = (tamper: Tamper): Tamper => ({
  ...tamper,
  reacting: (real) => {
    const own = { ...real.own, settings: { ...real.own.settings, eventsPerCommit: eventsOfOne } };
    return tamper.reacting?.({ ...real, own }) ?? { ...real, own };
  },
});

const unswept: Pick<Tamper, 'engine'> = {
  engine: (real) => ({ ...real, processTargets: () => [] }),
};

/** Transfers, orders, or both; some with the fraud watch, and some with the view of instances. */
export const processesWith = (seed: number, { process = asItIs, alone, crowded, ...tamper }: ProcessMutant = {}): Simulation => {
  const what = (['transfers', 'orders', 'transfers', 'orders', 'all'] as const)[seed % 5]!;
  const isClosing = what === 'transfers' && seed % 3 === 0;
  // In most that are full of closings, and in some others: what is stuck, retried and resolved is to be seen as well.
  const isCareless = isClosing ? seed % 4 !== 3 : what === 'transfers' && seed % 2 === 1;
  return {
    ...releasesWith({ what, watch: seed % 11 === 0, view: seed % 7 === 0, careless: isCareless }, process),
    seed,
    workload: workloads[isClosing ? 'closings' : what],
    invariants: [moneyAndStockAreConserved, nothingIsParkedForItsSize, ...(isCareless ? [] : [nobodyIsStuck])],
    share: { imports: 0.1, rebuilds: 0 },
    ...(alone && { without: ['missing'] }),
    ...(crowded && { crowd: { commands: 40, within: 1_500 } }),
    tamper: (seed % 4 === 0 ? withSmallCommits : asTheyAre)(
      alone ? { ...tamper, engine: (real) => unswept.engine!(tamper.engine?.(real) ?? real) } : tamper,
    ),
  };
};

/** The same with a foreign history imported in each run: it is foreign to the rules of this domain as well, which are not looked at. */
export const importsWith = (seed: number, mutant: ProcessMutant = {}): Simulation => ({
  ...processesWith(seed, mutant),
  share: { rebuilds: 0, imports: 1 },
  invariants: [],
});
