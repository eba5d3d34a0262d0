import { expect, test } from 'vitest';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { customer } from '../../support/apps/customer/decider.ts';
import { manifest } from '../../support/apps/customer/manifest.ts';
import { synthesized } from '../support/deployed.ts';

type Statement = Readonly<{ Action: string | string[]; Resource: unknown; Condition?: Record<string, Record<string, unknown>> }>;

const retained = defineManifest({
  ...manifest,
  aggregates: [{ ...customer, retention: { endedBy: ['CustomerMoved'], keep: { years: 10 } } }],
});
const { template } = synthesized('dev', {}, retained);
const { retention: _, ...kept } = customer;
const without = synthesized('dev', {}, defineManifest({ ...manifest, aggregates: [kept] })).template;

/** The rights of the function, as lines of `<actions> [keys]`, or of an index. */
const lines = Object.values(template.findResources('AWS::IAM::Policy'))
  .filter(({ Properties }) => String(Properties.Roles[0].Ref).startsWith('Retention'))
  .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
  .filter(({ Action }) => ![Action].flat().some((action) => action.startsWith('logs:')))
  .map(({ Action, Resource, Condition }) => {
    const actions = [Action].flat().map((action) => action.replace(/^dynamodb:/, ''));
    const index = /index\/[a-z-]+/.exec(JSON.stringify(Resource))?.[0];
    return `${actions.join(' ')} ${index ?? JSON.stringify(Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? 'the register')}`;
  });

test('retention erases and records, reads how streams end, and can open nothing', () => {
  expect(lines).toEqual([
    'GetItem ["pairs/*","erased/*"]',
    'DeleteItem ["pairs/*"]',
    'PutItem ["erased/*"]',
    'GetItem PutItem Query ["subject-*"]',
    'Query ["customer-*"]',
    'GetItem PutItem ["retention"]',
    'GetItem ["view/*","rebuild/*","rebuilds","deployed"]',
    'GetItem Query Scan "the register"',
    'Query index/list-by-end',
    'Query index/list-by-subject',
    'Scan index/parked',
  ]);
});

test('retention looks each hour, its failures count for the alarm of all functions, and it adds no alarm', () => {
  const rules = Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties.ScheduleExpression);
  expect(rules).toContain('rate(1 hour)');
  const alarms = (of: typeof template) => Object.keys(of.findResources('AWS::CloudWatch::Alarm')).sort();
  expect(alarms(template)).toEqual(alarms(without));
  const filters = Object.keys(template.findResources('AWS::Logs::MetricFilter')).filter((id) => id.startsWith('Retention'));
  expect(filters).toHaveLength(1);
});

test('a manifest without a retention has nothing of it', () => {
  expect(JSON.stringify(without)).not.toMatch(/Retention(?:Retention|EachHour)|list-by-end/);
});
