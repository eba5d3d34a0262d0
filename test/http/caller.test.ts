import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anybody } from '../../lib/core/access.ts';
import { isId } from '../../lib/core/stream.ts';
import { actorIn, callersOf, type Issuer } from '../../lib/http/caller.ts';
import { poolToken, verifiedToken } from '../support/verified-token.ts';

type Claims = Readonly<Record<string, unknown>>;

const processes = [{ category: 'transferProcess' }] as never;
const ofPool = callersOf({ roles: ['teller', 'auditor'], processes });
const ofIssuer = (issuer: Partial<Issuer> = {}) =>
  callersOf({ roles: ['teller', 'auditor'], processes }, { id: 'sub', roles: 'roles', ...issuer });

const inPool = ({ headers, authorizer }: ReturnType<typeof verifiedToken>) =>
  actorIn(ofPool, authorizer.jwt.claims, headers.authorization);
const of = (claims: Claims, issuer: Partial<Issuer> = {}) => {
  const { headers, authorizer } = verifiedToken({ iss: 'https://issuer.example', ...claims });
  return actorIn(ofIssuer(issuer), authorizer.jwt.claims, headers.authorization);
};
const unauthorized = (detail: string) =>
  expect.objectContaining({ problem: expect.objectContaining({ status: 401, detail: expect.stringContaining(detail) }) });

describe("the caller of a pool's token", () => {
  it('has those of its groups that are roles of the manifest', () => {
    expect(inPool(poolToken('ada'))).toEqual({ id: 'ada', kind: 'user', roles: [] });
    expect(inPool(poolToken('olga', 'operator', 'staff', 'teller'))).toEqual({
      id: 'olga',
      kind: 'user',
      roles: ['operator', 'teller'],
    });
  });

  it('does not get a role from a group whose name contains it', () => {
    // The gateway renders both as `[chief teller]`.
    expect(inPool(poolToken('tom', 'chief teller')).roles).toEqual([]);
    expect(inPool(poolToken('tom', 'chief', 'teller')).roles).toEqual(['teller']);
    for (const group of ['teller]', 'xteller', 'Teller', 'owner', 'process', 'user', 'anyone'])
      expect(inPool(poolToken('tom', group)).roles, group).toEqual([]);
  });

  it('is a machine if the token is of a client alone, and has the roles among its scopes', () => {
    const machine = { sub: 'client-7', client_id: 'client-7', token_use: 'access' };
    const scope = 'roles/auditor other/teller teller roles/unknown roles/';
    expect(inPool(verifiedToken({ ...machine, scope }))).toEqual({ id: 'client-7', kind: 'machine', roles: ['auditor'] });
    expect(inPool(verifiedToken({ ...machine, 'cognito:groups': ['teller'] })).roles).toEqual([]);
    // A person's scopes are what their application asked for, and no roles.
    expect(inPool(verifiedToken({ ...machine, sub: 'ada', scope })).roles).toEqual([]);
  });

  it('is nobody without a token, whatever was sent', () =>
    expect(actorIn(ofPool, undefined, poolToken('ada').headers.authorization)).toEqual(anybody));
});

describe("the caller of another issuer's token", () => {
  it.each<[string, Partial<Issuer>, Claims]>([
    ['a list', {}, { roles: ['teller', 'guest'] }],
    ['a text', {}, { roles: 'guest teller' }],
    ['a claim whose name is an address', { roles: 'https://example.com/roles' }, { 'https://example.com/roles': ['teller'] }],
    ['a claim whose name has a colon', { roles: 'cognito:groups' }, { 'cognito:groups': ['teller'] }],
    ['a field of a claim', { roles: 'realm_access.roles' }, { realm_access: { roles: ['teller'] } }],
    ['a field of a field', { roles: 'a.b.c' }, { a: { 'b.c': ['teller'] } }],
    ['scopes', { roles: 'scope' }, { scope: 'openid teller' }],
  ])('has the roles in %s', (_, issuer, claims) =>
    expect(of({ sub: 'u-1', ...claims }, issuer)).toEqual({ id: 'u-1', kind: 'user', roles: ['teller'] }),
  );

  it.each<[string, unknown]>([
    ['a number', 5],
    ['an object', { teller: true }],
    ['nothing', undefined],
    ['a list of lists', [['teller']]],
    ['another spelling', ['TELLER', 'teller ', 'tell']],
  ])('has none in %s', (_, roles) => expect(of({ sub: 'u-1', roles }).roles).toEqual([]));

  it('is known by the claim that the deployment names', () =>
    expect(of({ sub: 'u-1', email: 'ada@example.com' }, { id: 'email' }).id).toBe('ada~40example.com'));

  it.each([
    ['0f8fad5b-d9cb-469f-a165-70867728950e', '0f8fad5b-d9cb-469f-a165-70867728950e'],
    ['auth0|5f1c', 'auth0~7C5f1c'],
    ['-Ab_c-', 'x~~-Ab_c~2D'],
    ['ad\u00e4', 'ad~C3~A4'],
    ['x~~a', 'x~7E~7Ea'],
  ])('has an id of the form of all ids: %s is %s', (sub, id) => expect(of({ sub }).id).toBe(id));

  it('never shares an id with another caller, and has one that can be the key of a row and the id of a stream', () => {
    const text = fc.oneof(
      fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'aZ0-_.~x|7C ') }),
      fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [of({ sub: one }).id, of({ sub: other }).id];
        expect(isId(a)).toBe(true);
        expect(a === b).toBe(one === other);
      }),
    );
  });

  it.each<[string, unknown]>([
    ['nobody', undefined],
    ['nobody by an empty text', ''],
    ['somebody by a number', 12],
    ['somebody by a list', ['ada']],
    ['somebody by a text that is none', 'ada\ud800'],
    ['somebody by too long a text', 'x'.repeat(129)],
    ['somebody by a text that is too long once it is written as an id', '|'.repeat(50)],
    ['whoever has no token', 'anyone'],
    ['a process', 'transferProcess'],
    ['an import', 'import'],
  ])('is refused when it names %s', (_, sub) =>
    expect(() => of({ sub })).toThrow(unauthorized("The access token names nobody: its claim 'sub' must be")),
  );

  it.each<[string, Claims]>([
    ['token_use', { token_use: 'id' }],
    ['typ', { typ: 'ID' }],
    ['typ', { typ: 'Refresh' }],
    ['at_hash', { at_hash: 'x' }],
  ])('is refused with a token for the client, by %s', (_, claims) =>
    expect(() => of({ sub: 'u-1', ...claims })).toThrow(unauthorized('an id token is only for the client itself')),
  );

  it.each<[string, Claims]>([
    ['RFC 9068', { sub: 'svc', client_id: 'svc' }],
    ['RFC 9068, by azp', { sub: 'svc', azp: 'svc' }],
    ['Okta', { sub: 'svc', cid: 'svc' }],
    ['Entra', { sub: 'svc', idtyp: 'app' }],
    ['Auth0', { sub: 'svc', gty: 'client-credentials' }],
    ['Keycloak', { sub: 'svc', preferred_username: 'service-account-svc' }],
  ])('is a machine by the words of %s', (_, claims) =>
    expect(of({ ...claims, roles: ['auditor'] })).toEqual({ id: 'svc', kind: 'machine', roles: ['auditor'] }),
  );
});

describe('the token in the header', () => {
  const verified = verifiedToken({ iss: 'i', sub: 'ada', jti: '1', scope: 's', aud: 'api', client_id: 'c', azp: 'c' });
  const sent = (authorization: string | undefined) => () => actorIn(ofIssuer(), verified.authorizer.jwt.claims, authorization);
  const own = verified.headers.authorization;

  it('may come with or without Bearer, as the gateway takes it', () => {
    for (const one of [own, own.replace('Bearer ', ''), own.replace('Bearer ', 'bearer  ')]) expect(sent(one)().id).toBe('ada');
  });

  it.each<[string, string | undefined]>([
    ['missing', undefined],
    ['twice', `${own},${own}`],
    ['no token', 'Bearer nonsense'],
    ['no JSON', 'Bearer a.b.c'],
    ['no object', `Bearer a.${Buffer.from('null').toString('base64url')}.c`],
    ...['iss', 'sub', 'jti', 'scope', 'aud', 'client_id', 'azp'].map((name): [string, string] => [
      `another one, by ${name}`,
      verifiedToken({ iss: 'i', sub: 'ada', jti: '1', scope: 's', aud: 'api', client_id: 'c', azp: 'c', [name]: 'other' }).headers
        .authorization,
    ]),
  ])('%s is refused, since the gateway has verified something else', (_, authorization) =>
    expect(sent(authorization)).toThrow(unauthorized('The token cannot be read')),
  );
});
