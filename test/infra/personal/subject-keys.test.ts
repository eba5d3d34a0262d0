import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type AnyDecider, also, command, defineManifest, personal, v1 } from '../../../lib/index.ts';
import { customer } from '../../support/apps/customer/decider.ts';
import { greeter, greeting } from '../../support/apps/customer/greeting.ts';
import { mailing, sendMail } from '../../support/apps/customer/mailing.ts';
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
      const isOnKeys = String(keys).match(/pairs\/|erased\/|find/) !== null;
      if (!isOnKeys && !actions.some((action) => action.startsWith('kms:'))) continue;
      const role = String(Properties.Roles[0].Ref).replace(/Role[0-9A-F]{8}$/, '');
      found[role] ??= [];
      found[role].push(`${actions.map((action) => action.split(':')[1]).join(' ')} ${JSON.stringify(keys ?? Condition)}`);
    }
  return found;
};

/** An aggregate without personal values; with the second command, what goes along has some. */
const counter = (category: string, together: object = {}) =>
  ({
    category,
    events: { Counted: v1(z.object({})) },
    commands: { Count: command(['process'], z.object({}), together) },
    initial: {},
    decide: { Count: () => [] },
    evolve: { Counted: (state: object) => state },
  }) as unknown as AnyDecider;
const [plain, taking] = [counter('plain'), counter('taking', { together: [also(greeting, 'Greet', () => undefined)] })];
const processOf = (category: string, sends: AnyDecider) =>
  ({ ...greeter, category, from: [plain], sends: [sends], on: { Counted: () => ({}) } }) as never;
const scheduleOf = (sends: AnyDecider) =>
  ({ cron: '0 3 * * *', since: '2026-12-01T00:00:00.000Z', catchUp: 'all', sends: [sends], command: () => undefined }) as const;

const context = { 'kms:EncryptionContext:deployment': 'foldstream-dev' };
const seals = [
  'GetItem ["pairs/*","erased/*","find"]',
  'PutItem ["pairs/*","find"]',
  'ConditionCheckItem ["erased/*"]',
  `GenerateDataKeyPairWithoutPlaintext ${JSON.stringify({ StringEqualsIfExists: { ...context, 'kms:DataKeyPairSpec': 'ECC_NIST_P256' } })}`,
];
const opens = ['GetItem ["pairs/*","erased/*"]', `Decrypt ${JSON.stringify({ StringEqualsIfExists: context })}`];

describe('the keys of subjects', () => {
  const erases = ['GetItem ["pairs/*","erased/*"]', 'DeleteItem ["pairs/*"]', 'PutItem ["erased/*"]'];

  test('are opened by the functions that answer alone; commands make pairs, and nobody else has any right on them', () => {
    expect(rights(template)).toEqual({
      CustomerCommandsCommand: seals,
      QueriesQuery: [...opens, 'GetItem ["find"]'],
      HistoryHistory: opens,
      SubjectsExport: opens,
      SubjectsSubjects: erases,
      RetentionRetention: erases,
    });
  });

  test('are given to the processes and schedules that send commands with personal values, to seal and never to open', () => {
    const sending = defineManifest({
      aggregates: [greeting, plain, taking],
      projections: [],
      processes: [processOf('greets', greeting), processOf('takes', taking), processOf('counts', plain)],
      schedules: { greeted: scheduleOf(greeting), taken: scheduleOf(taking), counted: scheduleOf(plain) },
    });
    const found = Object.entries(rights(synthesized('dev', {}, sending).template));
    expect(Object.fromEntries(found.filter(([role]) => /(React|Run)$/.test(role)))).toEqual({
      ProcessesGreetsReact: seals,
      ProcessesTakesReact: seals,
      SchedulesGreetedRun: seals,
      SchedulesTakenRun: seals,
    });
  });

  test('are opened by the effects that declare it, and by no other one', () => {
    const plainly = { ...sendMail, name: 'count', opens: [] };
    const asking = {
      ...plainly,
      name: 'ask',
      answer: v1(z.object({ who: z.string(), name: personal(z.string(), { of: 'who' }) })),
    };
    const performing = defineManifest({
      aggregates: [customer, plain],
      projections: [],
      processes: [{ ...mailing, effects: [sendMail, plainly, asking] } as never],
    });
    const found = Object.entries(rights(synthesized('dev', {}, performing).template));
    expect(Object.fromEntries(found.filter(([role]) => role.startsWith('Effects')))).toEqual({
      EffectsSendMailEffect: opens,
      EffectsAskEffect: seals,
    });
  });

  test('are opened by the sender of public events only where one of these declares that it reveals a value', () => {
    const publishing = (reveal: boolean) => {
      const noted = {
        Noted: v1(z.object({ text: personal(z.string(), { reveal }) })),
        Kept: v1(z.object({ text: personal(z.string(), { reveal: true }) })),
      };
      const aggregate = {
        ...plain,
        events: noted,
        decide: { Count: () => [] },
        evolve: { Noted: (state: object) => state, Kept: (state: object) => state },
        publishes: ['Noted'],
      } as unknown as AnyDecider;
      const found = rights(synthesized('dev', {}, defineManifest({ aggregates: [aggregate], projections: [] })).template);
      return found.AnnouncerAnnounce;
    };
    expect([publishing(true), publishing(false)]).toEqual([opens, undefined]);
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

describe('the keys that a removed stack has left', () => {
  const adopt = { keysTable: 'old-keys', subjectsKey: 'arn:aws:kms:eu-central-1:111122223333:key/1234-5678' };

  test('are adopted by name: the stack makes none, and its functions have the same rights on the old ones', () => {
    const { template: adopting } = synthesized('dev', adopt, manifest);
    adopting.resourceCountIs('AWS::KMS::Key', 0);
    const made = (of: typeof adopting) =>
      Object.keys(of.findResources('AWS::DynamoDB::Table')).filter((id) => id.startsWith('SubjectKeys'));
    expect([made(template).length, made(adopting)]).toEqual([1, []]);
    const text = JSON.stringify(adopting.findResources('AWS::IAM::Policy'));
    expect(text).toContain('table/old-keys');
    expect(text).toContain(adopt.subjectsKey);
    const [command] = Object.values(
      adopting.findResources('AWS::Lambda::Function', { Properties: { Environment: { Variables: { CATEGORY: 'customer' } } } }),
    );
    expect(command?.Properties.Environment.Variables).toMatchObject({ KEYS_TABLE: 'old-keys', SUBJECTS_KEY: adopt.subjectsKey });
  });

  test.each(['keysTable', 'subjectsKey'] as const)('are refused if only the %s is given, and a name that is none', (one) => {
    expect(() => synthesized('dev', { [one]: adopt[one] }, manifest)).toThrow(
      'give both -c keysTable=<name> and -c subjectsKey=<its ARN>',
    );
    expect(() => synthesized('dev', { ...adopt, [one]: 'no such name!' }, manifest)).toThrow(`use -c ${one}=`);
  });
});
