import { command, decider, refuse, type Sealed } from 'foldstream';
import * as z from 'zod';
import { type CustomerEvent, customerEvents } from '../../events/customer.ts';

const text = (longest: number) => z.string().trim().min(1).max(longest);
const name = text(100);
/** In small letters, so that one address is one value: it is found, and unique, by its hash. */
const email = z.email().max(254).toLowerCase();
const address = z.strictObject({
  street: text(200),
  postcode: text(20),
  city: text(100),
  country: z.string().regex(/^[A-Z]{2}$/, 'two capital letters, as in ISO 3166'),
});
const birthDate = z.iso.date();

const customerCommands = {
  Register: command(['owner'], z.strictObject({ name, email, address, birthDate })),
  Rename: command(['owner'], z.strictObject({ name })),
  ChangeEmail: command(['owner'], z.strictObject({ email })),
  Move: command(['owner'], z.strictObject({ address })),
  CorrectBirthDate: command(['owner'], z.strictObject({ birthDate })),
  Leave: command(['owner', 'operator'], z.strictObject({})),
};

export type Customer = Readonly<{ status: 'unregistered' | 'registered' | 'left'; owner?: string; email?: Sealed<string> }>;

/** A person. The id is that of their token, which also owns their accounts and orders: so one subject is in all of these streams. */
export const customer = decider<Customer, CustomerEvent>()({
  category: 'customer',
  events: customerEvents,
  commands: customerCommands,
  initial: { status: 'unregistered' },
  owner: ({ owner }) => owner,
  retention: { endedBy: ['CustomerLeft'], keep: { years: 10 } },
  // Who leaves gives the address back.
  unique: { email: ({ status, email }) => (status === 'registered' ? email : undefined) },
  decide: {
    Register: ({ status }, data, { id, actor }) => {
      if (status !== 'unregistered') return refuse('already-registered', { customerStatus: status });
      if (id !== actor.id) return refuse('not-your-id', { id: actor.id });
      return [{ type: 'CustomerRegistered', data: { owner: id, ...data } }];
    },
    Rename: (state, data) => absent(state) ?? [{ type: 'CustomerRenamed', data }],
    ChangeEmail: (state, data) => absent(state) ?? [{ type: 'CustomerEmailChanged', data }],
    Move: (state, data) => absent(state) ?? [{ type: 'CustomerMoved', data }],
    CorrectBirthDate: (state, data) => absent(state) ?? [{ type: 'CustomerBirthDateCorrected', data }],
    Leave: ({ status }) => {
      if (status === 'unregistered') return refuse('not-registered');
      return status === 'left' ? [] : [{ type: 'CustomerLeft', data: {} }];
    },
  },
  evolve: {
    CustomerRegistered: (_, { owner, email }) => ({ status: 'registered', owner, email }),
    CustomerRenamed: (state) => state,
    CustomerEmailChanged: (state, { email }) => ({ ...state, email }),
    CustomerMoved: (state) => state,
    CustomerBirthDateCorrected: (state) => state,
    CustomerLeft: (state) => ({ ...state, status: 'left' }),
  },
});

/** The refusal that any change meets without a customer to change, or undefined. */
const absent = ({ status }: Customer) =>
  status === 'registered' ? undefined : refuse(status === 'left' ? 'left' : 'not-registered');
