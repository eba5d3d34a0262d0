import { createPrivateKey, type KeyObject } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyPairWithoutPlaintextCommand, KMSClient } from '@aws-sdk/client-kms';
import { settings } from '../client/settings.ts';
import { spkiOfP256 } from './box.ts';

/** What a private half is wrapped for. KMS unwraps it for the same context alone, and writes the context into CloudTrail: it holds no personal data. */
type Wrapping = Readonly<{ deployment: string; subject: string; version: number }>;

const contextOf = ({ deployment, subject, version }: Wrapping) => ({ deployment, subject, version: String(version) });

/** A key pair whose private half nobody but KMS has seen. */
export type WrappedPair = Readonly<{ publicKey: Uint8Array; wrapped: Uint8Array }>;

/** Makes and unwraps key pairs. */
export type KeyPairs = Readonly<{
  make(wrapping: Wrapping): Promise<WrappedPair>;
  unwrap(wrapped: Uint8Array, wrapping: Wrapping): Promise<KeyObject>;
}>;

/** The error of a request that KMS goes on refusing because there are too many. */
const throttled = 'ThrottlingException';

/** Keeps the error's name, by which it is known as one that passes. */
const explained = (error: unknown): unknown => {
  if (!(error instanceof Error) || error.name !== throttled) return error;
  const told = new Error(
    'KMS has throttled the making of a key pair: more new subjects came at once than its quota GenerateDataKeyPair (ECC_NIST_P256) allows. Send the command again; if it goes on, have the quota raised.',
    { cause: error },
  );
  told.name = throttled;
  return told;
};

/** Key pairs of P-256, whose private halves are wrapped by one key of KMS. */
export const kmsKeyPairs = (KeyId: string, client: Pick<KMSClient, 'send'> = new KMSClient(settings)): KeyPairs => ({
  make: async (wrapping) => {
    const asked = { KeyId, KeyPairSpec: 'ECC_NIST_P256', EncryptionContext: contextOf(wrapping) } as const;
    const made = await client.send(new GenerateDataKeyPairWithoutPlaintextCommand(asked)).catch((error: unknown) => {
      throw explained(error);
    });
    const { PublicKey: spki, PrivateKeyCiphertextBlob: wrapped } = made;
    if (!wrapped || !spki || !Buffer.from(spki).subarray(0, spkiOfP256.length).equals(spkiOfP256))
      throw new Error('KMS answered without a key pair of P-256: nothing can be sealed.');
    return { publicKey: spki.subarray(spkiOfP256.length), wrapped };
  },
  unwrap: async (wrapped, wrapping) => {
    const asked = { KeyId, CiphertextBlob: wrapped, EncryptionContext: contextOf(wrapping) };
    const { Plaintext } = await client.send(new DecryptCommand(asked));
    if (!Plaintext) throw new Error('KMS answered without the private half that it was to unwrap.');
    return createPrivateKey({ key: Buffer.from(Plaintext), format: 'der', type: 'pkcs8' });
  },
});
