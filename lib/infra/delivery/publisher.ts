import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IDependable } from 'constructs';
import { busSources } from '../../core/deployed-names.ts';
import { moreThan } from '../kit/alarm.ts';
import { accept, output, plainHttp } from '../kit/outputs.ts';
import type { Settings } from '../kit/stage.ts';
import { type Common, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';

/** Empties a bucket when its stack goes. */
type Emptying = Readonly<{ empties: (bucket: Bucket) => IDependable }>;

/** Publishes commits to the bus as they are appended. Batches that cannot be sent go to a bucket. */
export class Publisher extends Construct {
  readonly bus: EventBus;
  readonly functionName: string;
  private readonly failed: Bucket;
  private readonly tls: boolean;
  /** Whatever puts failed batches into the bucket. */
  private readonly mappings: EventSourceMapping[] = [];

  constructor(scope: Construct, id: string, { store, ...common }: Common & Readonly<{ store: EventStore }>) {
    super(scope, id);
    this.tls = common.settings.tls;
    this.bus = new EventBus(this, 'Bus', { description: 'Commits, for projections and processes.' });
    this.failed = new Bucket(this, 'Failed', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: common.settings.tls,
      // The commits themselves are in their table; these copies only say which to publish again.
      lifecycleRules: [{ expiration: Duration.days(90) }],
      removalPolicy: common.settings.removal,
    });
    accept(this.failed, {
      S1: 'Written by two mappings alone and emptied by age; a log of that would need a log bucket of its own.',
      ...(common.settings.tls ? {} : { S10: plainHttp }),
    });

    const publish = new Step(this, 'Publish', {
      ...common,
      step: 'publish',
      description: 'Publishes commits to the bus.',
      timeout: Duration.seconds(30),
      reserved: common.settings.reserved.publisher,
    });
    this.functionName = publish.functionName;
    this.letSend(publish, busSources.commits, { 'events:detail-type': '*.commit' });
    store.letReadSecret(publish, 'proofs');
    const appended = new EventSourceMapping(this, 'Appended', {
      target: publish,
      eventSourceArn: store.letFollow(publish),
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
      // Not LATEST: commits that are appended while the mapping is being made would never be published.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      // Order is made by the consumers, so batches of one shard may overtake each other.
      parallelizationFactor: 4,
      // The function throws if entries are left unsent. Halving then isolates those that cannot be sent; sending twice is harmless.
      bisectBatchOnError: true,
      // Long enough for an outage of the bus, far below the stream's 24 hours; afterwards the bucket has them.
      retryAttempts: 100,
      maxRecordAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: this.letKeepFailed(publish) }) },
    });
    this.keepsFailedOf(appended);
    publish.metric('IteratorAge', { period: Duration.minutes(5), statistic: 'Maximum' }).createAlarm(this, 'Late', {
      alarmDescription: 'Commits wait for more than five minutes to be published.',
      ...moreThan(Duration.minutes(5).toMilliseconds()),
    });
    output(this, 'BusName', this.bus.eventBusName);
    output(this, 'PublishFunction', publish.functionName);
    output(this, 'FailedBatchesBucket', this.failed.bucketName);
  }

  /** CloudFormation removes no bucket with something in it. Where the bucket goes with the stack, it is emptied first, when nothing writes to it any more. */
  emptiedBy(deployed: Emptying, { removal }: Pick<Settings, 'removal'>): void {
    if (removal !== RemovalPolicy.DESTROY) return;
    const emptied = deployed.empties(this.failed);
    for (const mapping of this.mappings) mapping.node.addDependency(emptied);
  }

  /** Says that a mapping puts failed batches into the bucket too. */
  keepsFailedOf(mapping: EventSourceMapping): void {
    this.mappings.push(mapping);
  }

  /** Lets a function send public events to this bus, but no entry that a rule would match as a commit. */
  letAnnounce(step: Step): void {
    this.letSend(step, busSources.publicEvents);
  }

  private letSend(step: Step, source: string, like: Readonly<Record<string, string>> = {}): void {
    step.addEnvironment('BUS_NAME', this.bus.eventBusName);
    // A local cloud knows neither condition key, and would refuse.
    const only = this.tls ? { StringLike: { 'events:source': source, ...like } } : undefined;
    step.may(['events:PutEvents'], [this.bus.eventBusArn], only);
  }

  /**
   * Grants Lambda's poller what it needs to store a failed batch, as the function; returns the place. CDK's own destination would also grant reading
   * and deleting.
   */
  letKeepFailed(step: Step): string {
    step.may(['s3:PutObject'], [this.failed.arnForObjects('aws/lambda/*')]);
    step.may(['s3:ListBucket'], [this.failed.bucketArn]);
    const bucket = Stack.of(this).getLogicalId(this.failed.node.defaultChild as CfnBucket);
    accept(step.role!, {
      [`IAM5[Resource::<${bucket}.Arn>/aws/lambda/*]`]:
        'The poller names its objects itself, under this prefix, by mapping, shard and time.',
    });
    return this.failed.bucketArn;
  }
}
