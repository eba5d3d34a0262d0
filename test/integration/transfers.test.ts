import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { dynamo } from '../../lib/aws/client/dynamo.ts';
import { systemProofs } from '../../lib/aws/delivery/proofs.ts';
import { sqs, sqsQueue } from '../../lib/aws/delivery/queue.ts';
import { commitStore } from '../../lib/aws/store/commit-store.ts';
import { traceVerb } from '../../lib/cli/history/trace.ts';
import { listProcesses, orderProcess, showInstance } from '../../lib/cli/process/processes.ts';
import type { Delivered } from '../../lib/engine/delivery/delivered.ts';
import { eventually } from '../support/eventually.ts';
import { as, type Call, fresh, theDeployment } from '../support/over-http/http.ts';
import { logLines } from '../support/over-http/logs.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { whilePaused } from '../support/over-http/pausing.ts';
import { setRule } from '../support/over-http/ruled.ts';
import { stuckTransfer } from '../support/over-http/stuck.ts';

type Row = Readonly<{ process: string; instance: string; status: string; why?: string; how?: string }>;
type Told = Readonly<{ status: string | number; ended?: string; waits: unknown[]; steps: { says: string; actor: string }[] }>;

/** After how long a queue of the deployment hands out by itself what was not taken. */
const visibilitySeconds = 120;

describe.runIf(overHttp())('transfers', () => {
  const stack = 'foldstream-dev';
  let [ada, operator]: [Call, Call] = [] as never;
  const name = (part: string) => theDeployment().outputs[part] ?? '';
  const ok = async (asked: ReturnType<Call>) => {
    const answer = await asked;
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer;
  };
  const opened = async (balance: number) => {
    const id = fresh();
    await ok(ada('POST', `/account/${id}/open`, { currency: 'EUR' }));
    if (balance > 0) await ok(ada('POST', `/account/${id}/deposit`, { amount: balance, currency: 'EUR' }));
    return id;
  };
  const closed = (id: string) => ok(ada('POST', `/account/${id}/close`, { reason: 'moved' }));
  const requested = async (from: string, to: string, amount: number, headers = {}) => {
    const id = fresh();
    await ok(ada('POST', `/transfer/${id}/request`, { from, to, amount, currency: 'EUR' }, headers));
    return id;
  };
  const balanceOf = async (id: string) =>
    (await ok(ada('GET', `/streams/account/${id}/state?at=2099-01-01T00:00:00Z`))).body.state as Record<string, unknown>;
  const told = async (id: string): Promise<Told> =>
    (await operator('GET', `/ops/processes/transferProcess/${id}`)).body as unknown as Told;
  const comesTo = (id: string, status: string) =>
    eventually(
      () => told(id),
      (report) => report.status === status,
      { every: 200 },
    );
  const rowsOf = async (status: string): Promise<readonly Row[]> => {
    const { body } = await ok(operator('GET', `/ops/processes?status=${status}&process=transferProcess&limit=100`));
    return body.instances as Row[];
  };

  beforeAll(async () => {
    [ada, operator] = await Promise.all([as('ada'), as('operator')]);
  });

  it('completes: what is taken here arrives there, and the instance is over', async () => {
    const [from, to] = [await opened(500), await opened(0)];
    const id = await requested(from, to, 200);
    const report = await comesTo(id, 'ended');
    expect([report.ended, report.waits]).toEqual(['completed', []]);
    expect([await balanceOf(from), await balanceOf(to)]).toMatchObject([{ balance: 300 }, { balance: 200 }]);
    const row = await eventually(
      async () => (await rowsOf('ended')).find(({ instance }) => instance === id),
      (found) => found !== undefined,
    );
    expect(row).toMatchObject({ process: 'transferProcess', how: 'completed' });
    await eventually(
      () => ada('GET', `/views/customer-transfers/${id}`),
      ({ body }) => body.status === 'completed',
    );
  });

  it('is compensated when the account that it goes to was closed in between', async () => {
    const [from, to, correlation] = [await opened(500), await opened(0), fresh()];
    const id = await whilePaused(name('TransferProcessReactFunction'), async () => {
      const transfer = await requested(from, to, 200, { 'x-correlation-id': correlation });
      await closed(to);
      return transfer;
    });
    const report = await comesTo(id, 'ended');
    expect(report.ended).toBe('undone');
    expect(await balanceOf(from)).toMatchObject({ balance: 500 });
    const { body } = await eventually(
      () => ada('GET', `/views/customer-transfers/${id}`),
      (answer) => answer.body.status === 'failed',
    );
    expect(body).toMatchObject({ reason: 'credit-refused', because: 'account-not-open' });

    // The trace shows all of it: the event log follows within a second or so.
    const traced = async () => {
      const lines: string[] = [];
      await traceVerb({ manifest, stack, correlation, json: false }, (line) => void lines.push(line)).catch(() => {});
      return lines.join('\n');
    };
    const tree = await eventually(traced, (text) => text.includes('TransferFailed') && text.includes('ended: undone'), {
      deadline: 40_000,
      every: 500,
    });
    const inOrder = [
      'TransferRequested',
      `sends Debit to account-${from}`,
      `sends Credit to account-${to}`,
      'account-not-open',
      `sends Credit to account-${from}`,
      `sends Fail to transfer-${id}`,
      'TransferFailed',
    ];
    const places = inOrder.map((words) => tree.indexOf(words));
    expect(places, tree).not.toContain(-1);
    expect(places, tree).toEqual(places.toSorted((a, b) => a - b));
  });

  it("carries its caller's trace to whatever follows from it, in every stream", async () => {
    const [from, to, correlation] = [await opened(500), await opened(0), fresh()];
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const id = await requested(from, to, 200, { 'x-correlation-id': correlation, traceparent });
    await comesTo(id, 'ended');
    const store = commitStore(new DynamoDBClient({}), name('CommitsTable'));
    const streams = [`transfer-${id}`, `transferProcess-${id}`, `account-${from}`, `account-${to}`];
    const read = await Promise.all(streams.map(async (stream) => (await store.read(stream, { from: 1 })).commits));
    const caused = read.flat().filter(({ meta }) => meta.correlation === correlation);
    expect(new Set(caused.map(({ stream }) => stream))).toEqual(new Set(streams));
    for (const { meta } of caused) expect(meta).toMatchObject({ traceparent });
    for (const { meta } of read.flat()) if (meta.correlation !== correlation) expect(meta).not.toHaveProperty('traceparent');
  });

  it.each([
    ['process', 'TransferProcessQueue', 'TransferProcessReactFunction'],
    ['view', 'CustomerTransfersR2Queue', 'CustomerTransfersR2Function'],
  ])(
    'what a %s cannot take yet comes again within seconds, long before it would be visible by itself',
    async (_, queue, taker) => {
      // All that takes long is done before: the pauses double, so that each second until the request is one more to wait afterwards.
      const [from, to] = [await opened(500), await opened(0)];
      const [id, sentAt] = [fresh(), Date.now()];
      const stream = `transfer-${id}`;
      const at = new Date(sentAt).toISOString();
      const meta = { correlation: fresh() };
      // Of a commit that is not to be read, since it is not there.
      const detail = { stream, commit: 1, version: 1, at, types: ['TransferRequested'], meta, pointer: true } satisfies Delivered;
      const client = sqs();
      const proofs = systemProofs(dynamo(), name('ControlTable'));
      await sqsQueue(client, name(queue), proofs).send([{ detail }]);
      const givenBack = async () =>
        (await logLines(name(taker), sentAt)).filter((line) => line.level === 'WARN' && JSON.stringify(line).includes(stream));
      // Twice: it was given back, and came again.
      const [first, second] = await eventually(givenBack, (lines) => lines.length >= 2, { every: 500 });
      await ok(ada('POST', `/transfer/${id}/request`, { from, to, amount: 1, currency: 'EUR' }));
      const apart = Date.parse(String(second?.timestamp)) - Date.parse(String(first?.timestamp));
      expect(apart).toBeLessThan(visibilitySeconds * 1_000);
      await eventually(
        () => sqsQueue(client, name(queue), proofs).depth(),
        ({ waiting, inFlight }) => waiting + inFlight === 0,
        { every: 200 },
      );
      await comesTo(id, 'ended');
    },
  );

  it('is carried out by the sweep when its request never reached the process', async () => {
    const [from, to] = [await opened(500), await opened(0)];
    const lambda = new LambdaClient({});
    const rule = 'Commits that transferProcess reacts to.';
    await setRule(rule, false);
    try {
      const id = await requested(from, to, 200);
      await eventually(
        () => ada('GET', `/views/customer-transfers/${id}`),
        ({ status }) => status === 200,
      );
      expect(await told(id)).toMatchObject({ status: 404 });
      const Payload = JSON.stringify({ graceSeconds: 0 });
      // The sweep may be at any of its sixty positions by now.
      await eventually(
        async () => {
          await lambda.send(new InvokeCommand({ FunctionName: name('SweepFunction'), Payload }));
          return (await told(id)).status;
        },
        (status) => status === 'ended',
        { every: 0 },
      );
      expect(await balanceOf(to)).toMatchObject({ balance: 200 });
    } finally {
      await setRule(rule, true);
    }
  });

  it('is stuck when what it would give back is refused too; listed, and resolved by hand with a reason', async () => {
    const { id, from } = await stuckTransfer(theDeployment().outputs, ada);
    const report = await comesTo(id, 'stuck');
    expect(report.waits).toMatchObject([{ for: 'person', status: 'stuck' }]);
    const stuck = await eventually(
      async () => (await rowsOf('stuck')).find(({ instance }) => instance === id),
      (found) => found !== undefined,
    );
    expect(stuck?.why).toBe(`account-${from} refuses Credit: account not open`);

    // On the command line.
    const said: string[] = [];
    const print = (line: string) => void said.push(line);
    const target = { manifest, stack };
    await listProcesses(target, print);
    expect(said.join('\n')).toContain(`transferProcess ${id}: stuck since`);
    await showInstance({ ...target, process: 'transferProcess', instance: id }, print);
    expect(said.join('\n')).toContain('waits for a person: it is stuck');

    // A retry meets the same refusal; a resume is for what is parked.
    const path = `/ops/processes/transferProcess/${id}`;
    expect((await ada('POST', `${path}/retry`, { why: 'mine' })).status).toBe(403);
    expect((await operator('POST', `${path}/resume`, { why: 'x' })).body).toMatchObject({
      status: 409,
      type: 'urn:foldstream:problem:not-parked',
    });
    const before = report.steps.length;
    expect((await operator('POST', `${path}/retry`, { why: 'perhaps it opens' })).status).toBe(202);
    await eventually(
      () => told(id),
      ({ status, steps }) => status === 'stuck' && steps.length >= before + 2,
      { every: 200 },
    );

    expect((await operator('POST', `${path}/resolve`, {})).status).toBe(400);
    await orderProcess({ ...target, process: 'transferProcess', instance: id, order: 'resolve', why: 'paid out in cash' }, print);
    const resolved = await comesTo(id, 'ended');
    expect(resolved.ended).toBe('resolved');
    const story = resolved.steps.map(({ says }) => says).join('\n');
    expect(story).toMatch(new RegExp(`resolved by cli/.*: paid out in cash; on being .*: sends SettleByHand to transfer-${id}`));
    const row = await eventually(
      async () => (await rowsOf('ended')).find(({ instance }) => instance === id),
      (found) => found !== undefined,
    );
    expect(row?.how).toBe('resolved');
    // The customer is told that it is settled, and not what was written for staff.
    const shown = await eventually(
      () => ada('GET', `/views/customer-transfers/${id}`),
      ({ body }) => body.status === 'settled-by-hand',
      { every: 200 },
    );
    const history = await ok(ada('GET', `/streams/transfer/${id}`));
    expect(JSON.stringify([shown.body, history.body])).not.toContain('cash');
    expect((await operator('POST', `${path}/resolve`, { why: 'again' })).body).toMatchObject({
      type: 'urn:foldstream:problem:not-stuck-or-parked',
      instanceStatus: 'ended',
    });
  });
});
