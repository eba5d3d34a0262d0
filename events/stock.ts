import { type EventOf, v1 } from 'foldstream';
import * as z from 'zod';

const quantity = z.int().positive();
const orderId = z.string();

/** Stored formats: append-only once released, see account.ts. */
export const stockEvents = {
  StockReceived: v1(z.object({ quantity })),
  StockOffered: v1(z.object({ price: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/) })),
  /** All that the order now has reserved, not what came on top. */
  StockReserved: v1(z.object({ orderId, quantity })),
  StockReleased: v1(z.object({ orderId, quantity })),
  StockDispatched: v1(z.object({ orderId, quantity })),
};

export type StockEvent = EventOf<typeof stockEvents>;
