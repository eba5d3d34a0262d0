/** What a subject's values are sealed to, and hashed with. Nothing of it opens a value. */
export type PublicHalf = Readonly<{
  subject: string;
  /** The version of the key pair: 1, 2, 3, ... New values are sealed under the newest. */
  version: number;
  publicKey: Uint8Array;
  /** The secret of the subject's keyed hashes: the same for all versions, kept beside the public half, and deleted by the erasure. */
  hashSecret: Uint8Array;
}>;

/** The key of hashes by which values of all subjects are found (`find: true`): one for the deployment, made by who seals the first such value. */
export interface FindKey {
  findSecret(): Promise<Uint8Array>;
}

/** The same key for who only looks values up: undefined as long as nobody has sealed one. */
export interface LookUpKey {
  findSecret(): Promise<Uint8Array | undefined>;
}

/**
 * The keys of who seals: of the functions that append. It never gives a private half. Halves are cached, so that a warm subject costs no request; for a
 * bounded time, so that every function refuses the commands of an erased subject after that.
 */
export interface SealingKeys extends FindKey {
  /** The newest half of a subject, made if the subject has none. An erased subject never gets a new one. */
  publicHalf(subject: string): Promise<PublicHalf | 'erased'>;
  /** The same without making one: undefined if the subject has none. For a dry run, which stores nothing. */
  existing(subject: string): Promise<PublicHalf | 'erased' | undefined>;
}

/** What opens the values that were sealed to one version of a subject's key pair. Only the `Box` looks into `key`. */
export type PrivateHalf = Readonly<{ subject: string; version: number; key: unknown }>;

/** The keys of who opens: of the functions that answer. Halves are cached for a bounded time, by a clock that may be set back. */
export interface OpeningKeys {
  /** `erased` for each version of an erased subject; undefined for a version that there never was. */
  privateHalf(subject: string, version: number): Promise<PrivateHalf | 'erased' | undefined>;
}

/** A value that is sealed, and what it is bound to: it opens with the same additional data alone. */
export type ToSeal = Readonly<{ plaintext: Uint8Array; aad: Uint8Array }>;
export type ToOpen = Readonly<{ ciphertext: Uint8Array; aad: Uint8Array }>;

/** A ciphertext that does not open: another key, other additional data, or it was altered or cut. */
export class DoesNotOpen extends Error {
  override name = 'DoesNotOpen';
}

/** The cipher: HPKE in a deployment, a fast toy in memory. */
export interface Box {
  /**
   * Seals values of one subject to its public half: one encapsulation for all, and a ciphertext for each. The additional data differ within a call, and each value
   * must open by itself, whichever others are at hand: so a key or nonce is derived for each value from the encapsulated secret and its additional data.
   */
  seal(
    half: PublicHalf,
    values: readonly ToSeal[],
  ): Promise<Readonly<{ encapsulation: Uint8Array; ciphertexts: readonly Uint8Array[] }>>;
  /** The plaintext of one value. Throws DoesNotOpen; never answers anything else than what was sealed. */
  open(half: PrivateHalf, encapsulation: Uint8Array, value: ToOpen): Promise<Uint8Array>;
  /** HMAC-SHA-256, of which the first 9 bytes are stored. */
  hash(secret: Uint8Array, text: string): Promise<Uint8Array>;
}

/** What personal values are sealed with. */
export type Sealing = Readonly<{ keys: SealingKeys; box: Box }>;

/** What personal values are opened with. */
export type Opening = Readonly<{ keys: OpeningKeys; box: Box }>;

/** The tombstone of a subject: when, by whom, why, and under which correlation. */
export type Tombstone = Readonly<{ at: string; by: string; why: string; correlation: string }>;

/** What operators do with keys. */
export interface OperatedKeys {
  /**
   * Deletes all versions of a subject's key pair and leaves a tombstone, both in one write; answers the tombstone that is there: the first one, if the
   * subject was erased before. A subject without keys gets one too, so that no later command makes keys for it.
   */
  erase(subject: string, tombstone: Tombstone): Promise<Tombstone>;
  /** The tombstone of a subject, if it was erased. */
  tombstone(subject: string): Promise<Tombstone | undefined>;
  /** Makes the next version, which new values are sealed under; answers its number. Undefined if the subject has no keys. */
  rotate(subject: string): Promise<number | 'erased' | undefined>;
}
