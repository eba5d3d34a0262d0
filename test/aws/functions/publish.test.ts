import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { publishHandler } from '../../../lib/aws/functions/publish.ts';
import { commitItem } from '../../../lib/aws/store/commit-item.ts';
import { memoryProofs } from '../../../lib/testing/memory/system.ts';
import { commitOf } from '../../support/store/commits.ts';

describe('the publisher', () => {
  const mock = mockClient(EventBridgeClient);
  // The class itself is mocked: other files in this process want it back.
  afterAll(() => {
    mock.restore();
    vi.unstubAllEnvs();
  });
  beforeEach(() => {
    mock.reset();
    mock.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [] });
    vi.stubEnv('BUS_NAME', 'bus');
    vi.stubEnv('AWS_REGION', 'eu-central-1');
  });
  const record = (eventName: DynamoDBRecord['eventName'], number: number): DynamoDBRecord => {
    // Every other one is packed.
    const image = commitItem(commitOf('account-1', number), number % 2 === 0 ? 'packed' : 'plain') as NonNullable<
      DynamoDBRecord['dynamodb']
    >['NewImage'];
    return { eventName, dynamodb: eventName === 'REMOVE' ? { OldImage: image } : { NewImage: image } } as DynamoDBRecord;
  };
  const sent = () =>
    mock
      .commandCalls(PutEventsCommand)
      .flatMap(({ args: [{ input }] }) => input.Entries ?? [])
      .map(({ Detail }) => (JSON.parse(Detail ?? '') as { commit: number }).commit);

  it('sends commits that were added, and no changed or deleted ones, whatever the filter of its mapping allows', async () => {
    const Records = [record('INSERT', 1), record('MODIFY', 2), record('REMOVE', 3), record('INSERT', 4)];
    await publishHandler(memoryProofs())({ Records } as DynamoDBStreamEvent);
    expect(sent()).toEqual([1, 4]);
  });
});
