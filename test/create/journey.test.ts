import { execFile, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Deployment } from '../../lib/cli/local/deployment.ts';
import { freePort } from '../../lib/cli/local/port.ts';
import { packInto, repository } from '../../release/build.ts';
import { classOf, fences } from '../docs/blocks.ts';
import { signedInByHand } from '../support/console/signed-in.ts';
import { eventually } from '../support/eventually.ts';
import { builtPackage } from '../support/pack.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'foldstream-journey-')));
const project = join(folder, 'my-app');
/** Each question takes the processor time that the loop needs. */
const often = { every: 200 };
const rounds = 3;
const nextVersion = '0.1.999';

/** A shell of somebody who has never seen this repository: the machine's own Node and npm, and nothing that npm has set. */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|node_|vitest|vite_|aws_|foldstream_|test$)/i.test(name)),
  ),
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter((each) => !each.includes('node_modules'))
    .join(delimiter),
};

const run = (cwd: string, command: string, ...args: string[]) =>
  promisify(execFile)(command, args, { cwd, env, maxBuffer: 1 << 26 }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}\n${error.stderr}`);
  });

const took: string[] = [];
/** Runs a step of the journey and notes how long it took. */
const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
  const began = performance.now();
  const result = await work();
  took.push(`${title}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  return result;
};

const started = { child: undefined as ReturnType<typeof spawn> | undefined, said: '' };
const start = async (port: number): Promise<string> => {
  const child = spawn('npm', ['start', '--', '--port', `${port}`], { cwd: project, env, detached: true });
  started.child = child;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (started.said += text));
  const ended = new Promise<never>((_, reject) => child.once('close', () => reject(new Error(`It ended: ${started.said}`))));
  const watching = eventually(
    async () => started.said,
    (said) => said.includes('Watching '),
  );
  await Promise.race([watching, ended]);
  ended.catch(() => {});
  return /The API is at (\S+)/.exec(started.said)![1]!;
};
const stop = async (): Promise<void> => {
  const { child } = started;
  if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  process.kill(-child.pid, 'SIGINT');
  await closed;
};
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

let api: string;
let token: string;
const call = async (method: string, path: string, body?: object) => {
  const init = { method, headers: { authorization: `Bearer ${token}` }, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${api}${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

/** The package of the working tree, as its own next release. */
const nextRelease = async (built: string): Promise<string> => {
  const next = join(folder, 'next');
  cpSync(built, next, { recursive: true });
  const file = join(next, 'package.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": "[^"]+"/, `"version": "${nextVersion}"`));
  return (await packInto(next, folder)).tarball;
};

beforeAll(async () => {
  const built = await builtPackage();
  copyFileSync(built.tarball, join(folder, 'foldstream.tgz'));
  copyFileSync(await nextRelease(built.folder), join(folder, 'foldstream-next.tgz'));
  rmSync(join(folder, 'next'), { recursive: true });
  copyFileSync((await packInto(join(repository, 'create'), folder)).tarball, join(folder, 'create-foldstream.tgz'));
  const { stdout } = await run(folder, 'node', '--version');
  took.push(`The machine's Node is ${stdout.trim()}`);
});

/** The shell blocks of a page that are for a created project. A clone has a script for the command line, a project has it installed; a release is a tarball here. */
const blocksOf = (page: string): string =>
  fences
    .filter((fence) => fence.page === page && classOf(fence) === 'sh project')
    .map(({ text }) => text)
    .join('\n')
    .replaceAll('npm run foldstream --', 'npx foldstream')
    .replaceAll('foldstream@latest', 'file:../foldstream-next.tgz --no-audit --no-fund');
const shell = (text: string) => run(project, 'bash', '-euc', text);

it('goes from an empty folder to a running application, from the two tarballs and the registry alone', async () => {
  const create = ['exec', '--yes', '--package', join(folder, 'create-foldstream.tgz'), '--', 'create-foldstream', 'my-app'];
  await step('npm create foldstream', () => run(folder, 'npm', ...create, '--yes', '--foldstream', 'file:../foldstream.tgz'));
  await step('npm install', () => run(project, 'npm', 'install', '--no-audit', '--no-fund'));
  api = await step('npm start', async () => start(await freePort()));
  token = (await run(project, 'npm', 'run', '--silent', 'token', 'customer')).stdout.trim();
  await step('a command, until the view has it', async () => {
    expect((await call('POST', '/account/first/deposit', { amount: 500, currency: 'EUR' })).status).toBe(200);
    await eventually(
      () => call('GET', '/views/account-balance/first'),
      ({ body }) => body.balance === 1_500,
    );
  });
  await step('npm test', () => run(project, 'npm', 'test'));
  await step('npx cdk synth -c stage=prod', () => run(project, 'npx', 'cdk', 'synth', '--quiet', '-c', 'stage=prod'));
});

it('has the console, unchanged: its operator signs in and walks through what was just done', async () => {
  const { page, faults } = await signedInByHand('streams/account/first', { deployment: { api } as Deployment });
  await step('the console, from its door to a stream', async () => page.getByText('chain holds').waitFor());
  await page.getByText('MoneyDeposited').first().waitFor();
  expect(faults).toEqual([]);
});

it('answers by a saved decider soon', async () => {
  const file = join(project, 'domains/account/decider.ts');
  const text = readFileSync(file, 'utf8');
  const seconds: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    writeFileSync(file, text.replace("refuse('insufficient-funds'", `refuse('rule-${round}'`));
    const saved = performance.now();
    await eventually(
      () => call('POST', '/account/first/withdraw', { amount: 1_000_000, currency: 'EUR' }),
      ({ body }) => body.type === `urn:foldstream:problem:rule-${round}`,
      often,
    );
    seconds.push((performance.now() - saved) / 1_000);
  }
  writeFileSync(file, text);
  const [least, median, most] = [0, 1, 2].map((i) => seconds.toSorted((a, b) => a - b)[i]!.toFixed(1));
  took.push(`From saving a decider until HTTP answers by it: ${median} s (median of ${rounds}; ${least} to ${most} s)`);
});

it('takes a view and a process that foldstream add has written, while it runs', async () => {
  await step('foldstream add view, add process', () => shell(blocksOf('docs/guides/add-a-view.md')));
  await step('until the new view answers, with all history', () =>
    eventually(
      () => call('GET', '/views/account-changes/first'),
      ({ status, body }) => status === 200 && body.owner !== undefined,
    ),
  );
  await stop();
});

it('has the next release installed by the steps of the guide, with all that its README says to add', async () => {
  await step('the blocks of its README: an aggregate, a view, a process', () => shell(blocksOf('create/template/README.md')));
  await step('npm install of the next release, npm test, npx cdk synth -c stage=prod', () =>
    shell(blocksOf('docs/guides/upgrading.md')),
  );
  expect(JSON.parse(readFileSync(join(project, 'node_modules/foldstream/package.json'), 'utf8')).version).toBe(nextVersion);
});

it('has nothing in it that names the checkout', async () => {
  const { stdout } = await run(folder, 'grep', '-rlIF', `${repository}/`, project).catch(() => ({ stdout: '' }));
  expect(stdout).toBe('');
  console.log(took.join('\n'));
});
