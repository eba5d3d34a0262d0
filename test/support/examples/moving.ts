import * as z from 'zod';
import { type CommandOf, command, type Decider, refuse } from '../../../lib/core/decider.ts';
import { later } from '../../../lib/core/instant.ts';
import { process } from '../../../lib/core/process/declare.ts';
import { send } from '../../../lib/core/process/process.ts';
import { type EventOf, v1 } from '../../../lib/core/version.ts';

const amount = z.strictObject({ amount: z.int().positive() });

const walletEvents = { Opened: v1(z.object({})), Added: v1(amount), Taken: v1(amount), Closed: v1(z.object({})) };
const walletCommands = {
  Open: command(['operator'], z.strictObject({})),
  Add: command(['operator', 'process'], amount),
  Take: command(['operator', 'process'], amount),
  Close: command(['operator', 'process'], z.strictObject({})),
  Audit: command(['operator'], z.strictObject({})),
  Touch: command(['process'], z.strictObject({})),
};
type Wallet = Readonly<{ open: boolean; balance: number }>;

/** Holds money, and refuses what it does not have, or anything when it is closed. */
export const wallet: Decider<Wallet, CommandOf<typeof walletCommands>, EventOf<typeof walletEvents>> = {
  category: 'wallet',
  events: walletEvents,
  commands: walletCommands,
  initial: { open: false, balance: 0 },
  decide: {
    Open: () => [{ type: 'Opened', data: {} }],
    Add: ({ open }, data) => (open ? [{ type: 'Added', data }] : refuse('closed')),
    Take: ({ open, balance }, data) => {
      if (!open) return refuse('closed');
      return data.amount <= balance ? [{ type: 'Taken', data }] : refuse('insufficient', { balance });
    },
    Close: () => [{ type: 'Closed', data: {} }],
    Audit: () => [],
    Touch: () => [],
  },
  evolve: {
    Opened: (state) => ({ ...state, open: true }),
    Added: (state, data) => ({ ...state, balance: state.balance + data.amount }),
    Taken: (state, data) => ({ ...state, balance: state.balance - data.amount }),
    Closed: (state) => ({ ...state, open: false }),
  },
};

const terms = z.strictObject({ from: z.string(), to: z.string(), amount: z.int().positive() });
const transferEvents = {
  Requested: v1(terms),
  Withdrawn: v1(z.object({})),
  Noted: v1(z.object({ note: z.string() })),
  Settled: v1(z.object({ how: z.string() })),
};
const transferCommands = {
  Request: command(['operator'], terms),
  Withdraw: command(['operator'], z.strictObject({})),
  Note: command(['operator'], z.strictObject({ notes: z.array(z.string()) })),
  Settle: command(['process'], z.strictObject({ how: z.string() })),
};
type Transfer = Readonly<{ settled?: string }>;
type TransferEvent = EventOf<typeof transferEvents>;

export const transfer: Decider<Transfer, CommandOf<typeof transferCommands>, TransferEvent> = {
  category: 'transfer',
  events: transferEvents,
  commands: transferCommands,
  initial: {},
  decide: {
    Request: (_, data) => [{ type: 'Requested', data }],
    Withdraw: () => [{ type: 'Withdrawn', data: {} }],
    Note: (_, { notes }) => notes.map((note) => ({ type: 'Noted', data: { note } })),
    Settle: ({ settled }, data) => (settled === undefined ? [{ type: 'Settled', data }] : refuse('settled', { settled })),
  },
  evolve: {
    Requested: (state) => state,
    Withdrawn: (state) => state,
    Noted: (state) => state,
    Settled: (_, { how }) => ({ settled: how }),
  },
};

const memory = v1(
  z.object({
    id: z.string(),
    from: z.string(),
    to: z.string(),
    amount: z.int(),
    notes: z.array(z.string()),
    late: z.boolean().optional(),
  }),
);
type Moving = ReturnType<(typeof memory)['parse']>;

const settle = (id: string, how: string) => send(transfer, id, 'Settle', { how });

/** Moves money from one wallet to another; what cannot be added there is given back. A note 'throw' makes a reaction throw. */
export const moving = process<Moving, TransferEvent>()({
  category: 'moving',
  from: [transfer],
  sends: [wallet, transfer],
  since: '2026-11-01T00:00:00.000Z',
  memory,
  initial: { id: '', from: '', to: '', amount: 0, notes: [] },
  raises: { Delayed: v1(z.object({ by: z.string() })) },
  instance: ({ entityId }) => entityId,
  on: {
    Requested: (state, { data, at, entityId }) => ({
      memory: { ...state, ...data, id: entityId },
      send: [send(wallet, data.from, 'Take', { amount: data.amount }, { done: 'taken', refused: 'notTaken' })],
      setDeadlines: { patience: later(at, { minutes: 30 }) },
    }),
    Noted: (state, { data }) => {
      if (data.note === 'throw') throw new Error('As asked.');
      return { memory: { ...state, notes: [...state.notes, data.note] } };
    },
    Withdrawn: () => ({ cancelDeadlines: ['patience'] }),
  },
  onDone: {
    taken: ({ to, amount }) => ({ send: [send(wallet, to, 'Add', { amount }, { done: 'added', refused: 'notAdded' })] }),
    added: ({ id }) => ({ send: [settle(id, 'completed')], end: 'completed' }),
    givenBack: ({ id }) => ({ send: [settle(id, 'undone')], end: 'undone' }),
  },
  onRefused: {
    notTaken: ({ id }) => ({ send: [settle(id, 'undone')], end: 'undone' }),
    notAdded: ({ from, amount }) => ({ send: [send(wallet, from, 'Add', { amount }, { done: 'givenBack' })] }),
  },
  onDeadline: {
    patience: (state, { dueAt }) => ({ memory: { ...state, late: true }, raise: [{ type: 'Delayed', data: { by: dueAt } }] }),
  },
});
