import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

const minorUnits = z.int().positive();
const currency = z.string().regex(/^[A-Z]{3}$/);
const sku = z.string();

/** Stored formats: append-only once released, see account.ts. */
export const orderEvents = {
  OrderPlaced: v1(
    z.object({
      owner: z.string(),
      currency,
      lines: z.array(z.object({ sku, quantity: z.int().positive(), price: minorUnits })).readonly(),
    }),
  ),
  /** The line as it is from now on; a quantity of 0 takes it out. */
  LineChanged: v1(z.object({ sku, quantity: z.int().nonnegative(), price: minorUnits })),
  PaymentChosen: v1(z.object({ account: z.string(), amount: minorUnits, currency })),
  OrderConfirmed: v1(z.object({})),
  OrderShipped: v1(z.object({})),
  OrderCancelled: v1(z.object({ reason: z.string() })),
  /** `reason`: which step; `because`: what that step was refused with. */
  OrderRejected: v1(z.object({ reason: z.string(), because: z.string().optional(), sku: sku.optional() })),
  OrderExpired: v1(z.object({})),
  /** An operator resolved it. The reason is in the process's stream, for staff only: it may concern another person. */
  OrderSettledByHand: v1(z.object({})),
};

export type OrderEvent = EventOf<typeof orderEvents>;

export const orderSource: Source<OrderEvent> = { category: 'order', events: orderEvents };
