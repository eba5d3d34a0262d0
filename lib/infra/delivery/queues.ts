import { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { groupQueueName, revisionName } from '../../core/deployed-names.ts';
import type { Subscription } from '../../core/projection.ts';
import { functionsOf } from '../../core/settings/concurrency.ts';
import type { ViewsOfGroup } from '../../core/view/groups.ts';
import { gatheredCall, wantedBy } from '../../engine/delivery/gathered.ts';
import { sqs } from '../../engine/limits.ts';
import { alarmOnLine } from '../kit/alarm.ts';
import { accept, fitting, outputs, plainHttp, stackNameOf } from '../kit/outputs.ts';
import type { Settings } from '../kit/stage.ts';
import type { Step } from '../kit/step.ts';
import { rulesFor, together } from './pattern.ts';

type ConsumerSettings = Pick<Settings, 'tls' | 'maximumConcurrency'>;

/** The settings of one consumer: its own limit of functions at once, or that of all. */
export const settingsOf = (settings: Settings, name: string): ConsumerSettings => ({
  tls: settings.tls,
  maximumConcurrency: functionsOf(settings, name),
});

/** The timeout of a consumer's function for one batch. */
export const consumerTimeout = Duration.seconds(20);

/**
 * The tries of a record before it is a dead letter. A failed record is retried soon, so tries are used up faster than by the visibility timeout
 * alone: with 120 seconds, 25 tries last 20 to 40 minutes, of which the first ten take 4 to 8 (lib/engine/delivery/pause.ts; a test binds the two).
 * An outage of some minutes must not send everything to the dead letters.
 */
const tries = 25;

type Props = Readonly<{
  subscription: Subscription & Readonly<{ revision: number; gatherSeconds?: number }>;
  bus: IEventBus;
  settings: Settings;
}>;

/** The queues of a consumer: its own, and the one for dead letters. */
export type Delivery = Readonly<{
  name: string;
  /** The views of a group. */
  views?: readonly string[];
  queueName: string;
  queue: Queue;
  visibility: Duration;
  tls: boolean;
  maximumConcurrency: number;
  batchSize: number;
  gathers: Duration | undefined;
  /** Of the queue, and of what sends to it: its rules, or its trigger. */
  deadLetters: Queue;
}>;

const queueIn = (scope: Construct, id: string, { tls }: Pick<Settings, 'tls'>, props: QueueProps): Queue => {
  // Not the AWS-managed key of KMS, which EventBridge may not use.
  const queue = new Queue(scope, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: tls, ...props });
  if (!tls) accept(queue, { SQS4: plainHttp });
  return queue;
};

type Queues = Readonly<{
  name: string;
  queueName: string;
  settings: ConsumerSettings;
  timeout: Duration;
  /** The most messages of one call of the function, if none are gathered. */
  batchSize?: number;
  /** The seconds for which messages are gathered. */
  gatherSeconds?: number | undefined;
  /** The views that share it. */
  views?: readonly Subscription[];
  /** The time before messages can be received. */
  deliveryDelay?: Duration;
}>;

/** Makes a consumer's queue, and that for its dead letters. */
export const queuesOf = (
  scope: Construct,
  { name, queueName, settings, timeout, batchSize = sqs.callMessages, gatherSeconds = 0, views = [], deliveryDelay }: Queues,
): Delivery => {
  // A local cloud gathers nothing: whoever works with it wants to see what follows, and it bills no calls.
  const gathers = gatherSeconds > 0 && settings.tls ? Duration.seconds(gatherSeconds) : undefined;
  const deadLetters = queueIn(scope, 'DeadLetters', settings, { retentionPeriod: Duration.days(sqs.retentionDays) });
  // Six times the function's timeout and the time of gathering, as Lambda asks for, so that no message is handed out twice while it is being worked on.
  const visibility = Duration.seconds(6 * timeout.toSeconds()).plus(gathers ?? Duration.seconds(0));
  const fittingName = fitting(queueName, name);
  const queue = queueIn(scope, 'Queue', settings, {
    queueName: fittingName,
    ...(deliveryDelay && { deliveryDelay }),
    visibilityTimeout: visibility,
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: tries },
  });
  const { tls, maximumConcurrency } = settings;
  const calls = { batchSize: gathers ? gatheredCall(views) : batchSize, gathers };
  return { name, queueName: fittingName, queue, visibility, tls, maximumConcurrency, ...calls, deadLetters };
};

/** Bus -> rules -> queue, for the event types of any view of a group: each is handed to it once. */
export const deliveryToGroup = (
  scope: Construct,
  { group, bus, settings }: Readonly<{ group: ViewsOfGroup; bus: IEventBus; settings: Settings }>,
): Delivery => {
  const { name, views, gatherSeconds } = group;
  const delivery = queuesOf(scope, {
    name,
    queueName: groupQueueName(stackNameOf(scope), name),
    settings: settingsOf(settings, name),
    timeout: consumerTimeout,
    gatherSeconds,
    views,
  });
  const { queue, deadLetters: deadLetterQueue } = delivery;
  rulesFor(scope, 'Rule', {
    bus,
    description: `Commits that views of the group ${name} are interested in.`,
    wanted: together(views.flatMap(wantedBy)),
    targets: [new SqsQueue(queue, { deadLetterQueue })],
  });
  return { ...delivery, views: [...new Set(views.map((view) => view.name))] };
};

/** Bus -> rule -> queue, for exactly the event types of a subscription. */
export const deliveryTo = (scope: Construct, { subscription, bus, settings }: Props): Delivery => {
  const { name, revision, gatherSeconds } = subscription;
  const queueName = revisionName(stackNameOf(scope), subscription);
  const delivery = queuesOf(scope, {
    name,
    queueName,
    settings: settingsOf(settings, name),
    timeout: consumerTimeout,
    gatherSeconds,
  });
  const { queue, deadLetters: deadLetterQueue } = delivery;
  rulesFor(scope, 'Rule', {
    bus,
    description: `Commits that ${name} (revision ${revision}) is interested in.`,
    wanted: wantedBy(subscription),
    targets: [new SqsQueue(queue, { deadLetterQueue })],
  });
  return delivery;
};

/** To AWS a batch of changes is the same action; a local cloud looks for rights to one of its own, which AWS does not know. */
const makesVisible = (tls: boolean): readonly string[] => [
  'ChangeMessageVisibility',
  ...(tls ? [] : ['ChangeMessageVisibilityBatch']),
];

/** Lets a function receive batches from the queue, report failed records, and set when they are retried. */
export const letReceive = (
  scope: Construct,
  step: Step,
  { queue, visibility, tls, maximumConcurrency, batchSize, gathers }: Delivery,
): void => {
  step.addEnvironment('QUEUE_URL', queue.queueUrl);
  step.addEnvironment('VISIBILITY_SECONDS', String(visibility.toSeconds()));
  const actions = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', ...makesVisible(tls)];
  step.may(
    actions.map((action) => `sqs:${action}`),
    [queue.queueArn],
  );
  new EventSourceMapping(scope, 'Delivered', {
    target: step,
    eventSourceArn: queue.queueArn,
    batchSize,
    ...(gathers && { maxBatchingWindow: gathers }),
    reportBatchItemFailures: true,
    // A throttled message counts as received: without a limit a burst uses up the tries of messages that no function has seen.
    maxConcurrency: maximumConcurrency,
  });
  // The queue's age alarm does not cover them: SQS leaves messages that were received three times out of its age metric.
  alarmOnLine(step, {
    id: 'Lasting',
    message: 'Some records have failed for minutes.',
    alarmDescription: `A view, process, effect or schedule has not been able to take some records for minutes: its log says why. They come again, and after ${tries} tries are dead letters.`,
  });
};

/** Lets a function consume the queue, with an alarm for parked streams. */
export const letTake = (scope: Construct, step: Step, delivery: Delivery): void => {
  letReceive(scope, step, delivery);
  alarmOnLine(step, {
    id: 'StreamParked',
    message: 'A stream is parked.',
    alarmDescription: 'A stream is parked in a view: foldstream projections says where and why; mend it, deploy, then resume it.',
  });
};

/** Lets a function send past the bus, and see how much is waiting. */
export const letSendTo = (step: Step, { queue, deadLetters }: Delivery): void => {
  step.may(['sqs:SendMessage', 'sqs:GetQueueAttributes'], [queue.queueArn]);
  step.may(['sqs:GetQueueAttributes'], [deadLetters.queueArn]);
};

/** Lets a function see how much is waiting, and no more. */
export const letSeeDepth = (step: Step, { queue, deadLetters }: Delivery): void =>
  step.may(['sqs:GetQueueAttributes'], [queue.queueArn, deadLetters.queueArn]);

/** Lets a function see dead letters, and put them back into their queue. */
export const letPutBack = (step: Step, { queue, deadLetters, tls }: Delivery): void => {
  const actions = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', ...makesVisible(tls)];
  step.may(
    actions.map((action) => `sqs:${action}`),
    [deadLetters.queueArn],
  );
  step.may(['sqs:SendMessage', 'sqs:GetQueueAttributes'], [queue.queueArn]);
};

/** The outputs by which the command line finds a consumer's queues. */
export const deliveryOutputs = (scope: Construct, prefix: string, { queue, deadLetters }: Delivery): void => {
  outputs(scope, `${prefix}Delivery`, {
    [`${prefix}Queue`]: queue.queueUrl,
    [`${prefix}DeadLetters`]: deadLetters.queueUrl,
  });
};
