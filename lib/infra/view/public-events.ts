import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { AnyProjection } from '../../core/projection.ts';
import { pascal } from '../../core/stream.ts';
import type { Publisher } from '../delivery/publisher.ts';
import { consumerTimeout, type Delivery, deliveryOutputs, deliveryTo, letSendTo, letTake } from '../delivery/queues.ts';
import { outputs } from '../kit/outputs.ts';
import type { Settings } from '../kit/stage.ts';
import { type Common, Step } from '../kit/step.ts';
import type { SubjectKeys } from '../personal/subject-keys.ts';
import { durableTable, stringKey } from '../store/durable-table.ts';
import type { EventStore } from '../store/event-store.ts';
import { indexParkedHeads, parkedHeads } from './parked-heads.ts';

/** `keys`: given where a public event reveals personal values, and nowhere else. */
type Props = Common & Readonly<{ projection: AnyProjection; store: EventStore; publisher: Publisher; keys?: SubjectKeys }>;

/** The sender of public events: bus -> rule -> queue -> function -> bus, with a table for its cursors. One for all categories. */
export class Announcer extends Construct {
  readonly projection: AnyProjection;
  /** It has no code of its own: the events alone determine what it sends. */
  readonly code = undefined;
  private readonly cursors: ITable;
  readonly delivery: Delivery;

  constructor(scope: Construct, id: string, { projection, store, publisher, keys, ...common }: Props) {
    super(scope, id);
    this.projection = projection;
    const { settings } = common;
    this.cursors = store.adopted('publicEvents', settings) ?? this.ownCursors(settings);
    store.kept.keep('publicEvents', this.cursors);
    this.delivery = deliveryTo(this, { subscription: projection, bus: publisher.bus, settings });
    const step = new Step(this, 'Announce', {
      ...common,
      step: 'announce',
      description: 'Sends public events to the bus.',
      timeout: consumerTimeout,
    });
    store.letRead(step);
    store.letReadSecret(step, 'proofs');
    step.addEnvironment('CURSORS_TABLE', this.cursors.tableName);
    step.may(['dynamodb:GetItem', 'dynamodb:PutItem'], [this.cursors.tableArn]);
    publisher.letAnnounce(step);
    keys?.letOpen(step);
    letTake(this, step, this.delivery);

    const prefix = `${pascal(projection.name)}R${projection.revision}`;
    outputs(this, `${prefix}Names`, { [`${prefix}Table`]: this.cursors.tableName, [`${prefix}Function`]: step.functionName });
    deliveryOutputs(this, prefix, this.delivery);
  }

  private ownCursors(settings: Settings): Table {
    // Unlike a view's rows the cursors cannot be derived again: without them every public event would be sent again.
    const cursors = durableTable(this, 'Cursors', settings, { partitionKey: stringKey('key'), sortKey: stringKey('sort') });
    indexParkedHeads(cursors);
    return cursors;
  }

  /** Lets the sweep read cursors, and send missing commits straight to the queue. */
  letSweep(step: Step): void {
    this.letRead(step, ['BatchGetItem']);
    letSendTo(step, this.delivery);
  }

  /** Lets operators read cursors and parked streams, and send requests to resume. */
  letOperate(step: Step): void {
    this.letRead(step);
    step.may(['dynamodb:Scan'], [`${this.cursors.tableArn}/index/${parkedHeads}`]);
    letSendTo(step, this.delivery);
  }

  private letRead(step: Step, many: readonly 'BatchGetItem'[] = []): void {
    step.addEnvironment('CURSORS_TABLE', this.cursors.tableName);
    step.may(
      ['GetItem', ...many].map((action) => `dynamodb:${action}`),
      [this.cursors.tableArn],
    );
  }
}
