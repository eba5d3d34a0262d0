import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type CustomerEvent, customerSource, personalOfCustomer } from '../../../events/customer.ts';
import { instant } from '../../fields.ts';

const { name, email } = personalOfCustomer;
const row = z.object({ name, email, registeredAt: instant });

type Entry = Readonly<z.infer<typeof row>>;

/** GET /views/customer-directory: the customers, found by their e-mail address. The support desk sees their personal values masked. */
export const customerDirectory = rowPerStream<Entry, CustomerEvent>()({
  row,
  name: 'customer-directory',
  revision: 1,
  from: customerSource,
  may: ['operator', 'support'],
  maskedFor: ['support'],
  lists: { 'by-email': { by: ({ email }) => email, find: true } },
  on: {
    CustomerRegistered: (_, { data: { name, email }, at }) => ({ name, email, registeredAt: at }),
    CustomerRenamed: (row, { data }) => row && { ...row, ...data },
    CustomerEmailChanged: (row, { data }) => row && { ...row, ...data },
    CustomerLeft: () => undefined,
  },
});
