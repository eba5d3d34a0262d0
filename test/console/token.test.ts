import { expect, it } from 'vitest';
import { whoOf } from '../../console/token.ts';

const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

it('reads who a token names, with roles of a pool or of another issuer', () => {
  expect(whoOf(token({ sub: 'u1', username: 'Zoë', 'cognito:groups': ['operator'], exp: 7 }))).toEqual({
    ...{ id: 'u1', name: 'Zoë', roles: ['operator'], until: 7_000 },
  });
  expect(whoOf(token({ sub: 'u2', realm: { roles: 'operator support' } }), 'realm.roles')).toMatchObject({
    name: 'u2',
    roles: ['operator', 'support'],
  });
});

it.each(['', 'x', 'a.b.c', token({ name: 'nobody' })])('refuses %j, and says what a token is', (text) => {
  expect(() => whoOf(text)).toThrow('This is no access token: it must be a JWT with a `sub`.');
});
