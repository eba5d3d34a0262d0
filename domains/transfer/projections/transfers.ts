import type { RowPerStream } from 'foldstream';
import { type TransferEvent, transferSource } from '../../../events/transfer.ts';
import type { TransferStatus } from '../decider.ts';

type Row = Readonly<{
  owner: string;
  from: string;
  to: string;
  amount: number;
  currency: string;
  status: TransferStatus;
  reason?: string;
  because?: string;
  requestedAt: string;
  changedAt: string;
}>;

/** GET /views/customer-transfers, also as ?list=by-status&by=pending&order=newest-first, and /views/customer-transfers/{transferId} */
export const customerTransfers: RowPerStream<Row, TransferEvent> = {
  kind: 'row-per-stream',
  name: 'customer-transfers',
  revision: 1,
  from: transferSource,
  may: ['owner', 'operator'],
  owner: (row) => row.owner,
  lists: { 'by-status': { by: (row) => row.status, sort: (row) => row.requestedAt, within: 'owner' } },
  filters: ['from', 'to', 'currency'],
  on: {
    TransferRequested: (_, { data, at }) => ({ ...data, status: 'pending', requestedAt: at, changedAt: at }),
    TransferCompleted: (row, { at }) => row && { ...row, status: 'completed', changedAt: at },
    TransferFailed: (row, { data, at }) => row && { ...row, ...data, status: 'failed', changedAt: at },
    TransferSettledByHand: (row, { at }) => row && { ...row, status: 'settled-by-hand', changedAt: at },
  },
};
