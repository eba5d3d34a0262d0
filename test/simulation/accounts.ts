import * as z from 'zod';
import { account } from '../../domains/account/decider.ts';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import { accountStatement } from '../../domains/account/projections/statement.ts';
import { accountEvents } from '../../events/account.ts';
import type { Actor } from '../../lib/core/access.ts';
import type { AnyDecider } from '../../lib/core/decider.ts';
import { defineManifest, type Manifest } from '../../lib/core/manifest.ts';
import type { Message } from '../../lib/core/message.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { v1 } from '../../lib/core/version.ts';
import type { Invariant, Workload } from '../../lib/testing/simulator.ts';

type Amount = Readonly<{ amount: number; currency: string }>;
type Minor = Readonly<{ minor: number; currency: string }>;
type On = (before: never, event: never) => unknown;

const first = z.object({ amount: z.int().positive(), currency: z.string() });
const second = z.object({ minor: z.int().positive(), currency: z.string() });

/** The release before: it can read what the next one is about to write. */
const before = {
  ...accountEvents,
  MoneyDeposited: v1(first).soon(second, ({ minor, currency }) => ({ amount: minor, currency })),
};
/** The release that writes it. */
const after = {
  ...accountEvents,
  MoneyDeposited: v1(first).next(second, ({ amount, currency }) => ({ minor: amount, currency })),
};

const reference = account as AnyDecider;
/** Code that knows the first shape, for a release that has the second. */
const lowered =
  (on: On): On =>
  (state, event) => {
    const { data, ...rest } = event as { data: Minor };
    return on(state, { ...rest, data: { amount: data.minor, currency: data.currency } } as never);
  };
const raised = (event: Message): Message => {
  const { amount, currency } = event.data as Amount;
  return event.type === 'MoneyDeposited' ? { ...event, data: { minor: amount, currency } } : event;
};

const oldDecider = { ...reference, events: before } as AnyDecider;
/** As the old one, but without the preparation: what the new release writes is not to be read until that release is everywhere. */
const carelessDecider = { ...reference, events: accountEvents } as AnyDecider;
const newDecider = {
  ...reference,
  events: after,
  decide: {
    ...reference.decide,
    Deposit: (state: never, data: never, context: never) => {
      const outcome = reference.decide.Deposit!(state, data, context);
      return 'refused' in outcome ? outcome : outcome.map(raised);
    },
  },
  evolve: {
    ...reference.evolve,
    MoneyDeposited: (state: never, { minor, currency }: Minor) =>
      reference.evolve.MoneyDeposited!(state, { amount: minor, currency } as never),
  },
} as unknown as AnyDecider;

type Event = Readonly<{ data: Readonly<{ amount: number; owner: string }>; version: number; entityId: string }>;
type Band = Readonly<{ owner?: string; balance: number; closed?: true }>;

/** Rows that come and go: only open accounts are in it. */
const openAccounts = {
  kind: 'row-per-stream',
  name: 'open-accounts',
  revision: 1,
  may: ['owner', 'operator'],
  owner: (row: { owner: string }) => row.owner,
  lists: { busiest: { sort: (row: { movements: number }) => String(row.movements).padStart(4, '0'), within: 'owner' } },
  on: {
    AccountOpened: (_: unknown, { data }: Event) => ({ owner: data.owner, movements: 0 }),
    MoneyDeposited: (row: { movements: number }) => row && { ...row, movements: row.movements + 1 },
    MoneyWithdrawn: (row: { movements: number }) => row && { ...row, movements: row.movements + 1 },
    AccountClosed: () => undefined,
  },
};

/** Rows that are written again and again, and deleted: the last deposits by their last digit, until a withdrawal takes one away. */
const digits = {
  kind: 'rows-per-stream',
  name: 'last-digits',
  revision: 1,
  may: ['operator'],
  initial: { count: 0 },
  on: {
    AccountOpened: (memory: object) => ({ memory }),
    MoneyDeposited: ({ count }: { count: number }, { data, version }: Event) => ({
      memory: { count: count + 1 },
      rows: { [`d${data.amount % 4}`]: { amount: data.amount, version } },
    }),
    MoneyWithdrawn: ({ count }: { count: number }, { data }: Event) => ({
      memory: { count: count + 1 },
      rows: { [`d${data.amount % 4}`]: undefined },
    }),
  },
};

/** Sums over many accounts, from rows that accounts move between. */
const bands = {
  kind: 'shared-rows',
  name: 'account-bands',
  revision: 1,
  may: ['operator'],
  initial: { balance: 0 } as Band,
  shards: 2,
  on: {
    AccountOpened: (_: Band, { data }: Event): Band => ({ owner: data.owner, balance: 0 }),
    MoneyDeposited: (band: Band, { data }: Event): Band => ({ ...band, balance: band.balance + data.amount }),
    MoneyWithdrawn: (band: Band, { data }: Event): Band => ({ ...band, balance: band.balance - data.amount }),
    AccountClosed: (band: Band): Band => ({ ...band, closed: true }),
  },
  shares: ({ owner, balance, closed }: Band) =>
    owner === undefined
      ? {}
      : {
          all: { sums: { balance }, counts: { [closed ? 'closed' : 'open']: 1 } },
          ...(!closed && { [`band-${Math.floor(balance / 10)}`]: { sums: { balance }, members: { owners: { [owner]: 1 } } } }),
        },
};

/** A release's fault: it cannot take the third movement of an account, and the next release can. */
const faulty =
  (on: On): On =>
  (row, event) => {
    if ((row as { movements?: number } | undefined)?.movements === 2) throw new Error('nobody moves money three times');
    return on(row, event);
  };

const views = [accountBalance, accountStatement, openAccounts, digits, bands] as unknown as readonly AnyProjection[];
const viewsOf = (from: AnyDecider, change: (on: On) => On): readonly AnyProjection[] =>
  views.map(
    (view) => ({ ...view, from, on: { ...view.on, MoneyDeposited: change(view.on.MoneyDeposited as On) } }) as AnyProjection,
  );

const release = (decider: AnyDecider, projections: readonly AnyProjection[]): Manifest =>
  defineManifest({ aggregates: [decider], projections });
const asItIs = (on: On) => on;
const withFault = (projections: readonly AnyProjection[]) =>
  projections.map((view) =>
    view.name === 'open-accounts'
      ? ({ ...view, on: { ...view.on, MoneyDeposited: faulty(view.on.MoneyDeposited as On) } } as AnyProjection)
      : view,
  );

/** Two releases of the reference domain with every kind of view: the old one has a fault in one view, the new one writes a new format. */
export const twoReleases = {
  manifest: release(oldDecider, withFault(viewsOf(oldDecider, asItIs))),
  next: release(newDecider, viewsOf(newDecider, lowered)),
};

/** The same roll-out, badly prepared. */
export const carelessReleases = { ...twoReleases, manifest: release(carelessDecider, viewsOf(carelessDecider, asItIs)) };

const ada: Actor = { id: 'ada', kind: 'user', roles: [] };
const bob: Actor = { id: 'bob', kind: 'user', roles: [] };
const operator: Actor = { id: 'olga', kind: 'user', roles: ['operator'] };

const accounts = ['1', '2', '3'];
const deposits = Array.from({ length: 9 }, () => 'Deposit' as const);
const withdrawals = Array.from({ length: 6 }, () => 'Withdraw' as const);
const kinds = [...deposits, ...withdrawals, 'Close', 'Close', 'Open'] as const;

/** Few accounts and small amounts, so that commands meet, balances run out and accounts are closed. */
export const accountWorkload: Workload = (dice, n) => {
  const id = accounts[n] ?? dice.pick(['1', '1', '2', '3']);
  const wish = n < accounts.length ? 'Open' : n < 7 ? 'Deposit' : dice.pick(kinds);
  // The busiest one stays open: in a run in which everything is refused little is shown.
  const type = wish === 'Close' && id === '1' ? 'Deposit' : wish;
  const owner = id === '3' ? bob : ada;
  const actor = n >= accounts.length && dice.chance(0.06) ? dice.pick([ada, bob, operator]) : owner;
  const money = { amount: 1 + dice.below(type === 'Withdraw' ? 4 : 6), currency: 'EUR' };
  const data = { Open: { currency: 'EUR' }, Close: { reason: 'moved' }, Deposit: money, Withdraw: money }[type];
  return { category: 'account', id, type, data, actor };
};

/** No money comes from nowhere, and none gets lost on the way into the views. */
export const moneyIsConserved: Invariant = ({ streams, views: rows }) => {
  for (const [stream, commits] of streams) {
    const sum = commits
      .flatMap(({ events }) => events)
      .reduce((total, { type, data }) => {
        const { amount, minor } = data as Partial<Amount & Minor>;
        const moved = amount ?? minor ?? 0;
        return type === 'MoneyDeposited' ? total + moved : type === 'MoneyWithdrawn' ? total - moved : total;
      }, 0);
    const row = rows.get('account-balance')?.find((item) => item.stream === stream && item.sort === 'head')?.row;
    const { balance = 0 } = (row ?? {}) as { balance?: number };
    if (sum < 0) return `${stream} has paid out ${-sum} more than was paid in`;
    if (balance !== sum) return `${stream} shows ${balance}, and what was moved comes to ${sum}`;
  }
  return undefined;
};
