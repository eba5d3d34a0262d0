import { ChangeMessageVisibilityBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchHandler } from '../../../lib/aws/functions/batch-function.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';

const mock = mockClient(SQSClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());

const url = 'https://sqs.eu-central-1.amazonaws.com/123456789012/queue';

/** Records that were handed out so often, by their ids. */
const eventOf = (receipts: Readonly<Record<string, number>>) =>
  ({
    Records: Object.entries(receipts).map(([messageId, count]) => ({
      messageId,
      receiptHandle: `receipt of ${messageId}`,
      attributes: { ApproximateReceiveCount: String(count) },
    })),
  }) as unknown as SQSEvent;

const handling = (failed: readonly string[], over: Readonly<{ client?: SQSClient; left?: number }> = {}) => {
  const { client = new SQSClient({}), left = 10_000 } = over;
  const log = memoryLog();
  const handle = batchHandler({ client, url, visibilitySeconds: 120, random: () => 0, log }, async () => failed);
  return { log, run: (event: SQSEvent) => handle(event, { getRemainingTimeInMillis: () => left }) };
};
const given = (ids: readonly string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

describe('a function of batches', () => {
  it('gives back what failed and nothing else, each to come the later the more often it was tried', async () => {
    mock.on(ChangeMessageVisibilityBatchCommand).resolves({});
    const { log, run } = handling(['b', 'd', 'e']);
    expect(await run(eventOf({ a: 1, b: 1, c: 24, d: 3, e: 9 }))).toEqual(given(['b', 'd', 'e']));
    const entry = (Id: string, id: string, VisibilityTimeout: number) => ({
      Id,
      ReceiptHandle: `receipt of ${id}`,
      VisibilityTimeout,
    });
    expect(mock.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { QueueUrl: url, Entries: [entry('0', 'b', 1), entry('1', 'd', 4), entry('2', 'e', 60)] },
    ]);
    expect(log.lines).toEqual([]);
  });

  it('says when something has failed for minutes, for which an alarm listens', async () => {
    mock.on(ChangeMessageVisibilityBatchCommand).resolves({});
    const { log, run } = handling(['a', 'b', 'c']);
    expect(await run(eventOf({ a: 9, b: 10, c: 12 }))).toEqual(given(['a', 'b', 'c']));
    const fields = { records: 2, tries: 12 };
    expect(log.lines).toEqual([{ level: 'warn', message: 'Some records have failed for minutes.', fields }]);
  });

  it('asks for nothing when nothing failed', async () => {
    expect(await handling([]).run(eventOf({ a: 1, b: 2 }))).toEqual(given([]));
    expect(mock.calls()).toEqual([]);
  });

  it('asks ten at a time', async () => {
    mock.on(ChangeMessageVisibilityBatchCommand).resolves({});
    const ids = Array.from({ length: 25 }, (_, i) => `m${i}`);
    expect(await handling(ids).run(eventOf(Object.fromEntries(ids.map((id) => [id, 1]))))).toEqual(given(ids));
    const sizes = mock.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args: [{ input }] }) => input.Entries?.length);
    expect(sizes).toEqual([10, 10, 5]);
  });

  it('leaves it at the visibility timeout where the queue did not take it, and says so', async () => {
    const Failed = [{ Id: '1', Code: 'ReceiptHandleIsInvalid', Message: 'expired', SenderFault: true }];
    mock.on(ChangeMessageVisibilityBatchCommand).resolves({ Successful: [{ Id: '0' }], Failed });
    const { log, run } = handling(['a', 'b']);
    expect(await run(eventOf({ a: 1, b: 1 }))).toEqual(given(['a', 'b']));
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'Some records are retried late, after the visibility timeout.',
        fields: { records: 1, causes: ['ReceiptHandleIsInvalid: expired'] },
      },
    ]);
  });

  it('never makes a failure of a partial success: not when the answer is lost', async () => {
    mock.on(ChangeMessageVisibilityBatchCommand).rejects(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    const { log, run } = handling(['b', 'c']);
    expect(await run(eventOf({ a: 1, b: 1, c: 1 }))).toEqual(given(['b', 'c']));
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { records: 2, causes: ['Error: socket hang up'] } }]);
  });

  it.each([
    ['while there is time, after two seconds', 15_000, 2_000],
    ['a second before the invocation ends', 1_050.5, 50],
    ['at once when there is less', 900, 0],
  ])('nor when none comes: it is given up %s', async (_, left, after) => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const asked = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(0));
    // Never answers until it is stopped.
    const client = {
      send: (_: unknown, { abortSignal }: { abortSignal: AbortSignal }) =>
        new Promise((_, reject) => abortSignal.addEventListener('abort', () => reject(abortSignal.reason))),
    } as unknown as SQSClient;
    const { log, run } = handling(['a'], { client, left });
    expect(await run(eventOf({ a: 1 }))).toEqual(given(['a']));
    expect(asked.mock.calls).toEqual([[after]]);
    asked.mockRestore();
    expect(log.lines).toMatchObject([
      { level: 'warn', fields: { records: 1, causes: [expect.stringContaining('TimeoutError')] } },
    ]);
  });

  it('leaves all of it to the visibility timeout when the work itself throws', async () => {
    const throwing = async () => {
      throw new Error('no code does this');
    };
    const from = { client: new SQSClient({}), url, visibilitySeconds: 120, random: () => 0, log: memoryLog() };
    const running = batchHandler(from, throwing)(eventOf({ a: 1 }), { getRemainingTimeInMillis: () => 10_000 });
    await expect(running).rejects.toThrow('no code does this');
    expect(mock.calls()).toEqual([]);
  });
});
