import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { PurgeQueueCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import { manifest } from '../../domains/index.ts';
import { systemProofs } from '../../lib/aws/delivery/proofs.ts';
import { sqs } from '../../lib/aws/delivery/queue.ts';
import { signIn } from '../../lib/aws/local/users.ts';
import { deployedProjections } from '../../lib/cli/deployed.ts';
import { demoUsers, localDeployment } from '../../lib/cli/local/deployment.ts';
import { accessTo } from '../../lib/cli/local/endpoint.ts';
import { connect } from '../../lib/cli/stack.ts';
import { step } from '../../lib/cli/terminal/progress.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { typesOf } from '../../lib/core/commit.ts';
import { atOnce } from '../../lib/engine/at-once.ts';
import { toProvedBody } from '../../lib/engine/delivery/proof.ts';
import { circumstances, figure, markdown } from './report.ts';

const { values } = parseArgs({
  options: {
    commits: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '10' },
    windows: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '20' },
  },
});
const [commits, rate, windows, seconds] = [values.commits, values.rate, values.windows, values.seconds].map(Number) as [
  number,
  number,
  number,
  number,
];

const connected = await connect(undefined);
const { api, client, endpoint } = localDeployment();
const token = await signIn(accessTo(endpoint), client, demoUsers.customer);
const view = deployedProjections(manifest, connected).find(({ projection }) => projection.name === accountBalance.name)!;

/*
 * Commands of the deployment of `npm start`, while one view drains a backlog and while it stands still, in turns: both meet the same machine. The backlog
 * is in the view's queue alone, with proofs, so that nothing else handles it.
 */

/** The first commit of an account that nobody else knows: it can be applied in any order, and is nowhere but in the queue. */
const opened = (): Commit => {
  const id = randomUUID();
  return {
    stream: `account-${id}`,
    commit: 1,
    version: 1,
    events: [{ type: 'AccountOpened', v: 1, data: { owner: 'backlog', currency: 'EUR' } }],
    command: `request/${id}`,
    at: new Date().toISOString(),
    meta: { actor: 'backlog', correlation: id, causation: id },
  };
};

/** Stops and starts the calls of the view's function. */
const consumer = async (functionName: string) => {
  const lambda = new LambdaClient({});
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: functionName }));
  return async (Enabled: boolean) => {
    for (const { UUID } of EventSourceMappings) await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    await pause(2_000);
  };
};

const fill = async () => {
  const [queues, proofs] = [sqs(), systemProofs(connected.client, connected.control)];
  const calls = Array.from({ length: commits / 10 }, (_, i) => i);
  await atOnce(8, calls, async () => {
    const bodies = await Promise.all(
      Array.from({ length: 10 }, () => opened()).map((commit) =>
        toProvedBody(proofs, { detail: { ...commit, types: typesOf(commit) } }),
      ),
    );
    const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    await queues.send(new SendMessageBatchCommand({ QueueUrl: view.queueUrl, Entries }));
  });
};

/** Sends until it is done, as the typed client does: what is counted is what a user waits for. */
const send = async (path: string, body: object) => {
  const key = randomUUID();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key };
  for (;;) {
    const response = await fetch(`${api}/account/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (response.ok) return;
    if (response.status !== 503) throw new Error(`${path}: ${response.status} ${text}`);
    retries += 1;
  }
};

let retries = 0;
const accounts = Array.from({ length: 20 }, () => `b${randomUUID().slice(0, 12)}`);

/** Sends at a fixed rate, and counts each latency from when its request was due. */
const measured = async (): Promise<readonly number[]> => {
  const began = performance.now();
  return Promise.all(
    Array.from({ length: rate * seconds }, async (_, i) => {
      const due = began + (i * 1_000) / rate;
      await pause(Math.max(0, due - performance.now()));
      await send(`${accounts[i % accounts.length]}/deposit`, { amount: 1, currency: 'EUR' });
      return performance.now() - due;
    }),
  );
};

const percentile = (all: readonly number[], p: number): number =>
  all.toSorted((a, b) => a - b)[Math.ceil((all.length * p) / 100) - 1] ?? Number.NaN;

const enable = await consumer(connected.outputs.AccountBalanceR2Function ?? '');
for (const id of accounts) await send(`${id}/open`, { currency: 'EUR' });
const latencies = { quiet: [] as number[], beside: [] as number[] };
const drained: number[] = [];
let left = 0;
await enable(false);
try {
  await step(`A backlog of ${commits.toLocaleString('en')} commits`, fill);
  await step('Warming up', measured);
  for (let turn = 0; turn < windows; turn++) {
    latencies.quiet.push(...(await step(`Window ${turn + 1} of ${windows}, quiet`, measured)));
    await enable(true);
    const before = await view.queue.depth();
    latencies.beside.push(...(await step(`Window ${turn + 1} of ${windows}, beside the backlog`, measured)));
    const after = await view.queue.depth();
    drained.push((before.waiting - after.waiting) / seconds);
    await enable(false);
  }
  left = (await view.queue.depth()).waiting;
} finally {
  // Nobody else knows these commits: they are not left to be drained for an hour.
  await sqs().send(new PurgeQueueCommand({ QueueUrl: view.queueUrl }));
  await enable(true);
}
const row = (p: number) => {
  const [quiet, beside] = [percentile(latencies.quiet, p), percentile(latencies.beside, p)];
  return [`p${p}`, figure(quiet), figure(beside), `${figure(beside / quiet)} x`];
};
console.log(
  [
    circumstances(),
    `Drained, commits a second: ${drained.map(figure).join(', ')}; ${left.toLocaleString('en')} messages were left at the end. Requests answered 503 and sent again: ${retries}.`,
    markdown({
      title: 'Milliseconds until the answer',
      head: ['', 'quiet', 'beside the backlog', 'ratio'],
      rows: [50, 90, 99].map(row),
    }),
  ].join('\n\n'),
);
