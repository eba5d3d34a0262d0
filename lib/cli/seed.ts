import { type Deployment, demoToken } from './local.ts';
import type { Step } from './progress.ts';
import { UserError } from './user-error.ts';

/** A little history, through the public API as anybody would make it. Each step has a key, so that a second start repeats nothing. */
const story: readonly (readonly [account: string, command: string, body: object])[] = [
  ['demo-savings', 'open', { currency: 'EUR' }],
  ['demo-savings', 'deposit', { amount: 250_000, currency: 'EUR' }],
  ['demo-savings', 'withdraw', { amount: 19_900, currency: 'EUR' }],
  ['demo-travel', 'open', { currency: 'USD' }],
  ['demo-travel', 'deposit', { amount: 80_000, currency: 'USD' }],
];

/** Seeds the demo's history. */
export const seed = (deployment: Deployment, step: Step): Promise<void> =>
  step('Seeding a little history', async () => {
    const token = await demoToken(deployment, 'customer');
    for (const [i, [account, command, body]] of story.entries()) {
      const response = await fetch(`${deployment.api}/account/${account}/${command}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': `seed-${i + 1}` },
        body: JSON.stringify(body),
      });
      if (!response.ok)
        throw new UserError(`Seeding failed: ${command} of ${account} was answered ${response.status}: ${await response.text()}`);
    }
  });
