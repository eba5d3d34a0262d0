import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { pauseSeconds } from '../../engine/delivery/pause.ts';
import type { QueueRecord } from '../../engine/delivery/received.ts';
import type { Log } from '../../engine/ports.ts';
import { handOutAfter, sqs } from '../delivery/queue.ts';
import { environment } from '../environment.ts';

/** The queue that a function receives from. */
export type Receiving = Readonly<{
  client: SQSClient;
  url: string;
  visibilitySeconds: number;
  random: () => number;
  log: Pick<Log, 'warn'>;
}>;

/** Handles records, and returns the ids of those to retry. */
export type Work = (records: readonly QueueRecord[]) => Promise<readonly string[]>;

type Invocation = Pick<Context, 'getRemainingTimeInMillis'>;

/**
 * Enough for a connection and a retry, and never more than the rest of the invocation minus this: with a late answer, successful records would be
 * retried with the failed ones.
 */
const withinMilliseconds = 2_000;
const reserveMilliseconds = 1_000;

/** The tenth try is four to eight minutes after the first: a record that fails then has more than a brief fault. An alarm listens for the line. */
const manyTries = 10;

/** The queue as the deployment names it. */
export const receiving = (log: Receiving['log']): Receiving => ({
  client: sqs(),
  url: environment('QUEUE_URL'),
  visibilitySeconds: Number(environment('VISIBILITY_SECONDS')),
  random: Math.random,
  log,
});

const letComeSoon = async (
  { client, url, visibilitySeconds, random, log }: Receiving,
  records: readonly SQSRecord[],
  invocation: Invocation,
): Promise<void> => {
  const tried = records.map(({ attributes }) => Number(attributes.ApproximateReceiveCount));
  const lasting = tried.filter((receipts) => receipts >= manyTries);
  if (lasting.length > 0)
    log.warn('Some records have failed for minutes.', { records: lasting.length, tries: Math.max(...lasting) });
  const messages = records.map(({ receiptHandle }, i) => ({
    receipt: receiptHandle,
    seconds: pauseSeconds({ receipts: tried[i]!, longest: visibilitySeconds }, random()),
  }));
  const left = Math.floor(invocation.getRemainingTimeInMillis()) - reserveMilliseconds;
  const signal = AbortSignal.timeout(Math.max(0, Math.min(withinMilliseconds, left)));
  const reasons = await handOutAfter(client, url, messages, signal);
  if (reasons.length > 0)
    log.warn('Some records are retried late, after the visibility timeout.', {
      records: reasons.length,
      causes: [...new Set(reasons)],
    });
};

/**
 * A function for a queue's batches. It reports only the failed records, and sets when each is retried: soon at first, later with each try. If that
 * fails, the record is retried after its visibility timeout.
 */
export const batchHandler =
  (from: Receiving, work: Work) =>
  async ({ Records }: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> => {
    const failed = new Set(await work(Records.map(({ messageId, body }) => ({ id: messageId, body }))));
    const again = Records.filter(({ messageId }) => failed.has(messageId));
    if (again.length > 0) await letComeSoon(from, again, invocation);
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
