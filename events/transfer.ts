import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

/** Stored formats: append-only once released, see account.ts. */
export const transferEvents = {
  TransferRequested: v1(
    z.object({
      owner: z.string(),
      from: z.string(),
      to: z.string(),
      amount: z.int().positive(),
      currency: z.string().regex(/^[A-Z]{3}$/),
    }),
  ),
  TransferCompleted: v1(z.object({})),
  /** `reason`: which step; `because`: what that step was refused with. */
  TransferFailed: v1(z.object({ reason: z.string(), because: z.string().optional() })),
  /** An operator resolved it. The reason is in the process's stream, for staff only: it may concern another person. */
  TransferSettledByHand: v1(z.object({})),
};

export type TransferEvent = EventOf<typeof transferEvents>;

export const transferSource: Source<TransferEvent> = { category: 'transfer', events: transferEvents };
