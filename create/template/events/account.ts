import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

const amount = z.int().positive();
const currency = z.string().regex(/^[A-Z]{3}$/);

/** Stored formats. A released version is never edited: `.next(schema, upcast)` adds the following one. */
export const accountEvents = {
  AccountOpened: v1(z.object({ owner: z.string(), currency })),
  MoneyDeposited: v1(z.object({ amount, currency })),
  MoneyWithdrawn: v1(z.object({ amount, currency })),
};

export type AccountEvent = EventOf<typeof accountEvents>;

export const accountSource: Source<AccountEvent> = { category: 'account', events: accountEvents };
