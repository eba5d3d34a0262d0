import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import { traceReader } from '../../lib/aws/functions/trace-reader.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { eventLog } from '../../lib/core/event-log.ts';
import { defineManifest } from '../../lib/core/manifest.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { answerOperator } from '../../lib/http/operate.ts';
import type { HttpRequest } from '../../lib/http/request.ts';
import { memoryStore } from '../../lib/testing/memory/store.ts';
import { commitOf } from '../support/store/commits.ts';

const mock = mockClient(DynamoDBClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());

const log = (revision: number) => eventLog([account], { may: ['operator'], revision }) as unknown as AnyProjection;
const manifest = defineManifest({ aggregates: [account], projections: [accountBalance, log(1), log(2)] });
const route = 'GET /ops/trace/{correlation}';

const asking = async (over: object = {}, options: { active?: number; logs?: boolean; commits?: readonly Commit[] } = {}) => {
  const { active, logs = true, commits = [commitOf('account-a', 1)] } = options;
  const store = memoryStore();
  for (const commit of commits) await store.append(commit);
  const views = manifest.projections
    .filter(({ name }) => logs || name === 'account-balance')
    .map((projection) => ({ projection, table: `${projection.name}.r${projection.revision}` }));
  const revision = active === undefined ? undefined : ({ revision: active } as never);
  const trace = traceReader({ manifest, client: new DynamoDBClient({}), store, views, actives: { load: async () => revision } });
  const request = {
    route,
    path: { correlation: 'c-1' },
    query: {},
    actor: { id: 'o', kind: 'user', roles: ['operator'] },
    ...over,
  };
  return answerOperator(
    {
      operating: { log: {} } as never,
      ordering: {} as never,
      estimate: async () => ({}),
      trace,
      model: () => ({}) as never,
      cost: async () => ({}) as never,
      flow: async () => ({}) as never,
    },
    request as unknown as HttpRequest,
  );
};

describe('GET /ops/trace/{correlation}', () => {
  beforeEach(() => {
    mock.reset();
    const Items = [
      {
        ...{ key: { S: 'account-a' }, sort: { S: 'row#000000000001' } },
        ...{ 'in.by-correlation': { S: '["c-1"]' }, 'at.by-correlation': { S: 't\u0001account-a\u0001000000000001' } },
        row: { M: { stream: { S: 'account-a' }, commit: { N: '1' }, correlation: { S: 'c-1' } } },
      },
    ];
    mock.on(QueryCommand).resolves({ Items });
  });

  it('answers from the list by correlation, and from the commits', async () => {
    const { status, body } = await asking();
    expect([status, body]).toMatchObject([
      200,
      { correlation: 'c-1', commits: 1, steps: [{ stream: 'account-a', commit: 1, version: 1, followed: [] }] },
    ]);
    expect(mock.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'event-log.r1',
      IndexName: 'list-by-correlation',
      ExpressionAttributeValues: { ':in': { S: '["c-1"]' } },
    });
    // The rows that stand behind an entry.
    expect(mock.commandCalls(QueryCommand)[1]?.args[0].input).toMatchObject({
      TableName: 'event-log.r1',
      ExpressionAttributeValues: { ':key': { S: 'account-a' } },
    });
  });

  it('asks the revision that answers queries', async () => {
    await asking({}, { active: 2 });
    expect(mock.commandCalls(QueryCommand)[0]?.args[0].input.TableName).toBe('event-log.r2');
  });

  it('is for operators', async () => {
    await expect(asking({ actor: { id: 'ada', kind: 'user', roles: [] } })).rejects.toMatchObject({
      problem: { kind: 'not-yours' },
    });
  });

  it('says what to add where there is no event log', async () => {
    await expect(asking({}, { logs: false })).rejects.toMatchObject({
      problem: { kind: 'no-event-log', status: 404, detail: expect.stringContaining('Add eventLog(') },
    });
  });

  it('takes no correlation that cannot be one, and no parameter', async () => {
    await expect(asking({ path: { correlation: 'a b' } })).rejects.toMatchObject({ problem: { status: 400 } });
    await expect(asking({ query: { limit: '1' } })).rejects.toMatchObject({ problem: { status: 400 } });
  });

  it('of nothing is not found', async () => {
    mock.on(QueryCommand).resolves({});
    await expect(asking()).rejects.toMatchObject({ problem: { kind: 'not-found', status: 404 } });
  });
});
