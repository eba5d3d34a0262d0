import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { storePorts } from '../../../lib/aws/functions/loading.ts';
import { recordingOn } from '../../../lib/aws/functions/outside/erasing.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';
import { commitOf } from '../../support/store/commits.ts';

const mock = mockClient(DynamoDBClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
afterEach(() => vi.unstubAllEnvs());
beforeEach(() => {
  mock.reset();
  mock.on(PutItemCommand).resolves({});
  for (const table of ['COMMITS', 'SNAPSHOTS', 'CONTROL']) vi.stubEnv(`${table}_TABLE`, 'table');
});

it.each([
  [undefined, 'events'],
  ['plain', 'events'],
  ['packed', 'c'],
])('functions store commits as the deployment says, and plain where it says nothing: %s', async (form, attribute) => {
  vi.stubEnv('COMMIT_FORM', form);
  const client = new DynamoDBClient({});
  for (const { store } of [storePorts(client, memoryLog()), recordingOn(client, memoryLog())])
    await store.append(commitOf('account-1', 1));
  const items = mock.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item);
  expect(items).toHaveLength(2);
  for (const item of items) expect(item).toHaveProperty(attribute);
});
