import { webhook } from '../../../../../lib/adapters/index.ts';
import { adapter, isErased } from '../../../../../lib/index.ts';
import { sendMail } from '../mailing.ts';

const post = webhook(sendMail, {
  url: (_, { mailUrl }) => mailUrl,
  secret: 'mailKey',
  body: ({ to, kind }) => ({ type: kind, data: { to } }),
  answer: () => ({ done: { message: 'sent' } }),
  // The receiver of the tests is on this machine.
  network: 'any',
});

export default adapter(sendMail, async (input, call) =>
  isErased(input.to) ? { refused: 'customer-erased' } : post.call(input, call),
);
