import { createCipheriv, createDecipheriv, createPublicKey, createSecretKey, KeyObject } from 'node:crypto';
import { type Box, DoesNotOpen, type PrivateHalf, type PublicHalf } from '../../engine/personal/ports.ts';
import { compressed, type Exporting, hmac, hpke, uncompressed } from './hpke.ts';

const cipher = 'aes-128-gcm';
const [keyBytes, nonceBytes, tagBytes] = [16, 12, 16];

/** Binds the secrets to this use of the key pairs, and to this format. Changing it makes all values unreadable. */
const suite = hpke(Buffer.from('foldstream/personal/2026-11'));

/**
 * The key and nonce of one value are exported for its additional data. Both are used once: the encapsulation is new for each call of `seal`, and the
 * additional data differ within a call.
 */
const keyFor = (context: Exporting, aad: Uint8Array) => {
  const exported = context.export(aad, keyBytes + nonceBytes);
  return { key: createSecretKey(exported.subarray(0, keyBytes)), nonce: exported.subarray(keyBytes) };
};

const sealed = (context: Exporting, plaintext: Uint8Array, aad: Uint8Array): Buffer => {
  const { key, nonce } = keyFor(context, aad);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(aad);
  return Buffer.concat([sealing.update(plaintext), sealing.final(), sealing.getAuthTag()]);
};

const opened = (context: Exporting, ciphertext: Uint8Array, aad: Uint8Array): Buffer => {
  const end = ciphertext.length - tagBytes;
  if (end < 0) throw new DoesNotOpen('The ciphertext is shorter than its tag.');
  const { key, nonce } = keyFor(context, aad);
  const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes })
    .setAAD(aad)
    .setAuthTag(ciphertext.subarray(end));
  return Buffer.concat([opening.update(ciphertext.subarray(0, end)), opening.final()]);
};

/** The beginning of each SubjectPublicKeyInfo of P-256, after which comes the point in 65 bytes. */
export const spkiOfP256 = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

const publicKeyOf = ({ subject, publicKey }: PublicHalf): KeyObject => {
  try {
    const key = Buffer.concat([spkiOfP256, uncompressed(publicKey)]);
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch (cause) {
    throw new Error(
      `The public half of the key of ${subject} is no point of P-256: nothing can be sealed to it. Its item was altered: see the log of the account for who wrote it.`,
      { cause },
    );
  }
};

/** Personal values sealed by HPKE. An encapsulation is stored as a compressed point. */
export const hpkeBox = (): Box => {
  // A warm function has the same halves again and again.
  const publicKeys = new WeakMap<PublicHalf, KeyObject>();
  // All values of a subject in one commit have one encapsulation. What it opens is kept as long as the half is, and the next one takes its place.
  const received = new WeakMap<PrivateHalf, Readonly<{ encapsulation: string; context: Exporting }>>();
  const contextOf = (half: PrivateHalf, key: KeyObject, encapsulated: Uint8Array): Exporting => {
    const encapsulation = Buffer.from(encapsulated).toString('base64');
    const last = received.get(half);
    if (last?.encapsulation === encapsulation) return last.context;
    const context = suite.receive(key, uncompressed(encapsulated));
    received.set(half, { encapsulation, context });
    return context;
  };
  return {
    seal: async (half, values) => {
      if (new Set(values.map(({ aad }) => Buffer.from(aad).toString('hex'))).size < values.length)
        throw new Error('Two values of one call have the same additional data: one key would seal both.');
      const publicKey = publicKeys.get(half) ?? publicKeyOf(half);
      publicKeys.set(half, publicKey);
      const context = suite.send(publicKey);
      return {
        encapsulation: compressed(context.encapsulation),
        ciphertexts: values.map(({ plaintext, aad }) => sealed(context, plaintext, aad)),
      };
    },
    open: async (half, encapsulation, { ciphertext, aad }) => {
      const { key } = half;
      if (!(key instanceof KeyObject)) throw new Error('The private half is not one of the keys table.');
      try {
        return opened(contextOf(half, key, encapsulation), ciphertext, aad);
      } catch (cause) {
        if (cause instanceof DoesNotOpen) throw cause;
        throw new DoesNotOpen('The ciphertext does not open with this key and these additional data.', { cause });
      }
    },
    hash: async (secret, text) => hmac(secret, Buffer.from(text)),
  };
};
