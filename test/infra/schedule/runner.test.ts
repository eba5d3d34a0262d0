import { describe, expect, test } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { send } from '../../../lib/core/process/process.ts';
import { schedule } from '../../../lib/core/schedule/schedule.ts';
import { synthesized } from '../support/deployed.ts';

const monthly = schedule({
  cron: '30 2 1 * *',
  timezone: 'Europe/Vienna',
  since: '2026-12-01T00:00:00.000Z',
  catchUp: 'all',
  sends: [account],
  each: accountBalance,
  command: ({ id, local }) => send(account, id, 'Settle', { reference: local }),
});
const manifest = defineManifest({ aggregates: [account], projections: [accountBalance], schedules: { monthly } });
const { template } = synthesized('dev', {}, manifest);

type Statement = Readonly<{ Action: string | string[]; Resource: unknown; Condition?: Record<string, Record<string, string[]>> }>;
type Policy = Readonly<{ Properties: { PolicyDocument: { Statement: Statement[] }; Roles: { Ref: string }[] } }>;

const told = (value: unknown): string => {
  const { 'Fn::GetAtt': got } = value as { 'Fn::GetAtt'?: [string, string] };
  return got ? `${got[0].replace(/[0-9A-F]{8}$/, '')}.${got[1]}` : JSON.stringify(value);
};
const rights = (role: string) =>
  Object.values(template.findResources('AWS::IAM::Policy') as Record<string, Policy>)
    .filter(({ Properties }) => Properties.Roles[0]!.Ref.startsWith(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => ![Action].flat().includes('logs:PutLogEvents'))
    .map(({ Action, Resource, Condition }) => {
      const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
      const actions = [Action].flat().map((action) => action.replace(/^.*:/, ''));
      return `${[Resource].flat().map(told).join(' ')}: ${actions.join(' ')}${keys ? ` [${keys.join(' ')}]` : ''}`;
    });

describe('a schedule', () => {
  test('is triggered in its time zone, for an hour if need be, and what never arrives is a dead letter', () => {
    const queues = Object.entries(template.findResources('AWS::SQS::Queue'));
    const queue = queues.find(([id]) => id.startsWith('SchedulesMonthlyQueue'));
    const letters = queues.find(([id]) => id.startsWith('SchedulesMonthlyDeadLetters'));
    expect(queue?.[1].Properties.QueueName).toBe('foldstream-dev-monthly-schedule');
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: 'foldstream-dev-monthly-schedule',
      ScheduleExpression: 'cron(30 2 1 * ? *)',
      ScheduleExpressionTimezone: 'Europe/Vienna',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { 'Fn::GetAtt': [queue?.[0], 'Arn'] },
        Input: '{"look":"monthly"}',
        RetryPolicy: { MaximumEventAgeInSeconds: 3_600 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [letters?.[0], 'Arn'] } },
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 60, Environment: { Variables: { SCHEDULE: 'monthly' } } });
  });

  test('appends to its target alone, goes through its view, and keeps its own progress', () => {
    expect(rights('SchedulesMonthlyRunRole')).toEqual([
      'EventsCommits.Arn: GetItem PutItem Query [account-*]',
      'EventsSnapshots.Arn: GetItem PutItem [account-*]',
      'EventsControl.Arn: GetItem PutItem [schedule/monthly]',
      'EventsControl.Arn: GetItem [view/account-balance]',
      'EventsControl.Arn: GetItem [secret]',
      'EventsControl.Arn: GetItem [secret/proofs]',
      'AccountBalanceR2Rows.Arn: GetItem Scan',
      'SchedulesMonthlyQueue.Arn: ReceiveMessage DeleteMessage GetQueueAttributes ChangeMessageVisibility',
      'SchedulesMonthlyQueue.Arn: SendMessage GetQueueAttributes',
      'SchedulesMonthlyDeadLetters.Arn: GetQueueAttributes',
    ]);
    expect(rights('SchedulesMonthlyTriggerRole')).toEqual([
      'SchedulesMonthlyQueue.Arn SchedulesMonthlyDeadLetters.Arn: SendMessage',
    ]);
    expect(rights('SweepSweepRole')).toContain('EventsControl.Arn: GetItem [schedule/*]');
    expect(rights('SweepSweepRole')).toContain('SchedulesMonthlyQueue.Arn: SendMessage GetQueueAttributes');
  });

  test('has routes for operators alone, whose function reads and writes how far schedules are and triggers them, and no more', () => {
    expect(rights('ScheduleOperationsOpsRole')).toEqual([
      'SchedulesMonthlyQueue.Arn: SendMessage GetQueueAttributes',
      'SchedulesMonthlyDeadLetters.Arn: GetQueueAttributes',
      'EventsControl.Arn: GetItem PutItem [schedule/*]',
      'EventsControl.Arn: GetItem [secret/proofs]',
      '"*": GetMetricData',
    ]);
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties);
    expect(
      routes
        .filter(({ RouteKey }) => RouteKey.includes('/ops/schedules'))
        .map(({ RouteKey, AuthorizationType }) => `${RouteKey} ${AuthorizationType}`)
        .sort(),
    ).toEqual([
      'GET /ops/schedules JWT',
      ...['pause', 'resume', 'run', 'skip'].map((order) => `POST /ops/schedules/{schedule}/${order} JWT`),
    ]);
  });

  test('raises an alarm when it is late, and when it cannot run', () => {
    const patterns = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(
      ({ Properties }) => Properties.FilterPattern,
    );
    expect(patterns).toContain('{ $.message = "A schedule is late." }');
    expect(patterns).toContain('{ $.message = "A schedule could not run; it is tried again." }');
  });
});
