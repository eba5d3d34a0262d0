import { secretFault } from '../effect/secret.ts';

/**
 * How requests of a provider are signed: by HMAC-SHA256 over a text made of the body and of headers.
 * @example const stripe: Hmac = hmac({ secret: 'stripe/hook', header: 'Stripe-Signature', prefix: 'v1=', separator: ',', timestamp: { prefix: 't=' }, signed: '{timestamp}.{body}' });
 */
export interface Hmac {
  /** The name of the secret: in Secrets Manager, or `ssm:/...` in Parameter Store. Several keys in it, one a line, are all accepted. */
  readonly secret: string;
  /** The header with the signature. */
  readonly header: string;
  /** The text before the signature in the header. */
  readonly prefix: string;
  /** The text between several signatures in the header. */
  readonly separator: string;
  readonly encoding: 'hex' | 'base64';
  /** How the secret stands for the key: as the text itself, or in base64 (after `whsec_`, if that is there). */
  readonly key: 'text' | 'base64';
  /** The signed text: `{body}` is the body, `{timestamp}` and `{id}` are the values of these. */
  readonly signed: string;
  /** The place of the time of signing, in seconds since 1970: a header, or the part of the signature's header with this prefix. */
  readonly timestamp?: Readonly<{ header: string } | { prefix: string }>;
  /** The place of the message's id. */
  readonly id?: Readonly<{ header: string }>;
  /** The most seconds between the time of signing and now: an older request may be a replay. */
  readonly withinSeconds: number;
}

type Usual = 'prefix' | 'separator' | 'encoding' | 'key' | 'signed' | 'withinSeconds';

/**
 * Declares how a provider signs its requests. Without more than a secret and a header: the body alone, in hexadecimal digits.
 * @example hmac({ secret: 'github/hook', header: 'X-Hub-Signature-256', prefix: 'sha256=' });
 */
export const hmac = (declared: Omit<Hmac, Usual> & Partial<Pick<Hmac, Usual>>): Hmac => ({
  prefix: '',
  separator: ' ',
  encoding: 'hex',
  key: 'text',
  signed: '{body}',
  withinSeconds: 300,
  ...declared,
});

/**
 * The signatures of Standard Webhooks (https://www.standardwebhooks.com), which `webhook` of this package makes too.
 * @example standardWebhooks({ secret: 'payments/hook' });
 */
export const standardWebhooks = ({ secret }: Pick<Hmac, 'secret'>): Hmac =>
  hmac({
    secret,
    header: 'webhook-signature',
    prefix: 'v1,',
    encoding: 'base64',
    key: 'base64',
    signed: '{id}.{timestamp}.{body}',
    timestamp: { header: 'webhook-timestamp' },
    id: { header: 'webhook-id' },
  });

/** The faults of a declared signature. What a header says is worth nothing unless it is signed. */
export const hmacFaults = ({ secret, signed, header, timestamp, id, separator, withinSeconds }: Hmac): readonly string[] => {
  const wrongName = secretFault(secret);
  const uses = (name: string) => signed.includes(`{${name}}`);
  const unsigned = (name: string, given: unknown) =>
    given !== undefined && !uses(name) ? [`has ${name}, and \`signed\` does not contain {${name}}: anybody could change it`] : [];
  const missing = (name: string, given: unknown) =>
    given === undefined && uses(name) ? [`signs {${name}}, and does not say where it is: give \`${name}\``] : [];
  return [
    ...(wrongName === undefined ? [] : [wrongName]),
    ...(uses('body') ? [] : ['does not sign the body: put {body} into `signed`']),
    ...unsigned('timestamp', timestamp),
    ...unsigned('id', id),
    ...missing('timestamp', timestamp),
    ...missing('id', id),
    ...(header === '' || separator === '' ? ['needs a header and a separator that are not empty'] : []),
    ...(withinSeconds >= 1 && withinSeconds <= 3_600 ? [] : ['must have withinSeconds from 1 to 3600']),
  ];
};
