import { rowPerStream } from '../../../../lib/core/declare/view.ts';
import type { Sealed } from '../../../../lib/core/personal/sealed.ts';
import type { Source } from '../../../../lib/core/version.ts';
import { type CustomerEvent, customerEvents } from './events.ts';

const customerSource: Source<CustomerEvent> = { category: 'customer', events: customerEvents };

type Row = Readonly<{ name: Sealed<string>; email: Sealed<string>; moves: number }>;

/** The customers, as their rows hold them: sealed. */
export const customers = rowPerStream<Row, CustomerEvent>()({
  name: 'customers',
  revision: 1,
  from: customerSource,
  may: ['operator'],
  lists: { 'by-email': { by: (row) => row.email, find: true } },
  on: {
    CustomerRegistered: (_, { data: { name, email } }) => ({ name, email, moves: 0 }),
    EmailChanged: (row, { data: { email } }) => row && { ...row, email },
    CustomerMoved: (row) => row && { ...row, moves: row.moves + 1 },
  },
});
