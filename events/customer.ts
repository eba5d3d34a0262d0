import { type EventOf, personal, type Source, v1 } from 'foldstream';
import * as z from 'zod';

/** What is personal about a customer. The e-mail address is found, and unique, among all: its keyed hash stays after an erasure. */
export const personalOfCustomer = {
  name: personal(z.string()),
  email: personal(z.email(), { find: true }),
  address: personal(z.object({ street: z.string(), postcode: z.string(), city: z.string(), country: z.string() })),
  birthDate: personal(z.iso.date()),
};
const { name, email, address, birthDate } = personalOfCustomer;

/** Stored formats. Every personal value is sealed to the owner of its stream, so one erasure makes all of them unreadable. */
export const customerEvents = {
  CustomerRegistered: v1(z.object({ owner: z.string(), name, email, address, birthDate })),
  CustomerRenamed: v1(z.object({ name })),
  CustomerEmailChanged: v1(z.object({ email })),
  CustomerMoved: v1(z.object({ address })),
  CustomerBirthDateCorrected: v1(z.object({ birthDate })),
  CustomerLeft: v1(z.object({})),
};

export type CustomerEvent = EventOf<typeof customerEvents>;

export const customerSource: Source<CustomerEvent> = { category: 'customer', events: customerEvents };
