import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { teamSecrets } from '../../lib/aws/team-secrets.ts';
import type { SecretPlace } from '../../lib/core/effect/secret.ts';
import { memoryClock } from '../../lib/testing/memory/system.ts';

const world = () => {
  const clock = memoryClock();
  const asked: SecretPlace[] = [];
  let answer: () => Promise<string> = async () => `value ${asked.length}`;
  const secrets = teamSecrets(
    clock,
    (place) => {
      asked.push(place);
      return answer();
    },
    'prod',
  );
  return {
    clock,
    asked,
    secrets,
    fails: (error?: Error) => {
      answer = error ? () => Promise.reject(error) : async () => 'back';
    },
  };
};

it('a secret is read once in five minutes, under its name in this environment', async () => {
  const { clock, asked, secrets } = world();
  expect([await secrets.read('{environment}/key'), await secrets.read('{environment}/key')]).toEqual(['value 1', 'value 1']);
  expect(await secrets.read('ssm:/a/{environment}')).toBe('value 2');
  clock.advance(5 * 60_000);
  expect(await secrets.read('{environment}/key')).toBe('value 3');
  expect(asked).toEqual([
    { service: 'secrets-manager', name: 'prod/key' },
    { service: 'parameter-store', name: '/a/prod' },
    { service: 'secrets-manager', name: 'prod/key' },
  ]);
});

it('a secret that does not fit is read again, but not for each of many wrong requests', async () => {
  const { clock, asked, secrets } = world();
  await secrets.read('key');
  expect(await secrets.readAgain('key')).toBeUndefined();
  clock.advance(30_000);
  expect(await secrets.readAgain('key')).toBe('value 2');
  for (let i = 0; i < 100; i += 1) await secrets.readAgain('key');
  expect(asked).toHaveLength(2);
  // The new one is used from then on.
  expect(await secrets.read('key')).toBe('value 2');
});

it('a failed read is not kept', async () => {
  const { secrets, fails } = world();
  fails(new Error('throttled'));
  await expect(secrets.read('key')).rejects.toThrow('throttled');
  fails();
  expect(await secrets.read('key')).toBe('back');
});

it('all reads of a function go over one connection', async () => {
  let connections = 0;
  const server = createServer(async (request, response) => {
    const { SecretId } = JSON.parse((await request.toArray()).join('')) as { SecretId: string };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ SecretString: SecretId }));
  }).on('connection', () => {
    connections += 1;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const secrets = teamSecrets(memoryClock(), undefined, 'prod');
  expect([await secrets.read('{environment}/a'), await secrets.read('{environment}/b')]).toEqual(['prod/a', 'prod/b']);
  expect(connections).toBe(1);
  vi.unstubAllEnvs();
  server.close();
  server.closeAllConnections();
});
