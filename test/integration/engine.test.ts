import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand, ValidateTemplateCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test, vi } from 'vitest';
import { clientSettings } from '../../lib/aws/local/stack.ts';
import { accessTo } from '../../lib/cli/local/endpoint.ts';
import { startEngine } from '../../lib/cli/local/engine.ts';
import { ensureEngine } from '../../lib/cli/local/install.ts';
import { freePort } from '../../lib/cli/local/port.ts';
import { killGroup } from '../../lib/cli/terminal/run.ts';
import { lacksForTests } from '../support/lacks.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { patience } from '../support/patience.ts';
import { home } from './setup.ts';

/** A template of as many resources as a manifest of some dozen views more has in one stack. */
const manyResources = JSON.stringify({
  Resources: Object.fromEntries(
    Array.from({ length: 800 }, (_, i) => [`R${i}`, { Type: 'AWS::CloudFormation::WaitConditionHandle' }]),
  ),
});

/** A function that answers which process it is. */
const whichProcess = JSON.stringify({
  Resources: {
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } } },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...{ FunctionName: 'which', Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 60 },
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: 'exports.handler = async () => process.pid;' },
      },
    },
  },
});

test.runIf(overHttp())('the tests over HTTP run on the bundles that AWS gets: each function is one file', () => {
  const assembly = join(home, 'cdk.out');
  const functions = readdirSync(assembly).filter((name) => existsSync(join(assembly, name, 'index.mjs')));
  expect(functions.length).toBeGreaterThan(20);
  const code = (name: string) => readdirSync(join(assembly, name)).filter((file) => file.endsWith('.mjs'));
  for (const name of functions) expect(code(name)).toEqual(['index.mjs']);
});

test('an engine starts on a free port, can do what is needed, and leaves nothing behind', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'engine-'));
  const engine = await ensureEngine({ cacheDir: join(import.meta.dirname, '../../.cache') });
  const port = await freePort();
  const running = await startEngine({ engine, port, logFile: join(dir, 'engine.log') });
  try {
    expect(await lacksForTests(accessTo(running.endpoint))).toEqual([]);
    const cloudFormation = new CloudFormationClient(clientSettings(accessTo(running.endpoint)));
    await expect(cloudFormation.send(new ValidateTemplateCommand({ TemplateBody: manyResources }))).resolves.toBeDefined();
    const stack = { StackName: 'which', TemplateBody: whichProcess, Capabilities: ['CAPABILITY_IAM' as const] };
    await cloudFormation.send(new CreateStackCommand(stack));
    const lambda = new LambdaClient(clientSettings(accessTo(running.endpoint)));
    const which = async () => (await lambda.send(new InvokeCommand({ FunctionName: 'which' }))).Payload?.transformToString();
    await vi.waitFor(which, patience);
    // Calls at once wait for a process that runs, rather than that each starts one; in a container, by an image as it is, each does.
    const calls = 8 * Math.max(2, availableParallelism());
    const processes = new Set(await Promise.all(Array.from({ length: calls }, which)));
    for (const each of processes) expect(each).toMatch(/^\d+$/);
    if (engine.kind === 'python') expect(processes.size).toBeLessThan(calls / 2);
    await expect(startEngine({ engine, port, logFile: join(dir, 'second.log') })).rejects.toThrow(`Port ${port} is in use`);
  } finally {
    await running.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  await expect(fetch(running.endpoint)).rejects.toThrow();
  expect(killGroup(running.pid, 0)).toBe(false);
});

test('on another port an engine has the queues of before under the URLs that it looks for', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'engine-'));
  const engine = await ensureEngine({ cacheDir: join(import.meta.dirname, '../../.cache') });
  const start = async () =>
    startEngine({ engine, port: await freePort(), stateDir: join(dir, 'state'), logFile: join(dir, 'engine.log') });
  const first = await start();
  const { QueueUrl: before = '' } = await new SQSClient(clientSettings(accessTo(first.endpoint))).send(
    new CreateQueueCommand({ QueueName: 'kept' }),
  );
  await first.stop();
  const second = await start();
  try {
    const client = new SQSClient(clientSettings(accessTo(second.endpoint)));
    const { QueueUrl: now = '' } = await client.send(new GetQueueUrlCommand({ QueueName: 'kept' }));
    expect(before).toContain(new URL(first.endpoint).port);
    expect(now).toBe(before.replace(new URL(first.endpoint).port, new URL(second.endpoint).port));
  } finally {
    await second.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});

test('the engine ends when its starter is killed without a word', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'engine-'));
  const url = (file: string) => JSON.stringify(new URL(`../../lib/cli/local/${file}`, import.meta.url).href);
  const script = `
    import { startEngine } from ${url('engine.ts')};
    const engine = ${JSON.stringify(await ensureEngine({ cacheDir: join(import.meta.dirname, '../../.cache') }))};
    const running = await startEngine({ engine, port: ${await freePort()}, logFile: ${JSON.stringify(join(dir, 'engine.log'))} });
    console.log(running.endpoint);
    setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endpoint = String(await once(starter.stdout, 'data')).trim();
  expect((await fetch(`${endpoint}/_ministack/health`)).ok).toBe(true);
  starter.kill('SIGKILL');
  await vi.waitFor(() => expect(fetch(endpoint)).rejects.toThrow('fetch failed'), patience);
  rmSync(dir, { recursive: true, force: true });
});
