import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { kmsKeyPairs } from '../../../lib/aws/personal/kms.ts';
import { isTransient } from '../../../lib/aws/transient.ts';

const wrapping = { deployment: 'shop-prod', subject: 'ada', version: 2 };

/** A client that answers every request with this, and keeps what it was asked. */
const kms = (answer: () => object) => {
  const asked: object[] = [];
  const client = {
    send: async ({ input }: Readonly<{ input: object }>) => {
      asked.push(input);
      return answer();
    },
  };
  return { asked, pairs: kmsKeyPairs('key-1', client as never) };
};

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const context = { deployment: 'shop-prod', subject: 'ada', version: '2' };

test('a pair is made and unwrapped under the deployment, the subject and the version, and nobody asks for a plain private half', async () => {
  const made = kms(() => ({
    PublicKey: publicKey.export({ format: 'der', type: 'spki' }),
    PrivateKeyCiphertextBlob: Buffer.from('wrapped'),
  }));
  const pair = await made.pairs.make(wrapping);
  expect([pair.publicKey.length, Buffer.from(pair.wrapped).toString()]).toEqual([65, 'wrapped']);
  expect(made.asked).toEqual([{ KeyId: 'key-1', KeyPairSpec: 'ECC_NIST_P256', EncryptionContext: context }]);
  const unwrapped = kms(() => ({ Plaintext: privateKey.export({ format: 'der', type: 'pkcs8' }) }));
  expect((await unwrapped.pairs.unwrap(pair.wrapped, wrapping)).asymmetricKeyType).toBe('ec');
  expect(unwrapped.asked).toEqual([{ KeyId: 'key-1', CiphertextBlob: pair.wrapped, EncryptionContext: context }]);
});

test('throttling that is left after all retries says which quota it is, and is answered as one that passes', async () => {
  const { pairs } = kms(() => {
    throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  });
  const error = await pairs.make(wrapping).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain('GenerateDataKeyPair (ECC_NIST_P256)');
  expect(isTransient(error)).toBe(true);
});

test('a key of another curve is not taken', async () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey.export({ format: 'der', type: 'spki' });
  const { pairs } = kms(() => ({ PublicKey: other, PrivateKeyCiphertextBlob: Buffer.from('wrapped') }));
  await expect(pairs.make(wrapping)).rejects.toThrow('without a key pair of P-256');
});
