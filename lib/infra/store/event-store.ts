import { AttributeType, type ITable, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct, DependencyGroup, type IDependable } from 'constructs';
import { type AnyDecider, decidesOn } from '../../core/decider.ts';
import { revisionKey, type SecretName, secretIds } from '../../core/deployed-names.ts';
import { effectCategory } from '../../core/effect/decider.ts';
import type { AnyEffect } from '../../core/effect/effect.ts';
import { recordCategory } from '../../core/personal/record.ts';
import type { AnySchedule } from '../../core/schedule/schedule.ts';
import { pascal } from '../../core/stream.ts';
import { appendedAlong, withThoseAlong } from '../../core/together/along.ts';
import type { KeptTable } from '../../engine/deployment/kept-tables.ts';
import { output } from '../kit/outputs.ts';
import type { Settings } from '../kit/stage.ts';
import type { Common, Step } from '../kit/step.ts';
import { appendOnly } from './append-only.ts';
import { durableTable, formerDeadlines, type OwnTable, stringKey, withFormerDeadlines } from './durable-table.ts';
import { KeptTables } from './kept-tables.ts';
import { categoryOf, completionsOf, onlyKeys, streamsOf, tagStreamsOf, uniqueOf } from './stream-keys.ts';

/** The commits, the folded states that spare reading them, and the deployment's own settings: what a deployment must not lose. */
export class EventStore extends Construct {
  readonly commits: ITable;
  private readonly snapshots: ITable;
  private readonly control: ITable;
  private readonly form: Settings['commitForm'];
  private readonly deadlines: ITable;
  readonly kept: KeptTables;
  /** What the stack's own table of commits denies. */
  readonly policy = appendOnly();
  /** Dependants of the secrets. */
  private readonly secrets = new DependencyGroup();

  constructor(scope: Construct, id: string, common: Common) {
    super(scope, id);
    const { settings } = common;
    this.form = settings.commitForm;
    this.kept = new KeptTables(this, 'Tables', common);
    const table = (name: string, props: OwnTable) => durableTable(this, name, settings, props);
    this.commits =
      this.adopted('commits', settings) ??
      table('Commits', {
        partitionKey: stringKey('stream'),
        // The commit's number, never its first event's version: two writers then always meet on the same key.
        sortKey: { name: 'commit', type: AttributeType.NUMBER },
        // Old images as well, for the guard, which looks for changed commits.
        stream: StreamViewType.NEW_AND_OLD_IMAGES,
        resourcePolicy: this.policy,
      });
    this.snapshots = table('Snapshots', {
      partitionKey: stringKey('stream'),
      sortKey: stringKey('code'),
      timeToLiveAttribute: 'expires',
    });
    this.control = this.adopted('control', settings) ?? withFormerDeadlines(table('Control', { partitionKey: stringKey('id') }));
    this.deadlines =
      this.adopted('deadlines', settings) ??
      table('Deadlines', { partitionKey: stringKey('partition'), sortKey: stringKey('place') });
    this.kept.keep('commits', this.commits);
    this.kept.keep('control', this.control);
    this.kept.keep('deadlines', this.deadlines);
    this.kept.letRemember(this.control, onlyKeys(['tables']));
    const { commits, snapshots, control, deadlines } = this;
    const all = { Commits: commits, Snapshots: snapshots, Control: control, Deadlines: deadlines };
    for (const [name, { tableName }] of Object.entries(all)) output(this, `${name}Table`, tableName);
  }

  /** A table that was there before, if the deployment names one. The stack uses it and never changes it; it stays when the stack goes. */
  adopted(table: KeptTable, { adopt }: Pick<Settings, 'adopt'>): ITable | undefined {
    const name = adopt[table];
    if (name === undefined) return undefined;
    const stream = table === 'commits' ? { tableStreamArn: this.kept.commitsStream } : {};
    return Table.fromTableAttributes(this, `Adopted${pascal(table)}`, { tableName: name, ...stream });
  }

  /** Grants actions on a table, or on these keys of it, and sets the variable with the table's name; for who puts commits, also that with their form. */
  letUse(
    step: Step,
    table: 'commits' | 'snapshots' | 'control' | 'deadlines',
    actions: readonly string[],
    keys?: readonly string[],
  ) {
    const { tableName, tableArn } = this[table];
    step.addEnvironment(`${table.toUpperCase()}_TABLE`, tableName);
    if (table === 'commits' && actions.includes('PutItem')) step.addEnvironment('COMMIT_FORM', this.form);
    step.may(
      actions.map((action) => `dynamodb:${action}`),
      [tableArn],
      keys && onlyKeys(keys),
    );
  }

  /**
   * Reads and appends the streams of some deciders' categories and of those whose commands go along with theirs, their reservations and their tags, and no
   * others; neither changes nor deletes. An append may depend on tags and on streams that go along, and on those of `atomic`.
   */
  letAppend(step: Step, deciders: readonly AnyDecider[], atomic: readonly string[] = []): void {
    const [all, along] = [withThoseAlong(deciders), appendedAlong(deciders).map(categoryOf)];
    const tags = tagStreamsOf(all);
    // A transaction of Puts is allowed by the right to put; its checks of what must not have moved are not.
    this.letUse(step, 'commits', ['GetItem', 'PutItem', 'Query'], [...streamsOf(all.map(categoryOf)), ...uniqueOf(all), ...tags]);
    this.letKnowComplete(step, all);
    const checked = [...streamsOf([...atomic, ...along]), ...tags];
    if (checked.length > 0) this.letUse(step, 'commits', ['ConditionCheckItem'], checked);
    this.letUse(step, 'snapshots', ['GetItem', 'PutItem'], [...streamsOf(all.map(categoryOf)), ...tags]);
  }

  /** Reads which late tags of some deciders are complete. */
  letKnowComplete(step: Step, deciders: readonly AnyDecider[]): void {
    if (completionsOf(deciders).length > 0) this.letUse(step, 'commits', ['GetItem'], completionsOf(deciders));
  }

  /** Reads the folded states of all categories. */
  letReadSnapshots(step: Step): void {
    this.letUse(step, 'snapshots', ['GetItem']);
  }

  /** Reads what commands decide on beside their own streams, and lets an append depend on it. */
  letReadFacts(step: Step, deciders: readonly AnyDecider[], readAlready: readonly string[]): void {
    const facts = [...new Set(deciders.flatMap(decidesOn))];
    const others = facts.filter((category) => !readAlready.includes(category));
    if (others.length > 0) this.letReadStates(step, others);
    if (facts.length > 0) this.letUse(step, 'commits', ['ConditionCheckItem'], streamsOf(facts));
  }

  /** Reads the states of streams of some categories. */
  letReadStates(step: Step, categories: readonly string[]): void {
    this.letUse(step, 'commits', ['GetItem', 'Query'], streamsOf(categories));
    this.letUse(step, 'snapshots', ['GetItem'], streamsOf(categories));
  }

  /** Reads one of the deployment's secrets, which is there before the function is. */
  letReadSecret(step: Step, name: SecretName): void {
    this.letUse(step, 'control', ['GetItem'], [secretIds[name]]);
    step.node.defaultChild!.node.addDependency(this.secrets);
  }

  /** The control table's name. Another control table means that revisions have to be settled anew. */
  get controlName(): string {
    return this.control.tableName;
  }

  /** Makes the deployment's secrets, by the resource that is made for these properties: again with another table, and for another list. */
  makesSecrets(step: Step, made: (properties: Readonly<Record<string, unknown>>) => IDependable): void {
    this.letUse(step, 'control', ['PutItem'], Object.values(secretIds));
    this.secrets.add(made({ Secrets: Object.keys(secretIds), Table: this.controlName }));
  }

  /** Reads all streams. */
  letRead(step: Step): void {
    this.letUse(step, 'commits', ['GetItem', 'Query']);
  }

  /** Scans all commits, reads single ones and the ends of streams, and keeps its position in this very table. */
  letSweep(step: Step): void {
    this.letUse(step, 'commits', ['Scan', 'Query', 'GetItem']);
    step.addEnvironment('COMMITS_STREAM', this.commits.tableStreamArn!);
    this.letUse(step, 'control', ['GetItem', 'PutItem'], ['sweep']);
    this.letUse(step, 'control', ['GetItem'], ['phase/*']);
  }

  /** Reads which revision of each view answers, from which table, and how far a rebuild is. */
  letReadActives(step: Step): void {
    this.letUse(step, 'control', ['GetItem'], ['view/*', 'rebuild/*', 'rebuilds', 'deployed']);
  }

  /** Reads whether one revision is still being built. */
  letKnowPhase(step: Step, revision: Readonly<{ name: string; revision: number }>): void {
    this.letUse(step, 'control', ['GetItem'], [`phase/${revisionKey(revision)}`]);
  }

  /** Scans all commits, and keeps its progress. */
  letWorkForRebuilds(step: Step): void {
    this.letUse(step, 'commits', ['Scan', 'Query', 'GetItem']);
    this.letUse(step, 'control', ['GetItem', 'PutItem'], ['rebuild/*']);
    this.letUse(step, 'control', ['GetItem'], ['phase/*']);
  }

  /** Keeps the records of rebuilds, ends the building of revisions, and switches. */
  letLeadRebuilds(step: Step): void {
    const keys = ['view/*', 'phase/*', 'rebuild/*', 'rebuilds', 'rebuilding/*'];
    this.letUse(step, 'control', ['GetItem', 'PutItem', 'DeleteItem'], keys);
  }

  /** Counts the commits, about, and looks at some of them. */
  letEstimate(step: Step): void {
    this.letUse(step, 'commits', ['DescribeTable', 'Scan']);
  }

  /** Checks for commits, settles the active revisions, and keeps the records of the rebuilds that a deployment starts. */
  letSettle(step: Step): void {
    this.letUse(step, 'commits', ['Scan']);
    const keys = ['view/*', 'phase/*', 'deployed', 'rebuild/*', 'rebuilds', 'rebuilding/*'];
    this.letUse(step, 'control', ['GetItem', 'PutItem', 'DeleteItem'], keys);
  }

  /** Appends to the streams that a schedule sends commands to; keeps their folded states, and its own progress. */
  letRunSchedule(step: Step, name: string, schedule: AnySchedule): void {
    const { each } = schedule;
    const sends = withThoseAlong(schedule.sends);
    this.letAppend(step, schedule.sends);
    this.letReadFacts(step, sends, sends.map(categoryOf));
    this.letUse(step, 'control', ['GetItem', 'PutItem'], [`schedule/${name}`]);
    if (each) this.letUse(step, 'control', ['GetItem'], [`view/${each.name}`]);
  }

  /** Reads how far the schedules have come; an operator's orders are kept there as well. */
  letReadSchedules(step: Step, andOrder: 'PutItem'[] = []): void {
    this.letUse(step, 'control', ['GetItem', ...andOrder], ['schedule/*']);
  }

  /** Reads and appends the performances of one effect, keeps their folded states, the circuit of its provider, and the count of its tries. */
  letPerform(step: Step, { name, provider = name }: AnyEffect): void {
    const streams = streamsOf([effectCategory(name)]);
    this.letUse(step, 'commits', ['GetItem', 'PutItem', 'Query'], streams);
    this.letUse(step, 'snapshots', ['GetItem', 'PutItem'], streams);
    this.letUse(step, 'control', ['GetItem', 'PutItem'], [`circuit/${provider}`]);
    this.letUse(step, 'control', ['UpdateItem'], [`pace/${name}`]);
  }

  /** Records what is done to the data of subjects; for retention, also reads how streams of some categories end, and keeps how far it has come. */
  letRecordSubjects(step: Step, retained: readonly string[] = []): void {
    this.letUse(step, 'commits', ['GetItem', 'PutItem', 'Query'], streamsOf([recordCategory]));
    if (retained.length > 0) this.letUse(step, 'commits', ['Query'], streamsOf(retained));
    if (retained.length > 0) this.letUse(step, 'control', ['GetItem', 'PutItem'], ['retention']);
  }

  /** Reads the circuits of the providers of effects. */
  letReadCircuits(step: Step): void {
    this.letUse(step, 'control', ['GetItem'], ['circuit/*']);
  }

  /** Reads the cursors of processes, and overdue deadlines. */
  letSweepProcesses(step: Step): void {
    this.letUse(step, 'control', ['GetItem', 'BatchGetItem'], ['cursor/*']);
    this.letUse(step, 'deadlines', ['Query', 'Scan']);
    step.may(['dynamodb:Query', 'dynamodb:Scan'], [`${this.control.tableArn}/index/${formerDeadlines}`]);
  }

  /** Lets a function follow the table's stream; returns the stream. */
  letFollow(step: Step): string {
    const stream = this.commits.tableStreamArn!;
    // Lambda's poller acts in the function's name.
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((action) => `dynamodb:${action}`);
    step.may(actions, [stream]);
    return stream;
  }
}
