import { v1 } from 'foldstream';
import * as z from 'zod';

const count = z.int().nonnegative();

/** The memory of an instance. Stored format of 2026-11. */
export const fulfilmentMemory = v1(
  z.object({
    /** `unseen`: the order was placed before this process existed, so the process ignores it. */
    stage: z.enum(['unseen', 'open', 'rejecting', 'shipped', 'cancelled', 'rejected', 'expired']),
    orderId: z.string(),
    owner: z.string(),
    currency: z.string(),
    /** The lines of the order. */
    lines: z.array(z.object({ sku: z.string(), quantity: z.int().positive(), price: z.int().positive() })).readonly(),
    /**
     * The skus whose stock was asked to reserve a line and did not refuse: they are released when the order is over. Absent in an instance that a
     * release up to 0.1 began, which asked for each line when the order was placed.
     */
    asked: z.array(z.string()).readonly().optional(),
    changes: count,
    /** Changes of the stock whose outcome is not known yet. */
    reserving: count,
    payment: z.enum(['none', 'chosen', 'taking', 'taken']),
    account: z.string(),
    amount: count,
    /** Commands of any kind whose outcome is not known yet: while there are any, it is not at its end. */
    open: count,
  }),
);

export type Fulfilment = Readonly<ReturnType<typeof fulfilmentMemory.parse>>;

export const unseen: Fulfilment = {
  stage: 'unseen',
  orderId: '',
  owner: '',
  currency: '',
  lines: [],
  changes: 0,
  reserving: 0,
  payment: 'none',
  account: '',
  amount: 0,
  open: 0,
};
