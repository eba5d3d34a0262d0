import * as z from 'zod';
import { also, command, decider, defineManifest, type EventOf, refuse, v1 } from '../../../lib/index.ts';

const amount = z.int().positive().max(1_000);
const money = { amount };
const purseEvents = {
  PurseOpened: v1(z.object({ owner: z.string(), label: z.string().optional() })),
  PurseLabelled: v1(z.object({ label: z.string() })),
  MoneyIn: v1(z.object({ amount: z.int() })),
  MoneyOut: v1(z.object({ amount: z.int() })),
};

type Purse = Readonly<{ owner?: string; label?: string; balance: number }>;

/** Money of one owner. What moves takes it out here and puts it in there. */
export const purse = decider<Purse, EventOf<typeof purseEvents>>()({
  category: 'purse',
  events: purseEvents,
  initial: { balance: 0 },
  owner: ({ owner }) => owner,
  unique: { label: ({ label }) => label },
  commands: {
    Open: command(['user'], z.strictObject({ label: z.string().optional() })),
    Label: command(['owner'], z.strictObject({ label: z.string() })),
    Fill: command(['owner', 'process', 'together'], z.strictObject(money)),
    Debit: command(['together'], z.strictObject(money)),
    Credit: command(['together', 'process'], z.strictObject(money)),
  },
  decide: {
    Open: ({ owner }, { label }, { actor }) =>
      owner === undefined
        ? [{ type: 'PurseOpened', data: { owner: actor.id, ...(label !== undefined && { label }) } }]
        : refuse('already-open'),
    Label: ({ owner, label: old }, { label }) => {
      if (owner === undefined) return refuse('not-open');
      return label === old ? [] : [{ type: 'PurseLabelled', data: { label } }];
    },
    Fill: ({ owner }, data) => (owner === undefined ? refuse('not-open') : [{ type: 'MoneyIn', data }]),
    Debit: ({ balance }, data) =>
      balance < data.amount ? refuse('insufficient-funds', { balance }) : [{ type: 'MoneyOut', data }],
    Credit: ({ owner }, data) => {
      if (owner === undefined) return refuse('not-open');
      // A present of 1,000 is declined in silence: a command that changes nothing.
      return data.amount === 1_000 ? [] : [{ type: 'MoneyIn', data }];
    },
  },
  evolve: {
    PurseOpened: (purse, { owner, label }) => ({ ...purse, owner, ...(label !== undefined && { label }) }),
    PurseLabelled: (purse, { label }) => ({ ...purse, label }),
    MoneyIn: (purse, { amount }) => ({ ...purse, balance: purse.balance + amount }),
    MoneyOut: (purse, { amount }) => ({ ...purse, balance: purse.balance - amount }),
  },
});

const moveEvents = { Moved: v1(z.object({ from: z.string(), to: z.array(z.string()).readonly(), amount: z.int() })) };

/** A movement of money between purses: all of it, or none. */
export const move = decider<Readonly<{ done: boolean }>, EventOf<typeof moveEvents>>()({
  category: 'move',
  events: moveEvents,
  initial: { done: false },
  commands: {
    Make: command(
      ['user', 'process'],
      z.strictObject({ from: z.string(), to: z.array(z.string()).min(1).max(99).readonly(), ...money }),
      {
        owns: { purse: ({ from }) => from },
        together: [
          also(purse, 'Debit', ({ from, to, amount }) => ({ id: from, data: { amount: amount * to.length } })),
          also(purse, 'Credit', ({ to, amount }) => to.map((id) => ({ id, data: { amount } }))),
        ],
      },
    ),
  },
  decide: {
    Make: ({ done }, data) => {
      if (done) return refuse('made-already');
      // A movement of 999 is a trial: a command that changes nothing.
      return data.amount === 999 ? [] : [{ type: 'Moved', data }];
    },
  },
  evolve: { Moved: () => ({ done: true }) },
});

export const moving = defineManifest({ aggregates: [purse, move], projections: [] });
