import * as z from 'zod';
import { type EventOf, v1 } from '../lib/core/version.ts';

const minorUnits = z.int().positive();
const currency = z.string().regex(/^[A-Z]{3}$/);

/**
 * Stored formats, so append-only: a version that has shipped is never edited.
 * Change a shape with `.next(schema, upcast)`, one release after `.soon(schema, downcast)` made it readable.
 */
export const accountEvents = {
  AccountOpened: v1(z.object({ owner: z.string(), currency })),
  MoneyDeposited: v1(z.object({ amount: minorUnits, currency })),
  MoneyWithdrawn: v1(z.object({ amount: minorUnits, currency })),
  AccountClosed: v1(z.object({ reason: z.string() })),
};

export type AccountEvent = EventOf<typeof accountEvents>;
