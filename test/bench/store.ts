import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamo } from '../../lib/aws/client/dynamo.ts';
import { attempts } from '../../lib/aws/client/settings.ts';
import { step } from '../../lib/cli/terminal/progress.ts';
import { startDynamoDbLocal } from '../support/store/dynamodb-local.ts';
import { ledgerInstance } from '../support/store/instance.ts';
import { makeTables } from '../support/store/tables.ts';
import { makeCastoreTable } from './castore.ts';
import { castoreContender, cold, seed, warm } from './contenders.ts';
import { coldBars, costRows, costTable, type Place, warmBars } from './measures.ts';
import { bars, circumstances, markdown, writeSection } from './report.ts';
import { rate, speedBars, speeds, speedTable } from './speed.ts';
import { stormResults } from './storm.ts';

const { quick = false, lend = false } = parseArgs({ options: { quick: { type: 'boolean' }, lend: { type: 'boolean' } } }).values;

/** `commands` for each number of callers; where streams are `fresh`, each round gets its own, as they would grow too much. */
type Plan = Readonly<{
  length: number;
  rounds: number;
  pool: number;
  fresh: boolean;
  commands: Readonly<Record<number, number>>;
}>;

const plans: readonly Plan[] = quick
  ? [
      { length: 5, rounds: 3, pool: 0, fresh: true, commands: { 1: 40, 8: 80 } },
      { length: 1_000, rounds: 3, pool: 8, fresh: false, commands: { 1: 16, 8: 32 } },
    ]
  : [
      { length: 5, rounds: 5, pool: 0, fresh: true, commands: { 1: 60, 8: 160, 32: 320 } },
      { length: 100, rounds: 5, pool: 64, fresh: true, commands: { 1: 64, 8: 128, 32: 256 } },
      { length: 1_000, rounds: 5, pool: 32, fresh: false, commands: { 1: 32, 8: 64, 32: 96 } },
      { length: 10_000, rounds: 3, pool: 32, fresh: false, commands: { 1: 4, 8: 8, 32: 32 } },
    ];

const ledgers = (count: number): readonly string[] => Array.from({ length: count }, () => `ledger-${randomUUID()}`);

/** On the shortest streams each command needs one of its own, lest they are of another length after it. */
const oneEach = ({ pool }: Plan) => pool === 0;
const needed = (plan: Plan) =>
  oneEach(plan) ? 4 * Object.values(plan.commands).reduce((sum, commands) => sum + commands, 0) : plan.pool;

const measureSpeed = async (
  place: Place,
  plan: Plan,
  streams: readonly string[],
  round: number,
  found: ReturnType<typeof speeds>,
) => {
  const instance = ledgerInstance(place.client, place.tables);
  const contenders = [cold(instance), warm(instance), castoreContender(place.castoreClient, place.castoreTable)];
  const left = [...streams];
  for (const [callers, commands] of Object.entries(plan.commands).map(([key, value]) => [Number(key), value] as const))
    for (const events of [1, 3]) {
      const cell = { length: plan.length, events, callers };
      const rates = new Map<string, number>();
      const own = oneEach(plan) ? [left.splice(0, commands), left.splice(0, commands)] : [streams, streams];
      // The contenders take turns in going first.
      for (const i of contenders.keys()) {
        const contender = contenders[(i + round) % contenders.length];
        const chosen = contender === contenders[1] ? own[1] : own[0];
        if (contender && chosen) rates.set(contender.name, await rate(contender, chosen, cell, commands));
      }
      found.add(cell, rates);
    }
};

const run = async (endpoint: string) => {
  const settings = {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    // Ten thousand events for each of 32 callers at once take a local engine longer than the product would wait.
    requestHandler: { connectionTimeout: 60_000, requestTimeout: 120_000 },
  };
  const client = dynamo(settings);
  const place: Place = {
    client,
    // As its documentation makes it, with our tries and timeouts.
    castoreClient: lend ? client : new DynamoDBClient({ maxAttempts: attempts, retryMode: 'standard', ...settings }),
    observing: (observe) => dynamo({ ...settings, observe }),
    tables: await makeTables(client),
    castoreTable: await makeCastoreTable(client),
  };
  const promised = [
    ...(await step('Warm commands and refusals', () => warmBars(place))),
    ...(await step('Cold commands at every length, and snapshots', () => coldBars(place, quick))),
  ];
  const storm = await step('Conflict storm', () => stormResults(place, quick));
  const costs: string[][] = [];
  const found = speeds();
  for (const plan of plans) {
    const title = `${plan.length.toLocaleString('en')} events`;
    const newStreams = async (count: number) => {
      const streams = ledgers(count);
      await seed(client, place.tables, place.castoreTable, streams, plan.length);
      return streams;
    };
    costs.push(
      ...(await step(`${title}: units`, async () => costRows(place, plan.length, await newStreams(plan.fresh ? 32 : 8)))),
    );
    let streams = plan.fresh ? [] : await step(`${title}: ${plan.pool} histories`, () => newStreams(plan.pool));
    for (let round = 0; round < plan.rounds; round++) {
      if (plan.fresh) streams = await newStreams(needed(plan));
      await step(`${title}: round ${round + 1} of ${plan.rounds}`, () => measureSpeed(place, plan, streams, round, found));
    }
  }
  client.destroy();
  const all = found.all();
  return { bars: [...promised, ...storm.bars, ...speedBars(all)], tables: [costTable(costs), speedTable(all), storm.table] };
};

const local = await step('DynamoDB Local', startDynamoDbLocal);
try {
  const { bars: promised, tables } = await run(local.endpoint);
  const text = [circumstances(), ...[bars(promised), ...tables].map(markdown)].join('\n\n');
  console.log(`\n${text}`);
  // A short run is for a look; the page shows whole ones, with the client of each.
  if (!quick && !lend) writeSection('store', text);
  if (promised.some(({ holds }) => !holds)) process.exitCode = 1;
} finally {
  await local.stop();
}
