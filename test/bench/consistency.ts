import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ensureUser, signIn } from '../../lib/aws/users.ts';
import { bootstrap, deploy } from '../../lib/cli/engine/deploy.ts';
import { ensureEngine } from '../../lib/cli/engine/install.ts';
import { freePort } from '../../lib/cli/engine/port.ts';
import { startEngine } from '../../lib/cli/engine/start.ts';
import { accessTo, engineSettings } from '../../lib/cli/engine/target.ts';
import { cacheDir, demoUsers, root, toDeployment } from '../../lib/cli/local.ts';
import { step } from '../../lib/cli/progress.ts';
import { type Bar, bars, circumstances, figure, markdown, median } from './report.ts';

const writes = Number(process.env.FOLDSTREAM_WRITES ?? 200);
const warmUp = 10;
const limit = 1.5;
/** Until nobody works on the last write any more (ms): the product's other views, whose reader nobody is. */
const rest = 150;

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

/** The same with a bare client, which waits between its reads as lib/engine/consistency.ts does. */
const floor = (client: DynamoDBClient, { WrittenTable, SeenTable }: Readonly<Record<string, string>>): Measure => {
  const Key = { id: { S: `b${randomUUID()}` } };
  let value = 0;
  return async () => {
    value += 1;
    await client.send(new PutItemCommand({ TableName: WrittenTable, Item: { ...Key, value: { N: String(value) } } }));
    const since = performance.now();
    for (;;) {
      const { Item } = await client.send(new GetItemCommand({ TableName: SeenTable, Key, ConsistentRead: true }));
      const passed = performance.now() - since;
      if (Item?.value?.N === String(value)) return passed;
      if (passed > 20_000) throw new Error('The floor does not answer.');
      await pause(Math.min(100, Math.max(10, passed / 4)));
    }
  };
};

/** Turn by turn, and each of them first every second time. */
const measure = async (measures: readonly [Measure, Measure]): Promise<readonly [number[], number[]]> => {
  const took: [number[], number[]] = [[], []];
  for (let i = 0; i < warmUp + writes; i++)
    for (const which of i % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const milliseconds = await measures[which]();
      if (i >= warmUp) took[which].push(milliseconds);
      await pause(rest);
    }
  return took;
};

const page = join(root, 'docs/benchmarks.md');
const [begin, end] = ['<!-- consistency:begin -->', '<!-- consistency:end -->'];
const publish = (text: string) => {
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const from = before.indexOf(begin);
  const section = `${begin}\n\n${text}\n\n${end}`;
  const after =
    from < 0
      ? `${before.trimEnd()}\n\n${section}\n`
      : `${before.slice(0, from)}${section}${before.slice(before.indexOf(end) + end.length)}`;
  writeFileSync(page, after);
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
    title: 'Deploying the floor',
    app: `node ${join(root, 'test/support/floor/app.ts')}`,
    outputsFile: join(home, 'floor.json'),
    outDir: join(home, 'floor.out'),
  });
  const access = accessTo(endpoint);
  await ensureUser(access, deployment.userPool, demoUsers.customer);
  const token = await signIn(access, deployment.client, demoUsers.customer);
  const ours = await product(deployment.api, token);
  const theirs = floor(new DynamoDBClient({}), bare.floor ?? {});
  const [waits, floors] = await step(`${writes} writes each, by turns`, () => measure([ours, theirs]));

  const [p50, p99] = [50, 99].map((p) => [percentile(waits, p), percentile(floors, p)] as const);
  const ratios = [p50, p99].map(([wait = 0, least = 1] = [0, 1]) => wait / least);
  const promised: Bar[] = [50, 99].map((p, i) => ({
    what: `Consistent-With by key over the floor, p${p}`,
    limit: `<= ${limit} x`,
    measured: `${figure(ratios[i] ?? 0)} x`,
    holds: (ratios[i] ?? Number.POSITIVE_INFINITY) <= limit,
  }));
  const row = (name: string, [wait = 0, least = 0]: readonly number[] = [], ratio = 0) => [
    name,
    figure(wait),
    figure(least),
    `${figure(ratio)} x`,
  ];
  const text = [
    '## Reading what one has just written',
    '',
    '    npm run bench:consistency',
    '',
    circumstances(),
    '',
    `After each of ${writes} deposits: from the command's answer until the answer of \`GET /views/account-balance/{id}\` with \`Consistent-With\`, in milliseconds, everything warm. The floor is a bare pipeline deployed into the same engine, which does the same hops with none of our code (table, stream, function, bus, rule, queue, function, table) for one consumer; its client reads the last table itself, without an API or a function in between, with the same pauses. By turns, write by write. The product's engine applies each commit to three views at the same time, on the same cores.`,
    '',
    markdown({
      title: 'Milliseconds until the write is read',
      head: ['', 'Foldstream', 'floor', 'ratio'],
      rows: [
        row('p50', p50, ratios[0]),
        row('p99', p99, ratios[1]),
        row('median of each pair', [median(waits), median(floors)], median(waits.map((wait, i) => wait / (floors[i] ?? 1)))),
      ],
    }),
    '',
    markdown(bars(promised)),
  ].join('\n');
  console.log(`\n${text}`);
  if (writes === 200) publish(text);
  if (promised.some(({ holds }) => !holds)) process.exitCode = 1;
} finally {
  await engine.stop();
  rmSync(home, { recursive: true, force: true });
}
