import { createHmac, createSecretKey, decapsulate, ECDH, encapsulate, type KeyObject } from 'node:crypto';

// HPKE (RFC 9180) in base mode, of DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-128-GCM, as far as the export of secrets. Node's own DHKEM does the
// encapsulation; the key schedule is four HMACs.

const utf8 = (text: string): Buffer => Buffer.from(text);
const twoBytes = (number: number): Buffer => Buffer.from([number >> 8, number & 0xff]);

/**
 * HMAC-SHA-256. The key is made an object first: given as bytes, Node asks by two thrown errors whether it is one, which takes three times as long as the HMAC.
 * It is the same where a cipher gets its key.
 */
export const hmac = (key: Uint8Array, text: Uint8Array): Buffer =>
  createHmac('sha256', createSecretKey(key)).update(text).digest();

const hashBytes = 32;
/** Names KEM, KDF and AEAD: section 5.1. */
const suite = Buffer.concat([utf8('HPKE'), twoBytes(0x0010), twoBytes(0x0001), twoBytes(0x0001)]);
const version = utf8('HPKE-v1');

/** LabeledExtract of section 4. */
const labeledExtract = (salt: Uint8Array, label: string, key: Uint8Array): Buffer =>
  hmac(salt, Buffer.concat([version, suite, utf8(label), key]));

/** LabeledExpand of section 4, of at most one block of the hash. */
const labeledExpand = (secret: Uint8Array, label: string, context: Uint8Array, length: number): Buffer => {
  if (length > hashBytes) throw new Error(`HPKE expands to at most ${hashBytes} bytes here.`);
  const info = Buffer.concat([twoBytes(length), version, suite, utf8(label), context, Buffer.from([1])]);
  return hmac(secret, info).subarray(0, length);
};

const nothing = Buffer.alloc(0);
const zeros = Buffer.alloc(hashBytes);

/** What both sides know beside the secret: mode 0 without a pre-shared key, and `info`. */
const contextOf = (info: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0]), labeledExtract(zeros, 'psk_id_hash', nothing), labeledExtract(zeros, 'info_hash', info)]);

/** A context of HPKE, of which both sides export the same secrets: section 5.3. */
export type Exporting = Readonly<{ export(context: Uint8Array, length: number): Buffer }>;

/** Makes contexts for one `info`. */
export const hpke = (info: Uint8Array) => {
  const context = contextOf(info);
  const exporting = (sharedSecret: Uint8Array): Exporting => {
    const secret = labeledExpand(labeledExtract(sharedSecret, 'secret', nothing), 'exp', context, hashBytes);
    return { export: (exported, length) => labeledExpand(secret, 'sec', exported, length) };
  };
  return {
    /** The sender's side: a new encapsulation, 65 bytes, for whoever holds the private half. */
    send: (publicKey: KeyObject): Exporting & Readonly<{ encapsulation: Buffer }> => {
      const { sharedKey, ciphertext } = encapsulate(publicKey);
      return { ...exporting(sharedKey), encapsulation: ciphertext };
    },
    /** The receiver's side. Throws at an encapsulation that is no point of the curve. */
    receive: (privateKey: KeyObject, encapsulation: Uint8Array): Exporting => exporting(decapsulate(privateKey, encapsulation)),
  };
};

const curve = 'prime256v1';

const pointBytes = 65;
const coordinateBytes = 32;

/** A point of P-256, which the KEM has made, in 33 bytes (SEC 1, 2.3.3): whether y is odd, and x. */
export const compressed = (point: Uint8Array): Buffer => {
  if (point.length !== pointBytes) throw new Error(`A point of P-256 has ${pointBytes} bytes.`);
  return Buffer.concat([Buffer.from([2 + (point[pointBytes - 1]! & 1)]), point.subarray(1, 1 + coordinateBytes)]);
};

/** A point of P-256 in 65 bytes, as HPKE takes it. Throws at bytes that are no point of the curve. */
export const uncompressed = (point: Uint8Array): Buffer =>
  ECDH.convertKey(Buffer.from(point), curve, undefined, undefined, 'uncompressed') as Buffer;
