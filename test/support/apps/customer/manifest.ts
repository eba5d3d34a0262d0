import { defineManifest, rowPerStream, type Sealed } from '../../../../lib/index.ts';
import { customer } from './decider.ts';
import { type CustomerEvent, customerEvents } from './events.ts';

type Row = Readonly<{ name: Sealed<string>; email: Sealed<string>; friend?: Sealed<string> }>;

/** Each customer, with what is personal: a teller sees it masked. */
const customersOf = (revision: number) =>
  rowPerStream<Row, CustomerEvent>()({
    name: 'customers',
    revision,
    from: { category: 'customer', events: customerEvents },
    may: ['operator', 'teller'],
    maskedFor: ['teller'],
    lists: { 'by-email': { by: ({ email }) => email, find: true } },
    on: {
      CustomerRegistered: (_, { data: { name, email } }) => ({ name, email }),
      EmailChanged: (row, { data: { email } }) => row && { ...row, email },
      FriendRecommended: (row, { data: { friendName } }) => row && { ...row, friend: friendName },
    },
  });

export const manifest = defineManifest({
  aggregates: [customer],
  // Two revisions of one view: a rebuild makes the other one live.
  projections: [customersOf(1), customersOf(2)],
  roles: ['teller', 'auditor'],
  mayErase: ['auditor'],
});
