import { expect, it } from 'vitest';
import { demoToken, demoUsersOf, toDeployment } from '../../../lib/cli/local/deployment.ts';

it('a deployment that takes tokens of another issuer has no demo users, and says so', async () => {
  const deployment = toDeployment('http://localhost:4566', { 'foldstream-dev': { ApiId: 'a1' } });
  expect(deployment).toMatchObject({ api: 'http://localhost:4566/_aws/execute-api/a1', userPool: '', client: '' });
  await expect(demoToken(deployment, 'customer')).rejects.toThrow('takes tokens of another issuer');
});

it('there is a demo user for each role of the manifest, with a password that the pool takes', () => {
  const users = demoUsersOf({ roles: ['teller', 'auditor'] });
  expect(users.map(({ username, group }) => [username, group])).toEqual([
    ['customer', undefined],
    ['operator', 'operator'],
    ['teller', 'teller'],
    ['auditor', 'auditor'],
  ]);
  for (const { password } of [...users, ...demoUsersOf({ roles: ['a' as 'teller'] })])
    expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[!-]).{12,}$/);
});
