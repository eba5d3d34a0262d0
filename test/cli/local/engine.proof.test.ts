import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineEnv, engineSettings, requireAnswer, usesExternalEngine } from '../../../lib/cli/local/endpoint.ts';
import { engineVersion, ensureEngine, installFailure } from '../../../lib/cli/local/install.ts';
import { launchOf } from '../../../lib/cli/local/launch.ts';
import { freePort, requireFreePort } from '../../../lib/cli/local/port.ts';
import { RunError } from '../../../lib/cli/terminal/run.ts';
import { explain } from '../../../lib/cli/terminal/user-error.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'engine-'));
  mkdirSync(join(dir, 'path'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

// Nothing is on this PATH but what a test puts there.
const program = (name: string, script: string) => {
  writeFileSync(join(dir, 'path', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(dir, 'path', name), 0o755);
};
const ensure = () => ensureEngine({ cacheDir: join(dir, 'cache'), env: { PATH: join(dir, 'path') } });

test('no Python', async () => {
  await expect(ensure()).rejects.toThrow('The local cloud needs Python 3.10 or newer, and none was found.');
});

test('a Python that is too old', async () => {
  program('python3', 'echo 3.8 whole');
  await expect(ensure()).rejects.toThrow('The local cloud needs Python 3.10 or newer, and only Python 3.8 was found.');
});

test('a Python without its venv module', async () => {
  program('python3', 'echo 3.12 bare');
  const error = await ensure().catch((error) => error);
  expect(explain(error)).toBe(
    "The local cloud needs Python's venv module, which Python 3.12 here lacks.\nInstall it (on Debian and Ubuntu: apt install python3-venv), then start again.",
  );
});

test('Docker that does not respond is no help', async () => {
  program('docker', 'exit 1');
  await expect(ensure()).rejects.toThrow('none was found');
});

test('Docker that responds takes the place of Python', async () => {
  program('docker', 'exit 0');
  expect(await ensure()).toEqual({ kind: 'docker', image: `ministackorg/ministack:${engineVersion}` });
});

test('an installation that failed is not mistaken for a whole one', async () => {
  // A venv whose pip fails: the interpreter is there, the engine is not.
  program(
    'python3',
    '[ "$1" = -c ] && echo 3.12 whole && exit; /bin/mkdir -p "$3/bin"; printf "#!/bin/sh\\necho broken wheel; exit 1" > "$3/bin/python"; /bin/chmod +x "$3/bin/python"',
  );
  for (let time = 0; time < 2; time++)
    await expect(ensure()).rejects.toThrow('The local cloud could not be installed: broken wheel');
});

test('no network while installing', () => {
  const error = installFailure(
    new RunError('pip', 1, 'Failed to establish: [Errno -3] Temporary failure in name resolution'),
    'log',
  );
  expect(error.message).toBe('The local cloud could not be downloaded: the package index does not answer.');
});

test('a busy port is named, with the way out', async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const error = await requireFreePort(port).catch((error) => error);
  await new Promise((resolve) => server.close(resolve));
  expect(explain(error)).toMatch(new RegExp(`^Port ${port} is in use by another program\\.\\n.*npm start -- --port \\d+$`));
  await requireFreePort(port);
});

test('the engine is given its settings and nothing of the user', () => {
  const options = { port: 4600, stateDir: '/state dir', scratch: '/scratch' };
  const { command, args, env } = launchOf({ kind: 'python', python: '/venv/python' }, options, {
    PATH: '/bin',
    AWS_PROFILE: 'work',
    SECRET: 'x',
  });
  expect([command, args[1]]).toEqual(['/venv/python', '/scratch']);
  expect(env).toMatchObject({
    AUTH: 'true',
    GATEWAY_PORT: '4600',
    BIND_HOST: '127.0.0.1',
    STATE_DIR: '/state dir',
    IOT_MTLS_ENABLED: '0',
  });
  expect(Object.keys(env).filter((name) => /SECRET$|PROFILE/.test(name))).toEqual([]);
});

test('without a place for its state the engine keeps none', () => {
  const { env } = launchOf({ kind: 'python', python: 'python' }, { port: 1, stateDir: undefined, scratch: '/s' }, {});
  expect(Object.keys(env).filter((name) => /PERSIST|STATE/.test(name))).toEqual([]);
});

test('the command line for Docker', () => {
  const options = { port: 4600, stateDir: '/here/state', scratch: '/scratch' };
  const { command, args } = launchOf({ kind: 'docker', image: 'ministackorg/ministack:1.5.33' }, options, {
    PATH: '/bin',
    DOCKER_HOST: 'x',
    SECRET: 'y',
  });
  const line = [command, ...args].join(' ');
  expect(line).toMatch(/^docker run --rm --init --name foldstream-engine-4600 --publish 127\.0\.0\.1:4600:4600 /);
  expect(line).toMatch(/ --volume \/here\/state:\/state .* ministackorg\/ministack:1\.5\.33$/);
  for (const pair of ['AUTH=true', 'GATEWAY_PORT=4600', 'STATE_DIR=/state', 'S3_DATA_DIR=/state/s3'])
    expect(line).toContain(`--env ${pair}`);
  expect(line).not.toContain('BIND_HOST');
});

test('AWS_ENDPOINT_URL decides whether an engine is started', () => {
  expect(usesExternalEngine({})).toBeUndefined();
  expect(usesExternalEngine({ AWS_ENDPOINT_URL: ' ' })).toBeUndefined();
  expect(usesExternalEngine({ AWS_ENDPOINT_URL: 'http://localhost:4566/' })).toBe('http://localhost:4566');
});

test('an engine that does not answer is named', async () => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  await expect(requireAnswer(endpoint)).rejects.toThrow(`No local cloud answers at AWS_ENDPOINT_URL=${endpoint}.`);
});

test('no real account can be meant: profiles, sessions and single endpoints do not reach a child process', () => {
  const users = {
    AWS_PROFILE: 'work',
    AWS_SESSION_TOKEN: 't',
    AWS_ENDPOINT_URL_S3: 'x',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 's',
    HOME: '/h',
  };
  const env = engineEnv('http://127.0.0.1:4566', users);
  expect(env).toMatchObject({
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    HOME: '/h',
  });
  expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['AWS_PROFILE']));
  expect(env.AWS_SESSION_TOKEN ?? env.AWS_ENDPOINT_URL_S3).toBeUndefined();
});

test("an engine of the user's own is spoken to with the user's own key and region", () => {
  const users = {
    AWS_ENDPOINT_URL: 'http://localhost:4566',
    AWS_ACCESS_KEY_ID: '123456789012',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_REGION: 'eu-west-1',
  };
  const settings = engineSettings('http://localhost:4566', users);
  expect(settings).toMatchObject({
    AWS_ACCESS_KEY_ID: '123456789012',
    AWS_REGION: 'eu-west-1',
    CDK_DEFAULT_ACCOUNT: '123456789012',
  });
});
