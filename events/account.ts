import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

const minorUnits = z.int().positive();
const currency = z.string().regex(/^[A-Z]{3}$/);

/** A movement made by a process: its purpose, the stream on whose behalf, and the other account if there is one. */
const movement = z.object({
  amount: minorUnits,
  currency,
  purpose: z.string(),
  reference: z.string(),
  counterparty: z.string().optional(),
});

/**
 * Stored formats, so append-only: a version that has shipped is never edited.
 * Change a shape with `.next(schema, upcast)`, one release after `.soon(schema, downcast)` made it readable.
 */
export const accountEvents = {
  AccountOpened: v1(z.object({ owner: z.string(), currency })),
  MoneyDeposited: v1(z.object({ amount: minorUnits, currency })),
  MoneyWithdrawn: v1(z.object({ amount: minorUnits, currency })),
  // Separate types instead of a new field on the two above: a new type needs no release to prepare it.
  MoneyDebited: v1(movement),
  MoneyCredited: v1(movement),
  /** An amount taken for a reference may have to be given back, until it is settled. */
  MovementOpened: v1(z.object({ reference: z.string(), amount: minorUnits })),
  MovementSettled: v1(z.object({ reference: z.string() })),
  AccountClosed: v1(z.object({ reason: z.string() })),
  /** Everything since the statement before, up to here. Without the two sums if they are too large for exact numbers. */
  StatementIssued: v1(
    z.object({
      month: z.string().regex(/^\d{4}-\d{2}$/),
      currency,
      opening: z.int(),
      paidIn: z.int().optional(),
      paidOut: z.int().optional(),
      closing: z.int(),
      movements: z.int(),
    }),
  ),
};

export type AccountEvent = EventOf<typeof accountEvents>;

export const accountSource: Source<AccountEvent> = { category: 'account', events: accountEvents };
