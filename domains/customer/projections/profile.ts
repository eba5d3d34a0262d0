import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type CustomerEvent, customerSource, personalOfCustomer } from '../../../events/customer.ts';
import { instant } from '../../fields.ts';

const row = z.object({ owner: z.string(), ...personalOfCustomer, status: z.enum(['registered', 'left']), changedAt: instant });

type Profile = Readonly<z.infer<typeof row>>;

/** GET /views/customer-profile/{customerId}: what is held about a customer, for the customer. */
export const customerProfile = rowPerStream<Profile, CustomerEvent>()({
  row,
  name: 'customer-profile',
  revision: 1,
  from: customerSource,
  may: ['owner', 'operator'],
  owner: ({ owner }) => owner,
  on: {
    CustomerRegistered: (_, { data, at }) => ({ ...data, status: 'registered', changedAt: at }),
    CustomerRenamed: (row, { data, at }) => row && { ...row, ...data, changedAt: at },
    CustomerEmailChanged: (row, { data, at }) => row && { ...row, ...data, changedAt: at },
    CustomerMoved: (row, { data, at }) => row && { ...row, ...data, changedAt: at },
    CustomerBirthDateCorrected: (row, { data, at }) => row && { ...row, ...data, changedAt: at },
    CustomerLeft: (row, { at }) => row && { ...row, status: 'left', changedAt: at },
  },
});
