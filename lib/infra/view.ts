import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type AnyProjection, handledTypes } from '../core/projection.ts';
import { alarmOnLetters } from './alarm.ts';
import type { EventStore } from './event-store.ts';
import { accept, output, pascal, plainHttp } from './notes.ts';
import { type Common, Step } from './step.ts';

const timeout = Duration.seconds(20);
const byOwner = 'by-owner';

type Props = Common & Readonly<{ projection: AnyProjection; store: EventStore; bus: IEventBus }>;

/** One revision of a projection: bus -> rule -> queue -> function -> table, all its own. */
export class View extends Construct {
  readonly projection: AnyProjection;
  private readonly table: Table;
  private readonly tls: boolean;

  constructor(scope: Construct, id: string, { projection, store, bus, ...common }: Props) {
    super(scope, id);
    this.projection = projection;
    const { name, revision, from } = projection;
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
      eventPattern: { detailType: [`${from.category}.commit`], detail: { types: [...handledTypes(projection)] } },
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
  }

  /** Answers queries: set for all views at once, since one variable names them all. */
  letQuery(step: Step): Readonly<{ table: string; revision: number }> {
    step.may(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'], [this.table.tableArn]);
    if (this.listedByOwner) step.may(['dynamodb:Query'], [`${this.table.tableArn}/index/${byOwner}`]);
    return { table: this.table.tableName, revision: this.projection.revision };
  }

  /** Reads and puts rows and cursors; never deletes, since a deleted row leaves a tombstone. */
  private letApply(step: Step): void {
    step.addEnvironment('VIEW_TABLE', this.table.tableName);
    step.may(['dynamodb:GetItem', 'dynamodb:PutItem'], [this.table.tableArn]);
  }

  private get listedByOwner(): boolean {
    return this.projection.kind === 'row-per-stream' && this.projection.owner !== undefined;
  }

  private rows(): Table {
    const key = { name: 'key', type: AttributeType.STRING };
    const table = new Table(this, 'Rows', {
      partitionKey: key,
      sortKey: { name: 'sort', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      // Derived from the commits: rebuilt, never restored.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    accept(table, { DDB3: 'A view is derived: it is rebuilt from the commits, which have point-in-time recovery.' });
    if (this.listedByOwner) {
      const owner = { name: 'owner', type: AttributeType.STRING };
      table.addGlobalSecondaryIndex({
        indexName: byOwner,
        partitionKey: owner,
        sortKey: key,
        projectionType: ProjectionType.ALL,
      });
    }
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
