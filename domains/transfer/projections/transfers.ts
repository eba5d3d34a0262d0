import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type TransferEvent, transferSource } from '../../../events/transfer.ts';
import { currency, instant } from '../../fields.ts';

const row = z.object({
  owner: z.string(),
  from: z.string(),
  to: z.string(),
  amount: z.int().meta({ description: 'In minor units.' }),
  currency,
  status: z.enum(['pending', 'completed', 'failed', 'settled-by-hand']),
  reason: z.string().optional().meta({ description: 'Which step failed.' }),
  because: z.string().optional().meta({ description: 'What that step was refused with.' }),
  requestedAt: instant,
  changedAt: instant,
});

type Row = Readonly<z.infer<typeof row>>;

/** GET /views/customer-transfers, also as ?list=by-status&by=pending&order=newest-first, and /views/customer-transfers/{transferId} */
export const customerTransfers = rowPerStream<Row, TransferEvent>()({
  row,
  name: 'customer-transfers',
  revision: 2,
  from: transferSource,
  may: ['owner', 'operator'],
  owner: (row) => row.owner,
  byOwner: { keysOnly: true },
  lists: { 'by-status': { by: (row) => row.status, sort: (row) => row.requestedAt, within: 'owner' } },
  filters: ['from', 'to', 'currency'],
  on: {
    TransferRequested: (_, { data, at }) => ({ ...data, status: 'pending', requestedAt: at, changedAt: at }),
    TransferCompleted: (row, { at }) => row && { ...row, status: 'completed', changedAt: at },
    TransferFailed: (row, { data, at }) => row && { ...row, ...data, status: 'failed', changedAt: at },
    TransferSettledByHand: (row, { at }) => row && { ...row, status: 'settled-by-hand', changedAt: at },
  },
});
