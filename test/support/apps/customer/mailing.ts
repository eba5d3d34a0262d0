import * as z from 'zod';
import { effect, perform } from '../../../../lib/core/effect/effect.ts';
import { personal } from '../../../../lib/core/personal/personal.ts';
import type { Sealed } from '../../../../lib/core/personal/sealed.ts';
import { process } from '../../../../lib/core/process/declare.ts';
import { v1 } from '../../../../lib/core/version.ts';
import { customer } from './decider.ts';
import type { CustomerEvent } from './events.ts';

/** A mail to a customer. Whoever sends it is given the address; the name stays sealed. */
export const sendMail = effect({
  name: 'sendMail',
  input: v1(z.object({ to: personal(z.email()), name: personal(z.string()), kind: z.string() })),
  answer: v1(z.object({ message: z.string() })),
  timeout: { seconds: 5 },
  giveUp: { minutes: 5 },
  retries: { first: { seconds: 1 }, longest: { seconds: 2 } },
  circuit: { opensAfter: 1_000 },
  secrets: ['mailUrl', 'mailKey'],
  opens: ['to'],
});

const memory = v1(z.object({ to: personal(z.email()).optional(), name: personal(z.string()).optional() }));
type Memory = ReturnType<typeof memory.parse>;

const mailOf = (to: Sealed<string>, name: Sealed<string>, kind: string) =>
  perform(sendMail, { to, name, kind }, { done: 'sent', refused: 'notSent', timedOut: 'unclear' });

/** Writes to customers when they register, and when they are to be reminded, at the address that it has kept as it was sealed. */
export const mailing = process<Memory, CustomerEvent>()({
  category: 'mailing',
  from: [customer],
  sends: [],
  effects: [sendMail],
  since: '2026-01-01T00:00:00.000Z',
  memory,
  initial: {},
  instance: ({ type, entityId }) => (type === 'FriendRecommended' || type === 'CustomerMoved' ? undefined : entityId),
  on: {
    CustomerRegistered: (_, { data: { email, name } }) => ({
      memory: { to: email, name },
      perform: [mailOf(email, name, 'welcome')],
    }),
    EmailChanged: (kept, { data: { email } }) => ({ memory: { ...kept, to: email } }),
    CustomerReminded: ({ to, name }) => (to && name ? { perform: [mailOf(to, name, 'reminder')] } : {}),
  },
  onDone: { sent: () => ({}) },
  onRefused: { notSent: () => ({}) },
  onTimedOut: { unclear: () => ({}) },
});
