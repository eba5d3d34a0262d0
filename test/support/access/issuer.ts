import { createSign, createVerify, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Claims = Readonly<Record<string, unknown>>;

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decoded = (part: string): Claims => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;

/** What a template says of the tokens that its authorizer takes. */
export type JwtConfiguration = Readonly<{ Issuer: string; Audience: readonly string[] }>;

/** The name that this API has at the issuer. */
export const audience = 'parcels-api';

/** An issuer of tokens with keys of its own, and somebody who signs in its name with another key. */
export const testIssuer = (url: string) => {
  const [own, foreign] = [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ];
  const kid = randomUUID();
  const now = Math.floor(Date.now() / 1_000);
  const usual = { iss: url, aud: audience, iat: now - 10, nbf: now - 10, exp: now + 3_600, jti: randomUUID() };
  const signedWith = (key: typeof own) => (claims: Claims) => {
    const signed = `${encoded({ alg: 'RS256', kid, typ: 'at+jwt' })}.${encoded({ ...usual, ...claims })}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key.privateKey, 'base64url')}`;
  };
  return {
    url,
    sign: signedWith(own),
    forge: signedWith(foreign),
    keys: { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] },
    /** The claims of a token that an authorizer lets in, by what AWS says that it checks. */
    verified: (token: string, { Issuer, Audience }: JwtConfiguration): Claims | undefined => {
      const [head = '', payload = '', signature = ''] = token.split('.');
      try {
        const [{ kid: signer }, claims] = [decoded(head), decoded(payload)];
        const isSigned = createVerify('RSA-SHA256').update(`${head}.${payload}`).verify(own.publicKey, signature, 'base64url');
        const isNow = Number(claims.exp) > now && Number(claims.nbf ?? 0) <= now && Number(claims.iat ?? 0) <= now;
        return isSigned &&
          signer === kid &&
          claims.iss === Issuer &&
          Audience.includes(String(claims.aud ?? claims.client_id)) &&
          isNow
          ? claims
          : undefined;
      } catch {
        return undefined;
      }
    },
  };
};

export type TestIssuer = ReturnType<typeof testIssuer>;

/** The issuer as a server of this machine, with its discovery document and its keys. */
export const servedIssuer = async (): Promise<TestIssuer & Readonly<{ stop(): Promise<void> }>> => {
  const pages = new Map<string, object>();
  const server = createServer(({ url = '' }, response) => {
    const page = pages.get(url);
    response.writeHead(page ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(page ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = testIssuer(`http://127.0.0.1:${(server.address() as AddressInfo).port}/parcels`);
  pages.set('/parcels/.well-known/openid-configuration', { issuer: issuer.url, jwks_uri: `${issuer.url}/own-keys` });
  pages.set('/parcels/own-keys', issuer.keys);
  return {
    ...issuer,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
