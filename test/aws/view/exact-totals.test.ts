import type { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { expect, it } from 'vitest';
import { httpFunction } from '../../../lib/aws/functions/http-function.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { queryById } from '../../../lib/engine/query/kinds.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { anySpread, spreadHistory } from '../../support/examples/sharing.ts';

const operator = { id: 'o', kind: 'user', roles: ['operator'] } as const;

it('a total beyond what a number holds is answered as a JSON number with all its digits', async () => {
  const shares = ({ amount }: { amount: number }) => ({ row: { sums: { n: amount } } });
  const projection = { ...anySpread, shares } as unknown as AnyProjection;
  const [store, view] = [memoryStore(), memoryView()];
  for (const id of ['a', 'b', 'c']) {
    const [commit] = spreadHistory(id, [{ rows: 0, amount: Number.MAX_SAFE_INTEGER }]);
    await store.append(commit!);
    const deliveries = [{ id, delivered: { ...commit!, types: ['Spread'] } }];
    expect(await projectBatch({ projection, store, view, clock: memoryClock(), log: memoryLog() }, deliveries)).toEqual([]);
  }
  const logger = Object.fromEntries(['info', 'error', 'appendKeys', 'resetKeys'].map((name) => [name, () => {}]));
  const handler = httpFunction({ manifest: {}, logger: logger as unknown as Logger }, async () => {
    const { body } = await queryById({ projection, reader: view, clock: memoryClock() }, operator, 'row', {
      limit: 1,
      direction: 'oldest-first',
    });
    return { status: 200, body };
  });
  const event = { routeKey: 'GET /views/{view}/{id}', headers: {}, requestContext: { requestId: 'r-1' } };
  const { body } = (await handler(event as never, {} as never)) as APIGatewayProxyStructuredResultV2;
  expect(body).toContain('"sums":{"n":27021597764222973}');
});
