import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { expect, test } from 'vitest';
import { compressed, hpke, uncompressed } from '../../../lib/aws/personal/hpke.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** RFC 9180, appendix A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode. */
const known = {
  info: hex('4f6465206f6e2061204772656369616e2055726e'),
  publicKey: hex(
    '04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0',
  ),
  privateKey: hex('f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2'),
  encapsulation: hex(
    '04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4',
  ),
  exported: [
    ['', '5e9bc3d236e1911d95e65b576a8a86d478fb827e8bdfe77b741b289890490d4d'],
    ['00', '6cff87658931bda83dc857e6353efe4987a201b849658d9b047aab4cf216e796'],
    ['54657374436f6e74657874', 'd8f1ea7942adbba7412c6d431c62d01371ea476b823eb697e1f6e6cae1dab85a'],
  ],
} as const;

const knownKey = createPrivateKey({
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: base64(known.publicKey.subarray(1, 33)),
    y: base64(known.publicKey.subarray(33)),
    d: base64(known.privateKey),
  },
  format: 'jwk',
});

test.each(known.exported)('the answers of RFC 9180, A.3.1: what is exported for %j', (context, exported) => {
  const receiving = hpke(known.info).receive(knownKey, known.encapsulation);
  expect(receiving.export(hex(context), 32).toString('hex')).toBe(exported);
});

test('a compressed encapsulation is the same one', () => {
  expect(compressed(known.encapsulation).length).toBe(33);
  expect(uncompressed(compressed(known.encapsulation))).toEqual(known.encapsulation);
  expect(() => uncompressed(Buffer.alloc(33, 7))).toThrow();
});

test('another implementation receives what is sent, and is received', async () => {
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ecdh = { name: 'ECDH', namedCurve: 'P-256' };
  const theirPrivate = await webcrypto.subtle.importKey(
    'pkcs8',
    privateKey.export({ format: 'der', type: 'pkcs8' }),
    ecdh,
    true,
    ['deriveBits'],
  );
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const theirPublic = await webcrypto.subtle.importKey('spki', spki, ecdh, true, []);
  const [info, context] = [Buffer.from('of this test'), Buffer.from('of one value')];
  const sent = hpke(info).send(publicKey);
  const recipientKey = { privateKey: theirPrivate, publicKey: theirPublic } as never;
  const theirs = await suite.createRecipientContext({ info, recipientKey, enc: sent.encapsulation });
  expect(Buffer.from(await theirs.export(context, 28))).toEqual(sent.export(context, 28));

  const sending = await suite.createSenderContext({ info, recipientPublicKey: theirPublic as never });
  const received = hpke(info).receive(privateKey, Buffer.from(sending.enc));
  expect(received.export(context, 28)).toEqual(Buffer.from(await sending.export(context, 28)));
});
