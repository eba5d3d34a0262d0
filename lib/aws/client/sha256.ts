import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { bufferOf, type Data } from './buffer.ts';

/** The keys of signatures as Node takes them. The SDK hands the same bytes to each request of a day. */
const ofBytes = new WeakMap<object, KeyObject>();
/** The secret of the credentials, as they were last: each request begins with it. */
let ofText: Readonly<{ text: string; key: KeyObject }> | undefined;

const keyOf = (secret: Data): KeyObject => {
  const had = typeof secret === 'string' ? ofText?.text === secret && ofText.key : ofBytes.get(secret);
  if (had) return had;
  const key = createSecretKey(bufferOf(secret));
  if (typeof secret === 'string') ofText = { text: secret, key };
  else ofBytes.set(secret, key);
  return key;
};

/** What requests are signed with, in the form that the SDK's clients take: their own makes each key anew, four times a request. */
export class Sha256 {
  readonly #key: KeyObject | undefined;
  #parts: Buffer[] = [];

  constructor(secret?: Data) {
    this.#key = secret === undefined ? undefined : keyOf(secret);
  }

  update(data: Data): void {
    this.#parts.push(bufferOf(data));
  }

  async digest(): Promise<Uint8Array> {
    const all = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    return this.#key ? createHmac('sha256', this.#key).update(all).digest() : hash('sha256', all, 'buffer');
  }

  reset(): void {
    this.#parts = [];
  }
}
