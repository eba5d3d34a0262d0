import { webhook } from 'foldstream/adapters';
import { notifyCustomer } from '../ticket/notice.ts';

/** The address is kept beside the key, since each environment has another receiver. */
export default webhook(notifyCustomer, {
  url: (_, { noticeAddress }) => noticeAddress,
  secret: 'noticeKey',
  body: ({ ticket }) => ({ type: 'ticket.answered', data: { ticket } }),
  answer: () => ({ done: {} }),
  // No customer gives this address, and the receiver may be in the team's own network.
  network: 'any',
});
