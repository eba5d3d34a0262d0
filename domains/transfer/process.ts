import { later, process, send, v1 } from 'foldstream';
import * as z from 'zod';
import { type TransferEvent, transferSource } from '../../events/transfer.ts';
import { account } from '../account/decider.ts';
import { transfer } from './decider.ts';

const memory = v1(
  z.object({
    transferId: z.string(),
    owner: z.string(),
    from: z.string(),
    to: z.string(),
    amount: z.int().nonnegative(),
    currency: z.string(),
    /** The debit took too long: the amount is given back. */
    late: z.boolean(),
    /** The reason for giving the amount back. */
    reason: z.enum(['credit-refused', 'expired']).optional(),
    because: z.string().optional(),
  }),
);
type Memory = ReturnType<typeof memory.parse>;
type Why = Readonly<{ reason: 'debit-refused' | 'credit-refused' | 'expired'; because?: string }>;

/**
 * Requested -> debit -> credit -> completed, then the account is settled. A refused credit gives the money back. Between the debit and the end the
 * account has an open movement and does not close, so that a refund finds it open. A refund that is refused all the same leaves the instance stuck.
 */
export const transferProcess = process<Memory, TransferEvent>()({
  category: 'transferProcess',
  from: [transferSource],
  sends: [account, transfer],
  since: '2026-11-01T00:00:00.000Z',
  memory,
  initial: { transferId: '', owner: '', from: '', to: '', amount: 0, currency: '', late: false },
  instance: (event) => event.entityId,
  on: {
    TransferRequested: (_, { entityId, at, data }) => {
      const requested = { ...data, transferId: entityId, late: false };
      return { memory: requested, send: [debit(requested)], setDeadlines: { debit: later(at, { hours: 1 }) } };
    },
  },
  onDone: {
    debited: (memory) =>
      memory.late ? undo(memory, { reason: 'expired' }) : { send: [credit(memory)], cancelDeadlines: ['debit'] },
    credited: (memory) => ({ send: [send(transfer, memory.transferId, 'Complete', {}, { done: 'completed' }), settle(memory)] }),
    completed: () => ({ end: 'completed' }),
    refunded: ({ transferId, reason = 'credit-refused', because }) => fail(transferId, { reason, ...(because && { because }) }),
    failed: () => ({ end: 'undone' }),
  },
  onRefused: {
    debitRefused: ({ transferId }, { reason }) => fail(transferId, { reason: 'debit-refused', because: reason }),
    creditRefused: (memory, { reason }) => undo(memory, { reason: 'credit-refused', because: reason }),
  },
  onDeadline: {
    // Undoes nothing yet: the debit is open, and may have taken effect. The reaction to its outcome decides, knowing that it is late.
    debit: (memory) => ({ memory: { ...memory, late: true } }),
  },
  // Uses the instance's id: an instance parked at its first event has no memory.
  onResolved: (memory, { instance }) => ({
    send: [send(transfer, instance, 'SettleByHand', {}), ...(memory.from === '' ? [] : [settle(memory)])],
  }),
});

const referenceOf = ({ transferId }: Memory) => `transfer-${transferId}`;

const movement = (memory: Memory) => ({ amount: memory.amount, currency: memory.currency, reference: referenceOf(memory) });

/** Lets the account close. It never refuses this. */
const settle = (memory: Memory) => send(account, memory.from, 'Settle', { reference: referenceOf(memory) });

const debit = (memory: Memory) => {
  const { from, to, owner } = memory;
  const terms = { ...movement(memory), purpose: 'transfer', onBehalfOf: owner, counterparty: to } as const;
  return send(account, from, 'Debit', terms, { done: 'debited', refused: 'debitRefused' });
};

const credit = (memory: Memory) => {
  const terms = { ...movement(memory), purpose: 'transfer', counterparty: memory.from } as const;
  return send(account, memory.to, 'Credit', terms, { done: 'credited', refused: 'creditRefused' });
};

/** A refund has no reaction to a refusal: nothing is left to try, and the instance gets stuck so that the money is not forgotten. */
const undo = (memory: Memory, why: Pick<Memory, 'reason' | 'because'>) => {
  const terms = { ...movement(memory), purpose: 'refund', counterparty: memory.to } as const;
  return { memory: { ...memory, ...why }, send: [send(account, memory.from, 'Credit', terms, { done: 'refunded' })] };
};

const fail = (transferId: string, why: Why) => ({
  send: [send(transfer, transferId, 'Fail', why, { done: 'failed' })],
  cancelDeadlines: ['debit'] as const,
});
