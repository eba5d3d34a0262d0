import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { sweepSettings } from '../../engine/settings.ts';
import type { Publisher } from '../delivery/publisher.ts';
import { type Delivery, queuesOf } from '../delivery/queues.ts';
import { alarmOnAges, alarmOnLine, moreThan } from '../kit/alarm.ts';
import { output, stackNameOf } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';

type Props = Common & Readonly<{ store: EventStore; publisher: Publisher }>;

/** Functions at once that look at what is new: each looks at some ten thousand commits a minute. */
const looksAtOnce = 5;
/** The time in which new commits come together in one note: at least a note for each shard and minute is written while there are any. */
const window = Duration.minutes(1);

/** The timeout of the sweep, which looks at what is noted. */
export const sweepTimeout = Duration.seconds(60);

/**
 * Follows the table as well as the publisher does. Any MODIFY or REMOVE of a commit raises an alarm that names the stream in its log; new commits are noted in
 * the journal of the sweep, a queue that hands out nothing before it should have arrived everywhere.
 */
export class Guard extends Construct {
  readonly journal: Delivery;

  constructor(scope: Construct, id: string, { store, publisher, ...common }: Props) {
    super(scope, id);
    const { tls, maximumConcurrency } = common.settings;
    this.journal = queuesOf(new Construct(this, 'Journal'), {
      name: 'journal of the sweep',
      // No consumer's name begins with a dash.
      queueName: `${stackNameOf(this)}--journal`,
      settings: { tls, maximumConcurrency: Math.min(looksAtOnce, maximumConcurrency) },
      timeout: sweepTimeout,
      deliveryDelay: Duration.seconds(sweepSettings.lookSeconds),
    });
    const step = new Step(this, 'Guard', {
      ...common,
      step: 'guard',
      description: 'Raises the alarm when a commit was changed or removed, and notes new ones for the sweep.',
      timeout: Duration.seconds(30),
    });
    // The record of a purge tells what that did from tampering.
    store.letUse(step, 'commits', ['GetItem']);
    store.letReadSecret(step, 'purges');
    step.addEnvironment('JOURNAL_URL', this.journal.queue.queueUrl);
    step.may(['sqs:SendMessage'], [this.journal.queue.queueArn]);
    const changed = new EventSourceMapping(this, 'Changed', {
      target: step,
      eventSourceArn: store.letFollow(step),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 1_000,
      // A test on a local cloud would wait for it.
      ...(tls && { maxBatchingWindow: window }),
      bisectBatchOnError: true,
      retryAttempts: 100,
      maxRecordAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: publisher.letKeepFailed(step) }) },
    });
    publisher.keepsFailedOf(changed);
    alarmOnLine(step, {
      id: 'Tamperings',
      message: 'History was tampered with.',
      alarmDescription: 'A commit was changed or removed: the log of the guard names its stream; run foldstream verify on it.',
    });
    step.metric('IteratorAge', { period: Duration.minutes(5), statistic: 'Maximum' }).createAlarm(this, 'Late', {
      alarmDescription:
        'For an hour commits have not been noted for the sweep, nor changes of them looked at: the log of the guard says why. What it never notes is found by the pass over the table, within a month.',
      ...moreThan(Duration.hours(1).toMilliseconds()),
    });
    alarmOnAges(this, 'JournalLate', { consumers: [this.journal], minutes: 60, see: 'the log of the sweep', tls });
    output(this, 'GuardFunction', step.functionName);
  }
}
