import { type Adapter, type AdapterOutcome, adapter, type SecretOf } from '../core/effect/adapter.ts';
import type { AnswerOf, AnyEffect, GivenTo } from '../core/effect/effect.ts';
import type { Plain } from '../core/personal/sealed.ts';
import { signWebhook } from '../webhooks/index.ts';
import { type Posted, post } from './post.ts';

type Result<A> = AdapterOutcome<A>;

/** How an effect is a webhook.
 * @example const options: WebhookOptions<typeof notifyAgent> = { url: 'https://example.com/hook', secret: 'notices', answer: () => ({ done: {} }) };
 */
export type WebhookOptions<E extends AnyEffect> = Readonly<{
  /** The receiver's address; or how it follows from the input, or from a secret. One that a customer gave reaches the internet alone. */
  url: string | ((input: GivenTo<E>, secrets: Readonly<Record<SecretOf<E>, string>>) => string);
  /** The name of the secret, among the effect's `secrets`, with the key (one a line, while one is replaced). */
  secret: string;
  /** The message; the input itself if nothing is said. */
  body?: (input: GivenTo<E>) => unknown;
  /** The outcome of an answer with a status of 2xx, or of one in `answersOn`. */
  answer: (answer: Posted, input: GivenTo<E>) => Result<Plain<AnswerOf<E>>>;
  /** Further statuses that are an answer. Every other one is no outcome, and the webhook is sent again. */
  answersOn?: readonly number[];
  /** `any`: also private addresses and plain http, for a receiver in a network of one's own whose address is fixed in the code, or in a secret. */
  network?: 'internet' | 'any';
}>;

/** The receiver is gone, and says so: no further try is asked for. */
const gone = 410;

const isAnswer = (status: number, more: readonly number[]): boolean => (status >= 200 && status < 300) || more.includes(status);

/**
 * Makes an adapter that sends an effect as a signed webhook, by the conventions of Standard Webhooks. The id of the message is the idempotency key, the same
 * at every try; the time of signing is that of the try.
 * @example
 * export default webhook(notifyAgent, {
 *   url: 'https://example.com/hooks/tickets',
 *   secret: 'notices',
 *   answer: () => ({ done: {} }),
 * });
 */
export const webhook = <E extends AnyEffect>(
  effect: E,
  { url, secret, body = (input) => input, answer, answersOn = [], network = 'internet' }: WebhookOptions<E>,
): Adapter<E> =>
  adapter<E>(effect, async (input, { idempotencyKey, secrets, signal }) => {
    const key = (secrets as Readonly<Record<string, string>>)[secret];
    if (key === undefined) throw new Error(`The effect ${effect.name} has no secret '${secret}': add it to its \`secrets\`.`);
    const text = JSON.stringify(body(input));
    const signed = await signWebhook({ id: idempotencyKey, timestamp: Math.floor(Date.now() / 1_000), body: text }, key);
    const posted = await post({
      url: typeof url === 'string' ? url : url(input, secrets),
      headers: {
        ...signed,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
        'user-agent': 'foldstream-webhook',
      },
      body: text,
      signal,
      network,
    });
    if (isAnswer(posted.status, answersOn)) return answer(posted, input);
    if (posted.status === gone) return { refused: 'gone' };
    throw Object.assign(new Error(`The receiver answers ${posted.status}.`), { status: posted.status });
  });
