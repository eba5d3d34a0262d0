import { expect, it } from 'vitest';
import { demoToken, toDeployment } from '../../../lib/cli/local/deployment.ts';

it('a deployment that takes tokens of another issuer has no demo users, and says so', async () => {
  const deployment = toDeployment('http://localhost:4566', { 'foldstream-dev': { ApiId: 'a1' } });
  expect(deployment).toMatchObject({ api: 'http://localhost:4566/_aws/execute-api/a1', userPool: '', client: '' });
  await expect(demoToken(deployment, 'customer')).rejects.toThrow('takes tokens of another issuer');
});
