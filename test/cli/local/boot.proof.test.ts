import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// A repository of its own with a stand-in for npm, which notes how it was called and "installs" this very Node.
let repo: string;
const lockFile = (version: string) =>
  JSON.stringify({ packages: { '': {}, 'node_modules/a': { version, optionalDependencies: { 'a-mac': '1.0.0' } } } });

const npm = `#!/bin/sh
[ "$1" = view ] && { [ -e "$0.offline" ] && { echo 'npm error code ENOTFOUND' >&2; exit 1; }; exit 0; }
echo "$1" >> "$0.calls"
[ -e "$0.slow" ] && { mkdir -p node_modules/a node_modules/@b/c; until [ -e "$0.go" ]; do sleep 0.01; done; }
[ "$1" = ci ] && [ -e "$0.refusal" ] && { cat "$0.refusal" >&2; exit 1; }
rm -rf node_modules; mkdir -p node_modules/.bin
ln -s '${process.execPath}' node_modules/.bin/node
cp package-lock.json node_modules/.package-lock.json
`;

beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'boot-'));
  for (const dir of ['bin', 'path']) mkdirSync(join(repo, dir));
  copyFileSync(join(import.meta.dirname, '../../../bin/boot.mjs'), join(repo, 'bin/boot.mjs'));
  write('path/npm', npm);
  chmodSync(join(repo, 'path/npm'), 0o755);
  write('package-lock.json', lockFile('1.0.0'));
  write('hello.ts', "const name: string = process.argv[2]!; console.log('hello ' + name); process.exitCode = 7;");
});
afterEach(() => rmSync(repo, { recursive: true, force: true }));

const write = (file: string, text: string) => writeFileSync(join(repo, file), text);
const calls = () =>
  existsSync(join(repo, 'path/npm.calls')) ? readFileSync(join(repo, 'path/npm.calls'), 'utf8').trim().split('\n') : [];

function boot(...args: string[]): ChildProcess {
  const path = [join(repo, 'path'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { PATH: path, HOME: repo, FOLDSTREAM_TELL_EVERY: existsSync(join(repo, 'path/npm.slow')) ? '50' : undefined };
  return spawn(process.execPath, ['bin/boot.mjs', ...args], { cwd: repo, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code, output };
}

test('a fresh clone is installed once, then the script runs with its arguments and its exit code', async () => {
  const first = await ended(boot('hello.ts', 'Ada'));
  expect(first.output).toMatch(/^Installing dependencies \.\.\. \d+\.\d s\nhello Ada\n$/);
  expect(first.code).toBe(7);
  expect((await ended(boot('hello.ts', 'Bob'))).output).toBe('hello Bob\n');
  expect(calls()).toEqual(['ci']);
});

test('while it takes, it says how far it is, also where nothing is redrawn', async () => {
  write('path/npm.slow', '');
  const child = boot('hello.ts', 'Ada');
  let told = '';
  child.stdout?.on('data', (chunk) => {
    told += chunk;
    if (told.includes(', 2 of about 1 packages ... ')) write('path/npm.go', '');
  });
  expect((await ended(child)).output).toMatch(
    /^Installing dependencies \.\.\. \n( {2}\d+\.\d s, \d of about 1 packages \.\.\. \n?)+\d+\.\d s\nhello Ada\n$/,
  );
});

test('a changed lock file is installed again', async () => {
  await ended(boot('hello.ts', 'Ada'));
  write('package-lock.json', lockFile('1.0.1'));
  await ended(boot('hello.ts', 'Ada'));
  expect(calls()).toEqual(['ci', 'ci']);
});

test('an installation by npm itself is used as it is', async () => {
  await ended(boot('hello.ts', 'Ada'));
  rmSync(join(repo, 'node_modules/.foldstream-installed'));
  await ended(boot('hello.ts', 'Ada'));
  expect(calls()).toEqual(['ci']);
});

test('two at once install once', async () => {
  const both = await Promise.all([ended(boot('hello.ts', 'Ada')), ended(boot('hello.ts', 'Bob'))]);
  expect(both.map((one) => one.code)).toEqual([7, 7]);
  expect(calls()).toEqual(['ci']);
});

test('without a network it says so in one sentence', async () => {
  write('path/npm.offline', '');
  const { code, output } = await ended(boot('hello.ts', 'Ada'));
  expect(code).toBe(1);
  expect(output).toContain('the npm registry does not answer. Check the network, then try again.\n');
  expect(calls()).toEqual([]);
});

test('a lock file that lacks another platform is no reason to stop', async () => {
  write('path/npm.refusal', 'npm error Missing: a-mac@1.0.0 from lock file\n');
  expect((await ended(boot('hello.ts', 'Ada'))).output).toContain('hello Ada');
  expect(calls()).toEqual(['ci', 'install']);
});

test('a lock file that lacks anything else is one, with what npm said', async () => {
  write('path/npm.refusal', 'npm error Missing: b@1.0.0 from lock file\n');
  const { code, output } = await ended(boot('hello.ts', 'Ada'));
  expect(code).toBe(1);
  expect(output).toContain('Missing: b@1.0.0');
  expect(output).not.toContain('hello');
  expect(calls()).toEqual(['ci']);
});

test('a kill reaches the script, and the starter ends after it with its code', async () => {
  write(
    'wait.ts',
    "process.on('SIGTERM', () => { console.log('closing'); process.exit(3); }); setInterval(() => {}, 1000); console.log('up');",
  );
  await ended(boot('hello.ts', 'Ada'));
  const child = boot('wait.ts');
  child.stdout?.once('data', () => child.kill('SIGTERM'));
  expect(await ended(child)).toEqual({ code: 3, output: 'up\nclosing\n' });
});
