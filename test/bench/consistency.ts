import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureUser, signIn } from '../../lib/aws/local/users.ts';
import { bootstrap, deploy } from '../../lib/cli/local/deploy.ts';
import { cacheDir, demoUsers, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { accessTo, engineSettings } from '../../lib/cli/local/endpoint.ts';
import { startEngine } from '../../lib/cli/local/engine.ts';
import { ensureEngine } from '../../lib/cli/local/install.ts';
import { freePort } from '../../lib/cli/local/port.ts';
import { step } from '../../lib/cli/terminal/progress.ts';
import { consumersOfDeposits } from '../support/apps/floor/consumers.ts';
import { writeSection } from './page.ts';
import { type Bar, bars, circumstances, figure, markdown } from './report.ts';

const writes = Number(process.env.FOLDSTREAM_WRITES ?? 200);
const warmUp = 10;
const limit = 1.3;
/** The time until the last write is processed everywhere (ms): the product's other views have no reader here. */
const rest = 150;
const [, ...others] = consumersOfDeposits;

const percentile = (values: readonly number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil((values.length * p) / 100) - 1] ?? 0;

/** Writes once and answers how long the write then takes to be read (ms). */
type Measure = () => Promise<number>;

const product = async (api: string, token: string): Promise<Measure> => {
  const id = `b${randomUUID().slice(0, 13)}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const write = async (command: string, body: object) => {
    const response = await fetch(`${api}/account/${id}/${command}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${command}: ${await response.text()}`);
    await response.text();
    return response.headers.get('consistency-token') ?? '';
  };
  const read = async (consistentWith: string): Promise<{ balance: number }> => {
    for (;;) {
      const response = await fetch(`${api}/views/account-balance/${id}`, {
        headers: { ...headers, 'consistent-with': consistentWith },
      });
      const body = await response.json();
      if (response.ok) return body as { balance: number };
      if (response.status !== 503) throw new Error(`Reading: ${JSON.stringify(body)}`);
    }
  };
  await write('open', { currency: 'EUR' });
  let balance = 0;
  return async () => {
    const written = await write('deposit', { amount: 1, currency: 'EUR' });
    const since = performance.now();
    const row = await read(written);
    const took = performance.now() - since;
    balance += 1;
    if (row.balance !== balance) throw new Error(`Served ${row.balance} after ${balance} was written.`);
    return took;
  };
};

/** The same hops with none of our code: bare functions behind an API without users, and the same pauses between their reads. */
const floor = (api: string): Measure => {
  const id = `b${randomUUID().slice(0, 13)}`;
  const headers = { 'content-type': 'application/json' };
  let value = 0;
  return async () => {
    value += 1;
    const written = await fetch(`${api}/write`, { method: 'POST', headers, body: JSON.stringify({ id, value }) });
    if (!written.ok) throw new Error(`The floor cannot be written: ${await written.text()}`);
    await written.text();
    const since = performance.now();
    for (;;) {
      const response = await fetch(`${api}/read?id=${id}&value=${value}`, { headers });
      const body = await response.text();
      if (response.ok) return performance.now() - since;
      if (response.status !== 503) throw new Error(`The floor cannot be read: ${body}`);
    }
  };
};

/** Turn by turn, each of them first in its turn. */
const measure = async (measures: readonly Measure[]): Promise<readonly (readonly number[])[]> => {
  const took = measures.map((): number[] => []);
  for (let i = 0; i < warmUp + writes; i++)
    for (let turn = 0; turn < measures.length; turn++) {
      const which = (i + turn) % measures.length;
      const milliseconds = (await measures[which]?.()) ?? 0;
      if (i >= warmUp) took[which]?.push(milliseconds);
      await pause(rest);
    }
  return took;
};

const home = mkdtempSync(join(tmpdir(), 'foldstream-consistency-'));
const installed = await ensureEngine({ cacheDir, step });
const engine = await startEngine({ engine: installed, port: await freePort(), logFile: join(home, 'engine.log') });
try {
  const { endpoint } = engine;
  Object.assign(process.env, engineSettings(endpoint));
  const common = { endpoint, logFile: join(home, 'cdk.log'), step };
  await bootstrap(common);
  const deployed = await deploy({ ...common, outputsFile: join(home, 'product.json'), outDir: join(home, 'product.out') });
  const deployment = toDeployment(endpoint, deployed);
  const bare = await deploy({
    ...common,
    title: 'Deploying the floors',
    app: `node ${join(root, 'test/support/apps/floor/app.ts')}`,
    outputsFile: join(home, 'floor.json'),
    outDir: join(home, 'floor.out'),
  });
  const access = accessTo(endpoint);
  await ensureUser(access, deployment.userPool, demoUsers.customer);
  const token = await signIn(access, deployment.client, demoUsers.customer);
  const ours = await product(deployment.api, token);
  const floorOf = (consumers: number) => floor(`${endpoint}/_aws/execute-api/${bare[`floor-${consumers}`]?.ApiId}`);
  const columns = await step(`${writes} writes each, by turns`, () =>
    measure([ours, floorOf(consumersOfDeposits.length), floorOf(1)]),
  );
  const of = (p: number) => columns.map((column) => percentile(column, p));
  const ratioOf = ([wait = 0, least = 0]: readonly number[]) => wait / least;
  const promised: Bar[] = [50, 99].map((p) => ({
    what: `Consistent-With by key over the floor, p${p}`,
    limit: `<= ${limit} x`,
    measured: `${figure(ratioOf(of(p)))} x`,
    holds: ratioOf(of(p)) <= limit,
  }));
  const row = (name: string, values: readonly number[]) => [
    name,
    ...values.map(figure),
    `${figure(ratioOf(values))} x`,
    `${figure((values[0] ?? 0) / (values[2] ?? 1))} x`,
  ];
  const text = [
    '## Reading what one has just written',
    '',
    '    npm run bench:consistency',
    '',
    circumstances(),
    '',
    `After each of ${writes} deposits: from the command's answer until the answer of \`GET /views/account-balance/{id}\` with`,
    '`Consistent-With`, in milliseconds, everything warm. The floor is a bare pipeline in the same engine that does the same hops with',
    'none of our code (API, function, table, stream, function, bus, rule, queue, function, table, and back through a function and the',
    'API), without users. It waits with the same pauses, and logs a line in each function as ours do, since the engine waits up to 50 ms',
    `for one. What is not on the way to the row does as much as ours ([why](decisions/0142-the-floor-does-what-is-not-on-the-way.md)): a second consumer of the stream sends a`,
    `message, as the guard does, and the other consumers of a deposit, ${others.length} functions with a queue each, make ${others.join(' and ')} requests. The engine is one process on two cores,`,
    'and makes a reader wait for them, where AWS does not. One consumer alone is beside it. By turns, write by write.',
    '',
    markdown({
      title: 'Milliseconds until the write is read',
      head: ['', 'Foldstream', 'floor', 'floor of one consumer', 'Foldstream over floor', 'over one consumer'],
      rows: [10, 50, 90, 99].map((p) => row(`p${p}`, of(p))),
    }),
    '',
    markdown(bars(promised)),
  ].join('\n');
  console.log(`\n${text}`);
  if (writes === 200) writeSection('consistency', text);
  if (promised.some(({ holds }) => !holds)) process.exitCode = 1;
} finally {
  await engine.stop();
  rmSync(home, { recursive: true, force: true });
}
