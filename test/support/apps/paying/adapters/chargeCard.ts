import { adapter } from '../../../../../lib/index.ts';
import { chargeCard } from '../manifest.ts';

export default adapter(chargeCard, async (input, { idempotencyKey, secrets, signal }) => {
  const response = await fetch(`${secrets.provider}/charges`, {
    method: 'POST',
    headers: { 'idempotency-key': idempotencyKey, 'content-type': 'application/json' },
    body: JSON.stringify(input),
    signal,
  });
  if (response.status === 402) return { refused: 'card-declined' };
  if (!response.ok) throw new Error(`The provider answers ${response.status}.`);
  return { done: (await response.json()) as { charge: string } };
});
