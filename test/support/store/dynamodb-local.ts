import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { patience } from '../patience.ts';

const here = dirname(fileURLToPath(import.meta.url));
const pom = join(here, 'dynamodb-local', 'pom.xml');
const jars = join(here, '../../..', '.cache', 'dynamodb-local');
const run = promisify(execFile);

const need = async (program: string, argument: string, what: string): Promise<void> => {
  await run(program, [argument]).catch((cause) => {
    throw new Error(`DynamoDB Local needs ${what}, and \`${program}\` does not run here.`, { cause });
  });
};

/** Fetches DynamoDB Local and what it needs, once. */
const fetchJars = async (): Promise<void> => {
  if (existsSync(jars) && readdirSync(jars).some((name) => name.startsWith('DynamoDBLocal'))) return;
  await need('mvn', '--version', 'Maven to be fetched');
  await run('mvn', [
    '-B',
    '-q',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${jars}`,
    '-DincludeScope=runtime',
  ]);
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

/** It answers an unsigned request with an error of its own, which is all that is asked. */
const answers = (endpoint: string): Promise<boolean> =>
  fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(
    () => true,
    () => false,
  );

/** Starts AWS's DynamoDB Local in memory on a free port; `stop` leaves nothing behind. */
export const startDynamoDbLocal = async (): Promise<Readonly<{ endpoint: string; stop: () => Promise<void> }>> => {
  await need('java', '-version', 'Java 17 or newer');
  await fetchJars();
  const port = await freePort();
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';
  const options = [`-Djava.library.path=${jars}`, '-Xmx1g', '-cp', join(jars, '*'), main, '-inMemory', '-port', String(port)];
  const java = spawn('java', [...options, '-disableTelemetry'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  java.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-4_000);
  });
  const kill = () => java.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    if (java.exitCode !== null || java.signalCode !== null) return;
    kill();
    await once(java, 'exit');
  };
  const endpoint = `http://127.0.0.1:${port}`;
  const begun = Date.now();
  while (!(await answers(endpoint))) {
    if (java.exitCode !== null || Date.now() - begun > patience) {
      await stop();
      throw new Error(`DynamoDB Local did not come up on port ${port}. It said:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { endpoint, stop };
};
