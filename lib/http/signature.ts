import type { Hmac } from '../core/hook/hmac.ts';
import type { HookHeaders } from '../core/hook/hook.ts';

/** True if a signature is the HMAC-SHA256 of a text under a key. It takes the same time wherever the two differ. */
export type FitsHmac = (key: Uint8Array, text: string, signature: Uint8Array) => boolean;

type Signed = Readonly<{ headers: HookHeaders; body: string }>;

const keyIn = ({ key }: Hmac, text: string): Uint8Array =>
  key === 'text' ? Buffer.from(text) : Buffer.from(text.replace(/^whsec_/, ''), 'base64');

/** The keys in a secret: several while one is replaced by the next. */
const keysIn = (verify: Hmac, secret: string): readonly Uint8Array[] =>
  secret
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((text) => keyIn(verify, text))
    .filter(({ length }) => length > 0);

const forms = { hex: /^[0-9a-f]{64}$/i, base64: /^[A-Za-z0-9+/]{43}=$/ } as const;

/** More signatures than a provider with a few keys sends would only cost time. */
const mostSignatures = 10;

const signaturesIn = ({ header, prefix, separator, encoding }: Hmac, { headers }: Signed): readonly Uint8Array[] =>
  (headers[header.toLowerCase()] ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length))
    .filter((text) => forms[encoding].test(text))
    .slice(0, mostSignatures)
    .map((text) => Buffer.from(text, encoding));

const timestampIn = ({ timestamp, header, separator }: Hmac, { headers }: Signed): string | undefined => {
  if (timestamp === undefined) return undefined;
  if ('header' in timestamp) return headers[timestamp.header.toLowerCase()];
  const parts = (headers[header.toLowerCase()] ?? '').split(separator).map((part) => part.trim());
  return parts.find((part) => part.startsWith(timestamp.prefix))?.slice(timestamp.prefix.length);
};

/** The signed text. Each value is put in once, so that none of them can contain a place for another. */
const signedText = ({ signed }: Hmac, values: Readonly<Record<string, string>>): string =>
  signed.replaceAll(/\{(body|timestamp|id)\}/g, (_, name: string) => values[name] ?? '');

/** The fault of a request's signature; undefined if it was signed with one of the keys, a short time ago. */
export const signatureFault = (
  verify: Hmac,
  secret: string,
  request: Signed,
  fits: FitsHmac,
  now: number,
): 'missing' | 'wrong' | 'too-old' | undefined => {
  const [signatures, timestamp = ''] = [signaturesIn(verify, request), timestampIn(verify, request)];
  const id = verify.id ? (request.headers[verify.id.header.toLowerCase()] ?? '') : '';
  if (signatures.length === 0) return 'missing';
  // With a digit or a dot in the wrong place one signed text could be read as another one.
  if (verify.timestamp && !/^\d{1,13}$/.test(timestamp)) return 'missing';
  if (verify.id && !/^[^.\s]+$/.test(id)) return 'missing';
  const text = signedText(verify, { body: request.body, timestamp, id });
  if (!keysIn(verify, secret).some((key) => signatures.some((signature) => fits(key, text, signature)))) return 'wrong';
  const distance = Math.abs(now / 1_000 - Number(timestamp));
  return verify.timestamp && distance > verify.withinSeconds ? 'too-old' : undefined;
};
