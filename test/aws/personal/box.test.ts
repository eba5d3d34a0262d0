import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { hpkeBox, spkiOfP256 } from '../../../lib/aws/personal/box.ts';
import type { PrivateHalf, PublicHalf } from '../../../lib/engine/personal/ports.ts';
import { boxContract } from '../../contract/box.contract.ts';

const pairOf = (subject: string, version = 1): Readonly<{ half: PublicHalf; own: PrivateHalf }> => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(spkiOfP256.length);
  return {
    half: { subject, version, publicKey: point, hashSecret: Buffer.alloc(32, subject) },
    own: { subject, version, key: privateKey },
  };
};

const box = hpkeBox();
const ada = pairOf('ada');
const bytes = (text: string) => Buffer.from(text);

boxContract('HPKE', box, pairOf);
test('an encapsulation has 33 bytes, and each value 16 more than it has itself', async () => {
  const [one, two] = [
    { plaintext: bytes('"ada@example.com"'), aad: bytes('1') },
    { plaintext: bytes('"Ada"'), aad: bytes('2') },
  ];
  const { encapsulation, ciphertexts } = await box.seal(ada.half, [one!, two!]);
  expect(encapsulation.length).toBe(33);
  expect(ciphertexts.map(({ length }) => length)).toEqual([one!.plaintext.length + 16, two!.plaintext.length + 16]);
});

test('two values with the same additional data are not sealed: one key would seal both', async () => {
  const value = { plaintext: bytes('"Ada"'), aad: bytes('1') };
  await expect(box.seal(ada.half, [value, value])).rejects.toThrow('the same additional data');
});

test('the same value is sealed differently each time', async () => {
  const value = { plaintext: bytes('"Ada"'), aad: bytes('1') };
  const [a, b] = [await box.seal(ada.half, [value]), await box.seal(ada.half, [value])];
  expect(a.encapsulation).not.toEqual(b.encapsulation);
  expect(a.ciphertexts).not.toEqual(b.ciphertexts);
});

test('what is no public key is refused with the subject', async () => {
  const altered = { ...ada.half, publicKey: Buffer.alloc(65, 4) };
  await expect(box.seal(altered, [])).rejects.toThrow('of ada is no point of P-256');
  await expect(
    box.open({ ...ada.own, key: {} as KeyObject }, bytes('x'), { ciphertext: bytes('x'), aad: bytes('x') }),
  ).rejects.toThrow('not one of the keys table');
});
