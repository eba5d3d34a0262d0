import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { pauseSeconds } from '../../engine/delivery/pause.ts';
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

/** Works through records, and answers the ids of those that are to come again. */
export type Work = (records: readonly SQSRecord[]) => Promise<readonly string[]>;

type Invocation = Pick<Context, 'getRemainingTimeInMillis'>;

/** Long enough for a connection and a repeat, and never longer than what is left of the invocation but this: an answer that came too late would be
 * none, and what succeeded would come again with what failed. */
const withinMilliseconds = 2_000;
const reserveMilliseconds = 1_000;

/** The tenth try comes four to eight minutes after the first: what fails then is more than a moment's trouble. An alarm listens for the line. */
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
    log.warn('Some records come again late, after the visibility timeout.', {
      records: reasons.length,
      causes: [...new Set(reasons)],
    });
};

/**
 * A function of a queue's batches. It gives back only the records that are to come again, and says of each when: soon at first, later with each try.
 * Where that cannot be said the record comes when its visibility timeout is over, and nothing else changes.
 */
export const batchHandler =
  (from: Receiving, work: Work) =>
  async ({ Records }: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> => {
    const failed = new Set(await work(Records));
    const again = Records.filter(({ messageId }) => failed.has(messageId));
    if (again.length > 0) await letComeSoon(from, again, invocation);
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
