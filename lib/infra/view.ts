import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type AnyProjection, handledTypes, sourcesOf } from '../core/projection.ts';
import { pascal } from '../core/stream.ts';
import { alarmOnAge, alarmOnLetters, alarmOnLine } from './alarm.ts';
import type { EventStore } from './event-store.ts';
import { accept, output, plainHttp } from './notes.ts';
import { type Common, Step } from './step.ts';

const timeout = Duration.seconds(20);
const byOwner = 'by-owner';
const parkedHeads = 'parked';
const sharedRows = 'shared-rows';

type Props = Common & Readonly<{ projection: AnyProjection; store: EventStore; bus: IEventBus }>;

/** One revision of a projection: bus -> rule -> queue -> function -> table, all its own. */
export class View extends Construct {
  readonly projection: AnyProjection;
  private readonly table: Table;
  private readonly delivered: Queue;
  private readonly deadLetters: Queue;
  private readonly tls: boolean;

  constructor(scope: Construct, id: string, { projection, store, bus, ...common }: Props) {
    super(scope, id);
    this.projection = projection;
    const { name, revision } = projection;
    Tags.of(this).add('foldstream:view', name);
    this.tls = common.settings.tls;
    this.table = this.rows();

    const undelivered = this.letters('Undelivered', `The rule of ${name} could not deliver to its queue.`);
    accept(undelivered, { SQS3: 'It is a dead letter queue itself: of a rule, which cdk-nag does not look at.' });
    const parked = this.letters('DeadLetters', `${name} gave up on a commit after many tries.`);
    const queue = this.queue('Queue', {
      // Six times the function's timeout, as Lambda asks for, so that no message is handed out twice while it is being worked on.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
      deadLetterQueue: { queue: parked, maxReceiveCount: 10 },
    });
    new Rule(this, 'Rule', {
      eventBus: bus,
      description: `Commits that ${name} (revision ${revision}) is interested in.`,
      eventPattern: {
        detailType: sourcesOf(projection).map(({ category }) => `${category}.commit`),
        detail: { types: [...handledTypes(projection)] },
      },
      targets: [new SqsQueue(queue, { deadLetterQueue: undelivered })],
    });

    const step = new Step(this, 'Project', {
      ...common,
      step: 'project',
      description: `Applies commits to ${name} (revision ${revision}).`,
      timeout,
    });
    step.addEnvironment('PROJECTION', name);
    step.addEnvironment('REVISION', String(revision));
    store.letRead(step);
    this.letApply(step);
    step.may(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [queue.queueArn]);
    new EventSourceMapping(this, 'Delivered', {
      target: step,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
    });

    const prefix = `${pascal(name)}R${revision}`;
    output(this, `${prefix}Table`, this.table.tableName);
    output(this, `${prefix}Function`, step.functionName);
    output(this, `${prefix}Queue`, queue.queueUrl);
    output(this, `${prefix}DeadLetters`, parked.queueUrl);
    output(this, `${prefix}Undelivered`, undelivered.queueUrl);
    this.delivered = queue;
    this.deadLetters = parked;
    alarmOnAge(queue, `${name} is more than five minutes behind: see foldstream projections.`);
    alarmOnLine(step, {
      id: 'Parked',
      message: 'A stream is parked.',
      alarmDescription: `A stream is parked in ${name}: foldstream projections says which and why; mend it, deploy, then resume it.`,
    });
  }

  /** The names by which the sweep and the operators' function find it. */
  get names(): Readonly<{ key: string; table: string; queue: string; queueUrl: string }> {
    const { projection, table, delivered } = this;
    const key = `${projection.name}.r${projection.revision}`;
    return { key, table: table.tableName, queue: delivered.queueName, queueUrl: delivered.queueUrl };
  }

  /** Reads cursors, and sends past the bus what did not arrive. */
  letSweep(step: Step): void {
    step.may(['dynamodb:GetItem'], [this.table.tableArn]);
    this.letSend(step);
  }

  /** Reads cursors and what is parked, and sends orders to resume; the table is written by nobody but the projection's own function. */
  letOperate(step: Step): void {
    step.may(['dynamodb:GetItem'], [this.table.tableArn]);
    step.may(['dynamodb:Scan'], [`${this.table.tableArn}/index/${parkedHeads}`]);
    this.letSend(step);
  }

  private letSend(step: Step): void {
    step.may(['sqs:SendMessage', 'sqs:GetQueueAttributes'], [this.delivered.queueArn]);
    step.may(['sqs:GetQueueAttributes'], [this.deadLetters.queueArn]);
  }

  /** Answers queries: set for all views at once, since one variable names them all. */
  letQuery(step: Step): Readonly<{ table: string; revision: number }> {
    step.may(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'], [this.table.tableArn]);
    if (this.isShared) step.may(['dynamodb:Query', 'dynamodb:Scan'], [`${this.table.tableArn}/index/${sharedRows}`]);
    for (const index of this.indexes) step.may(['dynamodb:Query'], [`${this.table.tableArn}/index/${index}`]);
    return { table: this.table.tableName, revision: this.projection.revision };
  }

  /** Reads and puts rows and cursors, and never deletes, since a deleted row leaves a tombstone; but it adds to shared rows, and takes out
   * what a stream contributed, together with the stream's cursor. */
  private letApply(step: Step): void {
    step.addEnvironment('VIEW_TABLE', this.table.tableName);
    const sharing = this.isShared ? ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'] : [];
    step.may(['dynamodb:GetItem', 'dynamodb:PutItem', ...sharing], [this.table.tableArn]);
  }

  private get isShared(): boolean {
    return this.projection.kind === 'shared-rows';
  }

  private get listedByOwner(): boolean {
    return this.projection.kind === 'row-per-stream' && this.projection.owner !== undefined;
  }

  private get lists(): readonly string[] {
    return Object.keys(this.projection.lists ?? {}).sort();
  }

  private get indexes(): readonly string[] {
    return [...(this.listedByOwner ? [byOwner] : []), ...this.lists.map((list) => `list-${list}`)];
  }

  /** DynamoDB removes rows that have expired only where they are items of their own: a head holds its stream's cursor. */
  private get removesExpired(): boolean {
    return this.projection.kind === 'rows-per-stream' && this.projection.expires !== undefined;
  }

  private rows(): Table {
    const key = { name: 'key', type: AttributeType.STRING };
    const table = new Table(this, 'Rows', {
      partitionKey: key,
      sortKey: { name: 'sort', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      ...(this.removesExpired && { timeToLiveAttribute: 'removeAt' }),
      // Derived from the commits: rebuilt, never restored.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    accept(table, { DDB3: 'A view is derived: it is rebuilt from the commits, which have point-in-time recovery.' });
    // Nothing is in it, and it costs nothing, while nothing is parked: only a parked head has its key.
    table.addGlobalSecondaryIndex({
      indexName: parkedHeads,
      partitionKey: { name: 'parkedSince', type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['stream', 'commit', 'parked'],
    });
    if (this.listedByOwner) {
      const owner = { name: 'owner', type: AttributeType.STRING };
      table.addGlobalSecondaryIndex({
        indexName: byOwner,
        partitionKey: owner,
        sortKey: key,
        projectionType: ProjectionType.ALL,
      });
    }
    if (this.isShared)
      table.addGlobalSecondaryIndex({
        indexName: sharedRows,
        partitionKey: { name: 'listed', type: AttributeType.STRING },
        sortKey: key,
        // A row's keys never change: adding to it costs nothing here.
        projectionType: ProjectionType.KEYS_ONLY,
      });
    // An index for each list; a row that is in none of its partitions has neither attribute, and is not in the index.
    for (const list of this.lists)
      table.addGlobalSecondaryIndex({
        indexName: `list-${list}`,
        partitionKey: { name: `in.${list}`, type: AttributeType.STRING },
        sortKey: { name: `at.${list}`, type: AttributeType.STRING },
        projectionType: ProjectionType.ALL,
      });
    return table;
  }

  private letters(id: string, alarmDescription: string): Queue {
    const queue = this.queue(id, { retentionPeriod: Duration.days(14) });
    alarmOnLetters(queue, alarmDescription);
    return queue;
  }

  private queue(id: string, props: QueueProps): Queue {
    // Not the AWS-managed key of KMS, which EventBridge may not use.
    const queue = new Queue(this, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: this.tls, ...props });
    if (!this.tls) accept(queue, { SQS4: plainHttp });
    return queue;
  }
}
