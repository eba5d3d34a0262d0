// The package's entry `foldstream/webhooks`: what a receiver of webhooks verifies them with. It imports nothing, and runs wherever there is Web Crypto.

/** The headers of a request: of the Fetch API, or as Node has them.
 * @example const headers: WebhookHeaders = request.headers;
 */
export type WebhookHeaders =
  | Readonly<{ get(name: string): string | null }>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A webhook that was signed with a known key, a short time ago.
 * @example const { id, body }: Webhook = await verifyWebhook(text, request.headers, secret);
 */
export type Webhook = Readonly<{
  /** The same for every delivery of the same message: a receiver handles each id once. */
  id: string;
  /** When it was signed. */
  at: Date;
  /** The parsed JSON. */
  body: unknown;
}>;

/** A request that is not to be believed.
 * @example if (error instanceof InvalidWebhook) return new Response(error.message, { status: 401 });
 */
export class InvalidWebhook extends Error {
  override name = 'InvalidWebhook';
}

const utf8 = new TextEncoder();
const algorithm = { name: 'HMAC', hash: 'SHA-256' } as const;

type Key = Parameters<typeof crypto.subtle.verify>[1];

const bytesIn = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** The shortest key of Standard Webhooks, in bytes. */
const shortestKey = 24;

const keyOf = (secret: string): Promise<Key> => {
  const base64 = secret.replace(/^whsec_/, '');
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && base64.length % 4 === 0 ? bytesIn(base64) : undefined;
  if (!bytes || bytes.length < shortestKey)
    throw new Error(`The secret of a webhook must be 'whsec_' and ${shortestKey} or more random bytes in base64.`);
  return crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']);
};

/** The keys in a secret: one a line, while one is replaced by the next. */
const keysIn = (secret: string): readonly string[] =>
  secret
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

type Signed = Readonly<{ id: string; timestamp: number; body: string }>;

const signedText = ({ id, timestamp, body }: Signed): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(utf8.encode(`${id}.${timestamp}.${body}`));

/**
 * The headers that sign a message as Standard Webhooks has it, with one signature for each key in the secret.
 * @example const headers = await signWebhook({ id: 'msg_1', timestamp: 1700000000, body: '{}' }, 'whsec_...');
 */
export const signWebhook = async (message: Signed, secret: string): Promise<Readonly<Record<string, string>>> => {
  // Another message could be read out of the same text.
  if (!/^[\x21-\x2d\x2f-\x7e]{1,255}$/.test(message.id))
    throw new Error('The id of a webhook has 1 to 255 visible characters, and no dot.');
  const signatures = keysIn(secret).map(async (key) => {
    const signature = new Uint8Array(await crypto.subtle.sign(algorithm, await keyOf(key), signedText(message)));
    return `v1,${btoa(String.fromCharCode(...signature))}`;
  });
  if (signatures.length === 0) throw new Error('The secret of a webhook is empty.');
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': (await Promise.all(signatures)).join(' '),
  };
};

const isFetchHeaders = (headers: WebhookHeaders): headers is Extract<WebhookHeaders, { get(name: string): string | null }> =>
  typeof headers.get === 'function';

const headerIn = (headers: WebhookHeaders, name: string): string => {
  if (isFetchHeaders(headers)) return headers.get(name) ?? '';
  const [, value] = Object.entries(headers).find(([each]) => each.toLowerCase() === name) ?? [];
  return typeof value === 'string' ? value : '';
};

/** Compares in constant time, which is what `verify` of Web Crypto does. */
const isOneOf = async (key: Key, signatures: readonly string[], text: Uint8Array<ArrayBuffer>): Promise<boolean> => {
  const fits = signatures.map((signature) => crypto.subtle.verify(algorithm, key, bytesIn(signature), text));
  return (await Promise.all(fits)).includes(true);
};

const mostSignatures = 10;

/** How a receiver verifies.
 * @example const options: VerifyOptions = { withinSeconds: 60 };
 */
export type VerifyOptions = Readonly<{
  /** The most seconds between signing and now. */
  withinSeconds?: number;
  /** The time in milliseconds since 1970, for tests. */
  now?: number;
}>;

/**
 * Verifies a webhook over its body as it came, and parses it. The secret may have several keys, one a line: a message that is signed with one of them is
 * taken. Throws InvalidWebhook for a wrong signature or an old message. A receiver still has to handle each id once.
 * @example const { id, body } = await verifyWebhook(await request.text(), request.headers, secret);
 */
export const verifyWebhook = async (
  body: string,
  headers: WebhookHeaders,
  secret: string,
  { withinSeconds = 300, now = Date.now() }: VerifyOptions = {},
): Promise<Webhook> => {
  const [id, timestamp] = [headerIn(headers, 'webhook-id'), headerIn(headers, 'webhook-timestamp')];
  const signatures = headerIn(headers, 'webhook-signature')
    .split(' ')
    .filter((each) => /^v1,[A-Za-z0-9+/]{43}=$/.test(each))
    .slice(0, mostSignatures)
    .map((each) => each.slice('v1,'.length));
  if (!/^[\x21-\x2d\x2f-\x7e]{1,255}$/.test(id) || !/^\d{1,12}$/.test(timestamp) || signatures.length === 0)
    throw new InvalidWebhook('The headers webhook-id, webhook-timestamp and webhook-signature are missing, or of another form.');
  const text = signedText({ id, timestamp: Number(timestamp), body });
  const fits = keysIn(secret).map(async (key) => isOneOf(await keyOf(key), signatures, text));
  if (!(await Promise.all(fits)).includes(true))
    throw new InvalidWebhook(
      'The signature does not fit: the secrets differ, or the body was changed. Give the body as it came.',
    );
  if (Math.abs(now / 1_000 - Number(timestamp)) > withinSeconds)
    throw new InvalidWebhook(
      `The message was signed more than ${withinSeconds} seconds ago: it may be a replay, or the clocks differ.`,
    );
  return { id, at: new Date(Number(timestamp) * 1_000), body: JSON.parse(body) };
};
