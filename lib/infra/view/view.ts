import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { revisionKey, revisionName } from '../../core/deployed-names.ts';
import { byCorrelation, isEventLog } from '../../core/event-log.ts';
import type { AnyProjection, List } from '../../core/projection.ts';
import { pascal } from '../../core/stream.ts';
import { kindOf } from '../../engine/view/kinds/index.ts';
import { consumerTimeout, type Delivery, deliveryOutputs, deliveryTo, letSendTo, letTake } from '../delivery/queues.ts';
import { accept, fitting, outputs, stackNameOf } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';
import type { ViewGroup } from './group.ts';
import { type TableKind, tableKinds } from './kinds.ts';
import { indexParkedHeads, parkedHeads } from './parked-heads.ts';

/** The timeout of a rebuild's worker: twice a slice of its work, which ends between two pages. */
export const workSeconds = 300;
const byOwner = 'by-owner';
const sharedRows = 'shared-rows';

/** What the index of a list holds. DynamoDB changes it in no index that is there: another takes a new revision, and with it a new table. */
const holding = (list: Pick<List<never>, 'keysOnly'> | undefined): ProjectionType =>
  list?.keysOnly ? ProjectionType.KEYS_ONLY : ProjectionType.ALL;

type Props = Common & Readonly<{ projection: AnyProjection; store: EventStore; bus: IEventBus; group?: ViewGroup | undefined }>;

/** One revision of a view: bus -> rule -> queue -> function -> table, all its own, or all but the table that of its group. */
export class View extends Construct {
  readonly projection: AnyProjection;
  /** Works for rebuilds of this revision; the state machine of all rebuilds invokes it. */
  readonly rebuildFunction: Step;
  readonly table: Table;
  readonly delivery: Delivery;
  /** Of what makes its rows. */
  readonly code: string | undefined;

  constructor(scope: Construct, id: string, { projection, store, bus, group, ...common }: Props) {
    super(scope, id);
    this.projection = projection;
    const { name, revision } = projection;
    Tags.of(this).add('foldstream:view', name);
    // Enough of the hash to tell that two are not the same: a function's variables have 4 KB together.
    this.code = common.code.rows[revisionKey(projection)]?.slice(0, 16);
    this.table = this.rows();

    this.delivery = group?.delivery ?? deliveryTo(this, { subscription: projection, bus, settings: common.settings });
    const step = group ? this.sharedStep(group, store) : this.ownStep(store, common);

    this.rebuildFunction = new Step(this, 'Rebuild', {
      ...common,
      step: 'rebuild-work',
      description: `Fills and checks ${name} (revision ${revision}) when it is rebuilt.`,
      timeout: Duration.seconds(workSeconds),
    });
    this.letRebuild(this.rebuildFunction);
    store.letWorkForRebuilds(this.rebuildFunction);

    const prefix = `${pascal(name)}R${revision}`;
    outputs(this, `${prefix}Names`, {
      [`${prefix}Table`]: this.table.tableName,
      [`${prefix}Function`]: step.functionName,
      [`${prefix}RebuildFunction`]: this.rebuildFunction.functionName,
      ...(this.code !== undefined && { [`${prefix}Code`]: this.code }),
    });
    deliveryOutputs(this, prefix, this.delivery);
  }

  private ownStep(store: EventStore, common: Common): Step {
    const { name, revision } = this.projection;
    const step = new Step(this, 'Project', {
      ...common,
      step: 'project',
      description: `Applies commits to ${name} (revision ${revision}).`,
      timeout: consumerTimeout,
    });
    this.letBe(step);
    this.letApply(step);
    store.letRead(step);
    store.letKnowPhase(step, this.projection);
    store.letReadSecret(step, 'proofs');
    letTake(this, step, this.delivery);
    return step;
  }

  private sharedStep({ step }: ViewGroup, store: EventStore): Step {
    this.letApply(step);
    store.letKnowPhase(step, this.projection);
    return step;
  }

  /** Lets the sweep read cursors, and send missing commits straight to the queue. */
  letSweep(step: Step): void {
    // Many at once, where they are all in heads.
    this.letReadCursors(step, kindOf(this.projection).hasHeads ? ['BatchGetItem'] : []);
    letSendTo(step, this.delivery);
  }

  /**
   * Lets operators read cursors, parked streams, and in an event log the entries of a correlation id, and send requests to resume. Only the
   * view's own function writes to the table.
   */
  letOperate(step: Step): void {
    this.letReadCursors(step);
    step.may(['dynamodb:Scan'], [`${this.table.tableArn}/index/${parkedHeads}`]);
    if (isEventLog(this.projection)) step.may(['dynamodb:Query'], [`${this.table.tableArn}/index/list-${byCorrelation}`]);
    letSendTo(step, this.delivery);
  }

  /** Lets a schedule go through the rows. */
  letGoThrough(step: Step): void {
    step.may(['dynamodb:GetItem', 'dynamodb:Scan'], [this.table.tableArn]);
  }

  /** Lets retention read the register of subjects, and which streams are parked in it. */
  letRetain(step: Step): void {
    this.letQuery(step);
    step.may(['dynamodb:Scan'], [`${this.table.tableArn}/index/${parkedHeads}`]);
  }

  /** Answers queries. */
  letQuery(step: Step): void {
    const { byOwner: owners, lists = {} } = this.projection;
    // Behind an entry for a run its rows are read by a Query.
    const keyed = Object.values(lists).some(({ keysOnly, runs }) => keysOnly && !runs);
    const byKeys = owners?.keysOnly || keyed;
    const actions = ['GetItem', 'Query', 'Scan', ...(byKeys ? ['BatchGetItem'] : [])].map((action) => `dynamodb:${action}`);
    step.may(actions, [this.table.tableArn]);
    if (this.kind.listsShared) step.may(['dynamodb:Query', 'dynamodb:Scan'], [`${this.table.tableArn}/index/${sharedRows}`]);
    for (const index of this.indexes) step.may(['dynamodb:Query'], [`${this.table.tableArn}/index/${index}`]);
  }

  /** Reads and puts rows and cursors, and never deletes, since a deleted row leaves a tombstone; but it adds to shared rows, and takes out
   * what a stream contributed, together with the stream's cursor. */
  private letApply(step: Step): void {
    const actions = ['GetItem', 'PutItem', ...this.kind.actions].map((action) => `dynamodb:${action}`);
    step.may(actions, [this.table.tableArn]);
  }

  /** Beside what projecting takes, reads all items, and takes notes away that are done. */
  private letRebuild(step: Step): void {
    this.letBe(step);
    const actions = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'].map((action) => `dynamodb:${action}`);
    step.may(actions, [this.table.tableArn]);
  }

  private letReadCursors(step: Step, many: readonly 'BatchGetItem'[] = []): void {
    step.may(
      ['GetItem', ...many, ...this.kind.cursorActions].map((action) => `dynamodb:${action}`),
      [this.table.tableArn],
    );
  }

  /** The variables by which a function is that of this revision. */
  private letBe(step: Step): void {
    step.addEnvironment('PROJECTION', this.projection.name);
    step.addEnvironment('REVISION', String(this.projection.revision));
    step.addEnvironment('VIEW_TABLE', this.table.tableName);
  }

  private get kind(): TableKind {
    return tableKinds[this.projection.kind];
  }

  private get listedByOwner(): boolean {
    return kindOf(this.projection).headIsRow && this.projection.owner !== undefined;
  }

  private get lists(): readonly string[] {
    return Object.keys(this.projection.lists ?? {}).sort();
  }

  private get indexes(): readonly string[] {
    return [...(this.listedByOwner ? [byOwner] : []), ...this.lists.map((list) => `list-${list}`)];
  }

  /** DynamoDB removes rows that have expired only where they are items of their own: a head holds its stream's cursor. */
  private get removesExpired(): boolean {
    return this.kind.hasRowItems && this.projection.expires !== undefined;
  }

  private rows(): Table {
    const key = { name: 'key', type: AttributeType.STRING };
    const table = new Table(this, 'Rows', {
      tableName: fitting(revisionName(stackNameOf(this), this.projection), this.projection.name),
      partitionKey: key,
      sortKey: { name: 'sort', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      ...(this.removesExpired && { timeToLiveAttribute: 'removeAt' }),
      // Derived from the commits: rebuilt, never restored.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    accept(table, { DDB3: 'A view is derived: it is rebuilt from the commits, which have point-in-time recovery.' });
    indexParkedHeads(table);
    if (this.listedByOwner) {
      const owner = { name: 'owner', type: AttributeType.STRING };
      table.addGlobalSecondaryIndex({
        indexName: byOwner,
        partitionKey: owner,
        sortKey: key,
        projectionType: holding(this.projection.byOwner),
      });
    }
    if (this.kind.listsShared)
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
        projectionType: holding(this.projection.lists?.[list]),
      });
    return table;
  }
}
