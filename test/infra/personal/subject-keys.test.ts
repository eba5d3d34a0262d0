import { describe, expect, test } from 'vitest';
import { manifest } from '../../support/apps/customer/manifest.ts';
import { deployed, synthesized } from '../support/deployed.ts';

type Statement = Readonly<{ Action: string | string[]; Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }>;

const { template } = synthesized('dev', {}, manifest);
const withoutPersonal = deployed().template;

/** The rights on keys of every role, as lines of `<actions> [keys]`. */
const rights = (of: typeof template) => {
  const found: Record<string, string[]> = {};
  for (const { Properties } of Object.values(of.findResources('AWS::IAM::Policy')))
    for (const { Action, Condition = {} } of Properties.PolicyDocument.Statement as Statement[]) {
      const actions = [Action].flat();
      const keys = Condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
      const isOnKeys = String(keys).match(/pairs\/|erased\//) !== null;
      if (!isOnKeys && !actions.some((action) => action.startsWith('kms:'))) continue;
      const role = String(Properties.Roles[0].Ref).replace(/Role[0-9A-F]{8}$/, '');
      found[role] ??= [];
      found[role].push(`${actions.map((action) => action.split(':')[1]).join(' ')} ${JSON.stringify(keys ?? Condition)}`);
    }
  return found;
};

const context = { 'kms:EncryptionContext:deployment': 'foldstream-dev' };
const opens = ['GetItem ["pairs/*","erased/*"]', `Decrypt ${JSON.stringify({ StringEqualsIfExists: context })}`];

describe('the keys of subjects', () => {
  test('are opened by the functions that answer alone; commands make pairs, and nobody else has any right on them', () => {
    expect(rights(template)).toEqual({
      CustomerCommandsCommand: [
        'GetItem ["pairs/*","erased/*","find"]',
        'PutItem ["pairs/*","find"]',
        'ConditionCheckItem ["erased/*"]',
        `GenerateDataKeyPairWithoutPlaintext ${JSON.stringify({ StringEqualsIfExists: { ...context, 'kms:DataKeyPairSpec': 'ECC_NIST_P256' } })}`,
      ],
      QueriesQuery: opens,
      HistoryHistory: opens,
      SubjectsSubjects: ['GetItem ["pairs/*","erased/*"]', 'DeleteItem ["pairs/*"]', 'PutItem ["erased/*"]'],
    });
  });

  test.each(['dev', 'prod'] as const)(
    'are in a table without backups, kept as %s says, and so is the key that wraps them',
    (stage) => {
      const kept = synthesized(stage, {}, manifest).template;
      const [table] = Object.entries(kept.findResources('AWS::DynamoDB::Table')).filter(([id]) => id.startsWith('SubjectKeys'));
      const [key] = Object.values(kept.findResources('AWS::KMS::Key'));
      const isProd = stage === 'prod';
      expect(table![1].Properties.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false).toBe(false);
      expect(table![1].Properties.StreamSpecification).toBeUndefined();
      expect(table![1].Properties.DeletionProtectionEnabled ?? false).toBe(isProd);
      for (const { DeletionPolicy, UpdateReplacePolicy } of [table![1], key!])
        expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(isProd ? ['Retain', 'Retain'] : ['Delete', 'Delete']);
      expect(key!.Properties).toMatchObject({ EnableKeyRotation: true, PendingWindowInDays: 30 });
      expect(kept.findResources('AWS::KMS::Alias')).toMatchObject({
        [Object.keys(kept.findResources('AWS::KMS::Alias'))[0]!]: {
          Properties: { AliasName: `alias/foldstream-${stage}-subjects` },
        },
      });
    },
  );

  test('are not there, and nothing of them, without personal values', () => {
    expect(JSON.stringify(withoutPersonal)).not.toMatch(/kms:|KEYS_TABLE|SUBJECTS_KEY|SubjectKeys|\/subjects\//);
    expect(rights(withoutPersonal)).toEqual({});
  });
});
