import { rowsPerStream } from 'foldstream';
import * as z from 'zod';
import { type AccountEvent, accountSource } from '../../../events/account.ts';
import { currency, instant } from '../../fields.ts';

type Known = Readonly<{ owner?: string }>;

const minorUnits = z.int().meta({ description: 'In minor units: 1050 EUR is ten euros fifty.' });
const row = z.object({
  month: z.string().meta({ description: 'Such as 2026-11.' }),
  currency,
  opening: minorUnits,
  paidIn: minorUnits.optional(),
  paidOut: minorUnits.optional(),
  closing: minorUnits,
  movements: z.int(),
  issuedAt: instant,
});

type Statement = Readonly<z.infer<typeof row>>;

/** GET /views/account-statements/{accountId}: its monthly statements, the oldest first. */
export const accountStatements = rowsPerStream<Known, Statement, AccountEvent>()({
  row,
  name: 'account-statements',
  revision: 1,
  from: accountSource,
  may: ['owner', 'operator'],
  initial: {},
  owner: (memory) => memory.owner,
  on: {
    AccountOpened: (_, { data }) => ({ memory: { owner: data.owner } }),
    StatementIssued: (memory, { data, at }) => ({ memory, rows: { [data.month]: { ...data, issuedAt: at } } }),
  },
});
