import { webhook } from '../../../../../lib/adapters/index.ts';
import { tellReceiver } from '../manifest.ts';

export default webhook(tellReceiver, {
  url: ({ url }) => url,
  secret: 'receiver',
  body: ({ payment }) => ({ type: 'payment.charged', data: { payment } }),
  answer: () => ({ done: {} }),
  // The receiver of the tests is on this machine.
  network: 'any',
});
