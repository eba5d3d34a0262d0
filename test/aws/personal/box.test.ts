import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hpkeBox, spkiOfP256 } from '../../../lib/aws/personal/box.ts';
import { DoesNotOpen, type PrivateHalf, type PublicHalf } from '../../../lib/engine/personal/ports.ts';

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
const others = [pairOf('bob'), pairOf('ada', 2)];
const bytes = (text: string) => Buffer.from(text);
const values = fc.uniqueArray(fc.record({ plaintext: fc.uint8Array({ maxLength: 80 }), aad: fc.uint8Array({ maxLength: 80 }) }), {
  minLength: 1,
  maxLength: 4,
  selector: ({ aad }) => String(aad),
});

test('each value opens by itself, to what was sealed, and to nothing else after any change', async () => {
  await fc.assert(
    fc.asyncProperty(values, fc.nat(), fc.nat({ max: 7 }), fc.nat(), async (list, place, bit, cut) => {
      const { encapsulation, ciphertexts } = await box.seal(ada.half, list);
      for (const [i, { plaintext, aad }] of list.entries()) {
        const ciphertext = ciphertexts[i]!;
        expect(Buffer.from(await box.open(ada.own, encapsulation, { ciphertext, aad }))).toEqual(Buffer.from(plaintext));
        const changed = (of: Uint8Array) => of.map((byte, at) => (at === place % of.length ? byte ^ (1 << bit) : byte));
        const fails = async (key: PrivateHalf, enc: Uint8Array, value: Readonly<{ ciphertext: Uint8Array; aad: Uint8Array }>) =>
          expect(await box.open(key, enc, value).catch((error: unknown) => error)).toBeInstanceOf(DoesNotOpen);
        for (const { own } of others) await fails(own, encapsulation, { ciphertext, aad });
        await fails(ada.own, changed(encapsulation), { ciphertext, aad });
        await fails(ada.own, encapsulation, { ciphertext: changed(ciphertext), aad });
        await fails(ada.own, encapsulation, { ciphertext: ciphertext.subarray(0, cut % ciphertext.length), aad });
        await fails(ada.own, encapsulation.subarray(0, cut % encapsulation.length), { ciphertext, aad });
        await fails(ada.own, encapsulation, { ciphertext, aad: Buffer.concat([aad, bytes('.')]) });
        const other = ciphertexts[(i + 1) % list.length]!;
        if (list.length > 1) await fails(ada.own, encapsulation, { ciphertext: other, aad });
      }
    }),
    { numRuns: 40 },
  );
});

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
