import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { readLogs } from '../../../lib/aws/operate/logs.ts';

const mock = mockClient(CloudWatchLogsClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());

it('all pages are read; an event without an id is known by where, when and what it says, and one without a time comes first', async () => {
  mock
    .on(FilterLogEventsCommand)
    .resolvesOnce({ events: [{ eventId: '1', timestamp: 5, message: 'a', logStreamName: 's' }], nextToken: 'more' })
    .resolves({ events: [{ message: 'b', logStreamName: 's' }] });
  expect(await readLogs(new CloudWatchLogsClient({}))('g', 0)).toEqual([
    { id: 'g/1', group: 'g', at: 5, text: 'a' },
    { id: 'g/s/0/b', group: 'g', at: 0, text: 'b' },
  ]);
});
