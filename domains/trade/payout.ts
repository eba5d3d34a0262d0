import { process, send, v1 } from 'foldstream';
import * as z from 'zod';
import { type TradeEvent, tradeSource } from '../../events/trade.ts';
import { account } from '../account/decider.ts';
import { trade } from './decider.ts';

const memory = v1(z.object({ instrument: z.string(), account: z.string(), amount: z.int() }));
type Memory = Readonly<ReturnType<typeof memory.parse>>;

/** Released proceeds are paid to the account that their owner has named, or set aside again. There is an instance for each release. */
export const payout = process<Memory, TradeEvent>()({
  category: 'payout',
  from: [tradeSource],
  sends: [account, trade],
  since: '2026-11-01T00:00:00.000Z',
  memory,
  initial: { instrument: '', account: '', amount: 0 },
  instance: ({ type, entityId, data }) => (type === 'ProceedsReleased' ? `${entityId}.${data.release}` : undefined),
  on: {
    ProceedsReleased: (_, { entityId: instrument, data: { release, account: to, amount, currency } }) => {
      const terms = { amount, currency, purpose: 'transfer', reference: `payout-${instrument}.${release}` } as const;
      return {
        memory: { instrument, account: to, amount },
        send: [send(account, to, 'Credit', terms, { done: 'paid', refused: 'notPaid' })],
      };
    },
  },
  onDone: { paid: () => ({ end: 'paid' }), aside: () => ({ end: 'set-aside' }) },
  onRefused: {
    notPaid: ({ instrument, account, amount }, { reason }) => ({
      send: [send(trade, instrument, 'SetAside', { account, amount, because: reason }, { done: 'aside' })],
    }),
  },
  onDeadline: {},
});
