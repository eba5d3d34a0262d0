import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  ResourceNotFoundException,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { dynamo } from '../../lib/aws/client/dynamo.ts';
import { systemProofs } from '../../lib/aws/delivery/proofs.ts';
import { sqs, sqsQueue } from '../../lib/aws/delivery/queue.ts';
import { ensureUser } from '../../lib/aws/local/users.ts';
import { deploy } from '../../lib/cli/local/deploy.ts';
import { type Deployment, demoUsers, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { accessTo } from '../../lib/cli/local/endpoint.ts';
import { customers, home } from '../integration/setup.ts';
import { secondsToPay } from '../support/apps/orders/manifest.ts';
import { eventually } from '../support/eventually.ts';
import { as, type Call, fresh } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

type Told = Readonly<{ status: string; ended?: string; story: string; steps: { says: string; at: string }[] }>;
type History = Readonly<{ commits: { at: string; events: { type: string }[] }[] }>;

/** A one-shot may come ten seconds late here, and what it sets off takes its time. */
const patient = { every: 250 };

describe.runIf(overHttp())('the time to pay', () => {
  let orders: Deployment;
  let [ada, operator]: [Call, Call] = [] as never;
  const name = (part: string) => orders.outputs[part] ?? '';
  const scheduler = new SchedulerClient({});
  const lambda = new LambdaClient({});
  const ok = async (asked: ReturnType<Call>) => {
    const answer = await asked;
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer;
  };
  const told = async (id: string) => (await operator('GET', `/ops/processes/fulfilment/${id}`)).body as unknown as Told;
  const stateOf = async (category: string, id: string) =>
    (await ok(operator('GET', `/streams/${category}/${id}/state?at=2099-01-01T00:00:00Z`))).body.state as Record<string, unknown>;
  const at = async (id: string, type: string) => {
    const { commits } = (await ok(operator('GET', `/streams/order/${id}?limit=100`))).body as History;
    return Date.parse(commits.find(({ events }) => events.some((event) => event.type === type))?.at ?? '');
  };

  /** The name of a deadline's one-shot. */
  const nameOf = (id: string, setBy: number) =>
    createHash('sha256')
      .update(JSON.stringify([`fulfilment-${id}`, 'payment', setBy]))
      .digest('hex');
  const isScheduled = async (id: string, setBy: number) => {
    try {
      await scheduler.send(new GetScheduleCommand({ GroupName: name('FulfilmentScheduleGroup'), Name: nameOf(id, setBy) }));
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  };
  const scheduled = (id: string, setBy: number, is = true) =>
    eventually(
      () => isScheduled(id, setBy),
      (there) => there === is,
      patient,
    );

  const placed = async () => {
    const [id, sku] = [fresh(), fresh()];
    await ok(operator('POST', `/stock/${sku}/receive`, { quantity: 10 }));
    await ok(operator('POST', `/product/${sku}/list`, { name: sku, description: '', currency: 'EUR' }));
    await ok(operator('POST', `/product/${sku}/set-price`, { price: 100 }));
    await ok(ada('POST', `/order/${id}/place`, { lines: [{ sku, quantity: 3 }], currency: 'EUR' }));
    return { id, sku };
  };
  const ended = (id: string) =>
    eventually(
      () => told(id),
      ({ status }) => status === 'ended',
      patient,
    );

  beforeAll(async () => {
    const endpoint = inject('endpoint');
    const stacks = await deploy({
      endpoint,
      app: `node ${join(root, 'test/support/apps/orders/app.ts')}`,
      logFile: join(home, 'orders.log'),
      outputsFile: join(home, 'orders.json'),
      outDir: join(home, 'orders.out'),
    });
    orders = toDeployment(endpoint, stacks);
    for (const user of [demoUsers.operator, ...customers]) await ensureUser(accessTo(endpoint), orders.userPool, user);
    [ada, operator] = await Promise.all([as('ada', orders), as('operator', orders)]);
  });

  it('passes for an unpaid order, not for one that is cancelled in time, and no later for one that is changed', async () => {
    const cancelled = await placed();
    await ok(ada('POST', `/order/${cancelled.id}/cancel`, { reason: 'changed my mind' }));
    const changed = await placed();
    const line = { sku: changed.sku, quantity: 5 };
    await ok(ada('POST', `/order/${changed.id}/change-line`, line));
    const unpaid = await placed();
    const inTime = await ended(cancelled.id);
    // As if it had fired all the same, late and twice.
    const stale = { due: { instance: `fulfilment-${cancelled.id}`, name: 'payment', setBy: 1 } };
    await sqsQueue(sqs(), name('FulfilmentQueue'), systemProofs(dynamo(), name('ControlTable'))).send([stale, stale]);

    const [over, late] = await Promise.all([unpaid, changed].map(({ id }) => ended(id)));
    expect(over).toMatchObject({ ended: 'expired', story: expect.stringContaining("the deadline 'payment' was due") });
    expect(await stateOf('order', unpaid.id)).toMatchObject({ status: 'expired' });
    expect(await at(unpaid.id, 'OrderExpired')).toBeGreaterThanOrEqual(
      (await at(unpaid.id, 'OrderPlaced')) + secondsToPay * 1_000,
    );

    // On a busy machine the process may hear of the cancellation after the deadline: it has no effect then either, and none comes afterwards.
    expect(inTime.ended).toBe('cancelled');
    expect(await stateOf('order', cancelled.id)).toMatchObject({ status: 'cancelled' });
    expect(inTime.story.split('OrderCancelled')[1]).not.toContain('was due');
    expect((await told(cancelled.id)).story).toBe(inTime.story);
    expect(late?.ended).toBe('expired');
    expect(late?.story.match(/was due/g)).toHaveLength(1);

    // Nothing was kept for them, and nothing of theirs is scheduled any more.
    for (const { sku } of [unpaid, cancelled, changed])
      expect(await stateOf('stock', sku)).toMatchObject({ available: 10, reserved: [] });
    for (const { id } of [unpaid, cancelled, changed])
      expect(await Promise.all([1, 2, 3].map((setBy) => isScheduled(id, setBy)))).toEqual([false, false, false]);
  });

  it('runs out as well when the one-shot was lost: the sweep finds it', async () => {
    const { id } = await placed();
    await scheduled(id, 1);
    await scheduler.send(new DeleteScheduleCommand({ GroupName: name('FulfilmentScheduleGroup'), Name: nameOf(id, 1) }));
    const swept = async () => {
      const { Payload } = await lambda.send(
        new InvokeCommand({ FunctionName: name('SweepFunction'), Payload: JSON.stringify({ graceSeconds: 0 }) }),
      );
      return JSON.parse(Buffer.from(Payload ?? []).toString()) as { overdue: number };
    };
    await eventually(swept, ({ overdue }) => overdue > 0, { every: 1_000 });
    expect((await ended(id)).ended).toBe('expired');
    await eventually(swept, ({ overdue }) => overdue === 0, { every: 1_000 });
  });

  it('leaves no one-shot behind when an order is paid and shipped', async () => {
    const { id } = await placed();
    const purse = fresh();
    await ok(ada('POST', `/account/${purse}/open`, { currency: 'EUR' }));
    await ok(ada('POST', `/account/${purse}/deposit`, { amount: 1_000, currency: 'EUR' }));
    await ok(ada('POST', `/order/${id}/pay`, { account: purse }));
    await eventually(
      () => stateOf('order', id),
      ({ status }) => status === 'confirmed',
      patient,
    );
    await ok(operator('POST', `/order/${id}/ship`, {}));
    expect((await ended(id)).ended).toBe('completed');
    expect(await stateOf('account', purse)).toMatchObject({ balance: 700 });
    const { Schedules } = await scheduler.send(new ListSchedulesCommand({ GroupName: name('FulfilmentScheduleGroup') }));
    expect((Schedules ?? []).filter(({ GroupName }) => GroupName === name('FulfilmentScheduleGroup'))).toEqual([]);
  });
});
