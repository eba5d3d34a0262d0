import { effect, v1 } from 'foldstream';
import * as z from 'zod';

/** Has the customer told of an answer, by the service that knows addresses. It is given the ticket's id alone, and asks the view `tickets` for the rest. */
export const notifyCustomer = effect({
  name: 'notifyCustomer',
  input: v1(z.object({ ticket: z.string() })),
  answer: v1(z.object({})),
  timeout: { seconds: 10 },
  giveUp: { hours: 6 },
  rate: { perSecond: 20, atOnce: 4 },
  secrets: ['noticeAddress', 'noticeKey'],
});
