import { Duration } from 'aws-cdk-lib';
import { BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { AnyDecider } from '../../core/decider.ts';
import { type AnyEffect, opensPersonal } from '../../core/effect/effect.ts';
import { later, type Span } from '../../core/instant.ts';
import { hasPersonal } from '../../core/personal/declared.ts';
import { withThoseAlong } from '../../core/together/along.ts';
import { accept, output, stackNameOf } from '../kit/outputs.ts';
import type { Settings } from '../kit/stage.ts';
import type { Step } from '../kit/step.ts';
import { stringKey } from '../store/durable-table.ts';

/** KMS deletes a key after so long at the earliest, and it can be taken back until then. */
const pendingWindow = Duration.days(30);

/** The items of the table, by their partition keys: all versions of a subject's pair, the tombstones, and the secret of what is found among all subjects. */
const items = { pairs: 'pairs/*', erased: 'erased/*', find: 'find' } as const;

/** True if commands to these aggregates, or those that go along, have anything to seal. */
export const appendsPersonal = (deciders: readonly AnyDecider[]): boolean => withThoseAlong(deciders).some(hasPersonal);

const secondsIn = (span: Span): number => Math.ceil(Date.parse(later('1970-01-01T00:00:00.000Z', span)) / 1_000);

type Props = Readonly<{ settings: Settings; effects: readonly AnyEffect[] }>;

/**
 * The keys of subjects: their table, and the key of KMS that wraps the private halves. The table has no backups, since a backup would keep the keys of erased
 * subjects. Only a deployment with personal values has any of this.
 */
export class SubjectKeys extends Construct {
  private readonly table: ITable;
  private readonly key: IKey;
  private readonly seconds: number;
  /** The longest call of an effect that opens. */
  private readonly callSeconds: number;

  constructor(scope: Construct, id: string, { settings, effects }: Props) {
    super(scope, id);
    this.seconds = settings.keySeconds;
    this.callSeconds = Math.max(0, ...effects.filter(opensPersonal).map(({ timeout }) => secondsIn(timeout)));
    const { keysTable, subjectsKey } = settings.adopt;
    this.table = keysTable === undefined ? this.ownTable(settings) : Table.fromTableName(this, 'AdoptedTable', keysTable);
    this.key = subjectsKey === undefined ? this.ownKey(settings) : Key.fromKeyArn(this, 'AdoptedKey', subjectsKey);
    output(this, 'KeysTable', this.table.tableName);
    output(this, 'SubjectsKey', this.key.keyArn);
    output(this, 'KeySeconds', String(this.seconds));
    output(this, 'CallSeconds', String(this.callSeconds));
  }

  private ownTable(settings: Settings): Table {
    const table = new Table(this, 'Table', {
      partitionKey: stringKey('id'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      // Not by the key below: whoever read the table would then need the right to decrypt with it.
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: settings.protect,
      removalPolicy: settings.removal,
    });
    accept(table, {
      DDB3: 'A backup or a point in time would keep the keys of erased subjects, and bring them back: an erasure deletes them at once, everywhere.',
    });
    return table;
  }

  private ownKey({ removal }: Settings): Key {
    const stack = stackNameOf(this);
    return new Key(this, 'Key', {
      alias: `alias/${stack}-subjects`,
      description: `Wraps the private keys of the persons whose data ${stack} holds. Without it none of that data can be read.`,
      enableKeyRotation: true,
      pendingWindow,
      removalPolicy: removal,
    });
  }

  private let(step: Step, actions: readonly string[], keys: readonly string[]): void {
    step.addEnvironment('KEYS_TABLE', this.table.tableName);
    step.addEnvironment('SUBJECTS_KEY', this.key.keyArn);
    // What a private half is wrapped for begins with it.
    step.addEnvironment('STACK', stackNameOf(this));
    step.addEnvironment('KEY_SECONDS', String(this.seconds));
    step.may(
      actions.map((action) => `dynamodb:${action}`),
      [this.table.tableArn],
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
    );
  }

  /** Only for this deployment's subjects. A local cloud does not tell the context to policies; KMS itself unwraps nothing under another one. */
  private letAskKms(step: Step, action: string, conditions: Readonly<Record<string, string>> = {}): void {
    step.may([`kms:${action}`], [this.key.keyArn], {
      StringEqualsIfExists: { 'kms:EncryptionContext:deployment': stackNameOf(this), ...conditions },
    });
  }

  /** Lets the function of who sends commands to these aggregates seal what they append, if they or those that go along have anything to seal. */
  letSealFor(step: Step, deciders: readonly AnyDecider[]): void {
    if (appendsPersonal(deciders)) this.letSeal(step);
  }

  /** Reads public halves and tombstones, and makes new pairs. It can neither unwrap a private half nor take a tombstone away. */
  letSeal(step: Step): void {
    this.let(step, ['GetItem'], [items.pairs, items.erased, items.find]);
    this.let(step, ['PutItem'], [items.pairs, items.find]);
    this.let(step, ['ConditionCheckItem'], [items.erased]);
    this.letAskKms(step, 'GenerateDataKeyPairWithoutPlaintext', { 'kms:DataKeyPairSpec': 'ECC_NIST_P256' });
  }

  /** Reads and unwraps private halves. */
  letOpen(step: Step): void {
    this.let(step, ['GetItem'], [items.pairs, items.erased]);
    this.letAskKms(step, 'Decrypt');
  }

  /** Reads the secret by which values are looked up among all subjects. */
  letFind(step: Step): void {
    this.let(step, ['GetItem'], [items.find]);
  }

  /** Deletes pairs, and puts tombstones. */
  letErase(step: Step): void {
    step.addEnvironment('CALL_SECONDS', String(this.callSeconds));
    this.let(step, ['GetItem'], [items.pairs, items.erased]);
    this.let(step, ['DeleteItem'], [items.pairs]);
    this.let(step, ['PutItem'], [items.erased]);
  }
}
