import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type TransferEvent, transferEvents } from '../../events/transfer.ts';
import { currency, idOf, statedAmount } from '../fields.ts';

const transferCommands = {
  // Refuses an account of another customer before anything is stored: nobody can fill another's history with commands that must fail.
  Request: command(['owner'], z.strictObject({ from: idOf, to: idOf, amount: statedAmount, currency }), {
    owns: { account: ({ from }) => from },
  }),
  Complete: command(['process'], z.strictObject({})),
  Fail: command(
    ['process'],
    z.strictObject({ reason: z.enum(['debit-refused', 'credit-refused', 'expired']), because: z.string().optional() }),
  ),
  SettleByHand: command(['process'], z.strictObject({})),
};

export type TransferStatus = 'pending' | 'completed' | 'failed' | 'settled-by-hand';
export type Transfer = Readonly<{ status: 'new' | TransferStatus; owner?: string }>;

/** A customer's request and its outcome. The transfer process carries it out. */
export const transfer = decider<Transfer, TransferEvent>()({
  category: 'transfer',
  events: transferEvents,
  commands: transferCommands,
  initial: { status: 'new' },
  owner: (state) => state.owner,
  decide: {
    Request: ({ status }, terms, { actor }) => {
      if (status !== 'new') return refuse('already-requested', { transferStatus: status });
      if (terms.from === terms.to) return refuse('same-account');
      return [{ type: 'TransferRequested', data: { owner: actor.id, ...terms } }];
    },
    Complete: (state) => notPending(state) ?? [{ type: 'TransferCompleted', data: {} }],
    Fail: (state, why) => notPending(state) ?? [{ type: 'TransferFailed', data: why }],
    // Never refused: a final state stays.
    SettleByHand: ({ status }) => (status === 'pending' ? [{ type: 'TransferSettledByHand', data: {} }] : []),
  },
  evolve: {
    TransferRequested: (_, { owner }) => ({ status: 'pending', owner }),
    TransferCompleted: (state) => ({ ...state, status: 'completed' }),
    TransferFailed: (state) => ({ ...state, status: 'failed' }),
    TransferSettledByHand: (state) => ({ ...state, status: 'settled-by-hand' }),
  },
});

const notPending = ({ status }: Transfer) =>
  status === 'pending' ? undefined : refuse('transfer-not-pending', { transferStatus: status });
