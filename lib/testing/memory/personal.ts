import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import {
  type Box,
  DoesNotOpen,
  type OpeningKeys,
  type OperatedKeys,
  type PrivateHalf,
  type PublicHalf,
  type SealingKeys,
  type Tombstone,
} from '../../engine/personal/ports.ts';

const mac = (key: Uint8Array | string, ...parts: (Uint8Array | string)[]): Buffer => {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

const nonce = Buffer.alloc(12);
const tagBytes = 16;

/**
 * A cipher for tests: authenticated, and as long as the real one, but fast and no secret from who has the public half. Each value has a key of its own, which
 * follows from the encapsulation and the additional data.
 */
export const memoryBox = (): Box => {
  let sealed = 0;
  return {
    seal: async ({ publicKey }, values) => {
      sealed += 1;
      // 33 bytes, as a compressed point of P-256.
      const encapsulation = Buffer.concat([Buffer.from([2]), mac('encapsulation', publicKey, String(sealed))]);
      const ciphertexts = values.map(({ plaintext, aad }) => {
        const cipher = createCipheriv('aes-256-gcm', mac(publicKey, encapsulation, aad), nonce).setAAD(aad);
        return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
      });
      return { encapsulation, ciphertexts };
    },
    open: async ({ key }, encapsulation, { ciphertext, aad }) => {
      const end = ciphertext.length - tagBytes;
      if (end < 0) throw new DoesNotOpen('The ciphertext is cut.');
      const cipher = createDecipheriv('aes-256-gcm', mac(key as Uint8Array, encapsulation, aad), nonce, {
        authTagLength: tagBytes,
      })
        .setAAD(aad)
        .setAuthTag(ciphertext.subarray(end));
      try {
        return Buffer.concat([cipher.update(ciphertext.subarray(0, end)), cipher.final()]);
      } catch (cause) {
        throw new DoesNotOpen('The ciphertext does not fit the key and the additional data.', { cause });
      }
    },
    hash: async (secret, text) => mac(secret, text),
  };
};

/** What is stored of a subject: the number of versions and the secret of its hashes, or the tombstone and nothing else. */
type Subject = Readonly<{ versions: number; erased: boolean; hashSecret?: Uint8Array; tombstone?: Tombstone }>;

const untold: Tombstone = { at: '2026-11-21T12:00:00.000Z', by: 'olga', why: 'asked for', correlation: 'c-1' };

/** The keys of subjects, as the `keys` table has them: both sides of it, and what operators do. */
export type MemorySubjectKeys = SealingKeys &
  OpeningKeys &
  OperatedKeys &
  Readonly<{
    /** Deletes all versions for good, and leaves a tombstone. */
    erase(subject: string, tombstone?: Tombstone): Promise<Tombstone>;
    /** The table: a test may read it, and spoil it. */
    readonly items: Map<string, Readonly<{ versions: number; erased: boolean; hashSecret?: Uint8Array }>>;
    /** How often a half was asked for: what a warm function saves. */
    readonly requests: { sealing: number; opening: number };
  }>;

/** Subjects' keys that follow from a seed. */
export const memorySubjectKeys = (seed = 'memory'): MemorySubjectKeys => {
  const subjects = new Map<string, Subject>();
  const requests = { sealing: 0, opening: 0 };
  const keyOf = (subject: string, version: number) => mac(`${seed} pair`, subject, `.${version}`);
  const first = (subject: string): Subject => ({ versions: 1, erased: false, hashSecret: mac(`${seed} hash`, subject) });
  const halfOf = (subject: string, { versions, erased, hashSecret }: Subject): PublicHalf | 'erased' =>
    erased || !hashSecret ? 'erased' : { subject, version: versions, publicKey: keyOf(subject, versions), hashSecret };
  return {
    items: subjects,
    requests,
    publicHalf: async (subject) => {
      requests.sealing += 1;
      const found = subjects.get(subject) ?? first(subject);
      subjects.set(subject, found);
      return halfOf(subject, found);
    },
    existing: async (subject) => {
      const found = subjects.get(subject);
      return found && halfOf(subject, found);
    },
    findSecret: async () => mac(`${seed} find`),
    privateHalf: async (subject, version): Promise<PrivateHalf | 'erased' | undefined> => {
      requests.opening += 1;
      const { versions = 0, erased = false } = subjects.get(subject) ?? {};
      if (erased) return 'erased';
      return version >= 1 && version <= versions ? { subject, version, key: keyOf(subject, version) } : undefined;
    },
    erase: async (subject, tombstone = untold) => {
      const there = subjects.get(subject)?.tombstone ?? tombstone;
      subjects.set(subject, { versions: 0, erased: true, tombstone: there });
      return there;
    },
    tombstone: async (subject) => subjects.get(subject)?.tombstone,
    rotate: async (subject) => {
      const found = subjects.get(subject);
      if (!found || found.erased) return found && 'erased';
      const versions = found.versions + 1;
      subjects.set(subject, { ...found, versions });
      return versions;
    },
  };
};
