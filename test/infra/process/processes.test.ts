import { App } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { FoldstreamStack } from '../../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { enrolment } from '../../support/examples/enrolling.ts';
import { member } from '../../support/examples/member.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';
import { move, purse } from '../../support/examples/purses.ts';
import { alarmTopic, steps } from '../support/deployed.ts';
import { flattened, outputNames, waitsFor } from '../support/flattened.ts';

const manifest = defineManifest({ aggregates: [wallet, transfer], projections: [], processes: [moving] });
const bundle = steps.command ?? '';
const code = {
  steps: { ...steps, react: bundle, 'ops-processes': bundle },
  rows: {},
};
const stackOf = (stage: string, context: Parameters<typeof settingsFor>[1]) =>
  new FoldstreamStack(new App(), `foldstream-${stage}`, { manifest, code, settings: settingsFor(stage, context) });
const deployed = (context: Parameters<typeof settingsFor>[1] = {}) => {
  const stack = stackOf('dev', context);
  return { stack, template: flattened(stack) };
};
const { template } = deployed();

type Statement = Readonly<{ Action: string | string[]; Resource: unknown; Condition?: Record<string, Record<string, unknown>> }>;
type Policy = Readonly<{ Properties: { PolicyDocument: { Statement: Statement[] }; Roles: { Ref: string }[] } }>;

/** A value of a template in one line, logical ids without their hashes. */
const told = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const { 'Fn::GetAtt': got, 'Fn::Join': joined, Ref: ref } = value as Record<string, never>;
  if (got) return `${String(got[0]).replace(/[0-9A-F]{8}$/, '')}.${got[1]}`;
  if (ref) return String(ref).replace(/[0-9A-F]{8}$/, '');
  return joined ? (joined[1] as unknown[]).map(told).join(joined[0]) : JSON.stringify(value);
};

/** The rights of a role, as lines of `<resource>: <actions> [keys]`. */
const rights = (role: string, of: Template = template) =>
  Object.values(of.findResources('AWS::IAM::Policy') as Record<string, Policy>)
    .filter(({ Properties }) => told(Properties.Roles[0]).startsWith(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => ![Action].flat().includes('logs:PutLogEvents'))
    .map(({ Action, Resource, Condition }) => {
      const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] as string[] | undefined;
      const actions = [Action].flat().map((action) => action.replace(/^.*:/, ''));
      return `${[Resource].flat().map(told).join(' ')}: ${actions.join(' ')}${keys ? ` [${keys.join(' ')}]` : ''}`;
    });

const resources = (type: string, of: Template = template) =>
  Object.entries(of.findResources(type)).map(([id, { Properties }]) => ({ id, ...Properties }));

describe('a process', () => {
  test('is sent what it reacts to, none of its own steps, and nothing that was imported', () => {
    const rules = resources('AWS::Events::Rule').filter(({ id }) => id.startsWith('ProcessesMoving'));
    expect(rules.map(({ EventPattern }) => EventPattern)).toEqual([
      {
        source: ['foldstream.commits'],
        'detail-type': moving.from.map(({ category }) => `${category}.commit`),
        detail: { types: Object.keys(moving.on).sort(), imported: [{ exists: false }] },
      },
    ]);
    for (const { Targets } of rules) expect(Targets).toEqual([expect.objectContaining({ DeadLetterConfig: expect.anything() })]);
    const [queue] = resources('AWS::SQS::Queue').filter(({ id }) => id.startsWith('ProcessesMovingQueue'));
    const [step] = resources('AWS::Lambda::Function').filter(({ id }) => id.startsWith('ProcessesMovingReact'));
    expect(queue?.VisibilityTimeout).toBe(6 * step?.Timeout);
    expect(Number(step?.Environment.Variables.VISIBILITY_SECONDS)).toBe(queue?.VisibilityTimeout);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [queue?.id, 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('reads what it reacts to, appends to its own streams and those that it sends to, and keeps its own cursors and deadlines', () => {
    expect(rights('ProcessesMovingReactRole')).toEqual([
      'EventsCommits.Arn: GetItem Query [transfer-* moving-* wallet-*]',
      'EventsCommits.Arn: PutItem [moving-* wallet-* transfer-*]',
      'EventsSnapshots.Arn: GetItem PutItem [moving-* wallet-* transfer-*]',
      'EventsControl.Arn: GetItem PutItem [cursor/moving/*]',
      'EventsDeadlines.Arn: GetItem PutItem DeleteItem [moving/*]',
      'EventsControl.Arn: GetItem DeleteItem [deadline/moving-*]',
      'EventsControl.Arn: GetItem [secret]',
      'EventsControl.Arn: GetItem [secret/proofs]',
      'arn:AWS::Partition:scheduler:AWS::Region:AWS::AccountId:schedule/ProcessesMovingDeadlinesGroup/*: CreateSchedule DeleteSchedule',
      'ProcessesMovingShotRole.Arn: PassRole',
      'ProcessesMovingQueue.Arn: SendMessage',
      'ProcessesMovingQueue.Arn: ReceiveMessage DeleteMessage GetQueueAttributes ChangeMessageVisibility',
    ]);
  });

  test('the unique values and the tags of its targets, and of no other stream; so with the commands of a boundary, and with those that take others along', () => {
    const [course, student] = enrolment.tags!;
    const enrolled = { ...enrolment, tags: [{ ...course!, late: true }, student!] } as unknown as typeof enrolment;
    const enrolling = { ...moving, sends: [wallet, member, enrolled], from: [transfer] };
    const aggregates = [wallet, transfer, member, enrolled, purse, move];
    const stack = new FoldstreamStack(new App(), 'foldstream-dev', {
      manifest: defineManifest({ aggregates, projections: [], processes: [enrolling as never] }),
      code,
      settings: settingsFor('dev', {}),
    });
    const flat = flattened(stack);
    const own = rights('ProcessesMovingReactRole', flat).filter((line) => /unique-|tag-/.test(line));
    const tags = 'tag-course.* tag-student.*';
    expect(own).toEqual([
      `EventsCommits.Arn: GetItem PutItem Query [unique-member.* ${tags}]`,
      // Whether a tag that was declared later is complete.
      'EventsCommits.Arn: GetItem [tag-course]',
      `EventsCommits.Arn: ConditionCheckItem [${tags}]`,
      `EventsSnapshots.Arn: GetItem PutItem [moving-* wallet-* member-* enrolment-* ${tags}]`,
    ]);
    expect(rights('MoveCommandsCommandRole', flat)).toEqual([
      'EventsCommits.Arn: GetItem PutItem Query [move-* purse-* unique-purse.*]',
      'EventsCommits.Arn: ConditionCheckItem [move-* purse-*]',
      'EventsSnapshots.Arn: GetItem PutItem [move-* purse-*]',
      'EventsControl.Arn: GetItem [secret]',
      // The owners of what a movement names.
      'EventsCommits.Arn: GetItem Query [purse-*]',
      'EventsSnapshots.Arn: GetItem [purse-*]',
    ]);
    expect(rights('EnrolmentCommandsCommandRole', flat)).toEqual([
      `EventsCommits.Arn: GetItem PutItem Query [enrolment-* ${tags}]`,
      'EventsCommits.Arn: GetItem [tag-course]',
      `EventsCommits.Arn: ConditionCheckItem [enrolment-* ${tags}]`,
      `EventsSnapshots.Arn: GetItem PutItem [enrolment-* ${tags}]`,
      'EventsControl.Arn: GetItem [secret]',
    ]);
  });

  test("what fires its one-shots may send to its queue alone, and only for this deployment's schedules", () => {
    expect(rights('ProcessesMovingShotRole')).toEqual(['ProcessesMovingQueue.Arn: SendMessage']);
    const role = resources('AWS::IAM::Role').find(({ id }) => id.startsWith('ProcessesMovingShotRole'));
    expect(role?.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Condition: {
          StringEquals: {
            'aws:SourceAccount': { Ref: 'AWS::AccountId' },
            'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(/^ProcessesMovingDeadlinesGroup/), 'Arn'] },
          },
        },
      },
    ]);
    const passing = Object.values(template.findResources('AWS::IAM::Policy') as Record<string, Policy>)
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => Action === 'iam:PassRole');
    expect(passing.map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    ]);
  });

  test('knows itself and its one-shots', () => {
    const step = resources('AWS::Lambda::Function').find(({ id }) => id.startsWith('ProcessesMovingReact'));
    const { PROCESS, SCHEDULE_GROUP, SCHEDULE_ROLE, QUEUE_ARN, QUEUE_URL } = step?.Environment.Variables ?? {};
    expect(PROCESS).toBe('moving');
    expect([SCHEDULE_GROUP, SCHEDULE_ROLE, QUEUE_ARN, QUEUE_URL].map(told)).toEqual([
      'ProcessesMovingDeadlinesGroup',
      'ProcessesMovingShotRole.Arn',
      'ProcessesMovingQueue.Arn',
      'ProcessesMovingQueue',
    ]);
  });

  test('raises an alarm for what is stuck, parked, late or given up on, and when a deadline had to be found', () => {
    const filters = resources('AWS::Logs::MetricFilter');
    const own = filters.filter(({ id }) => !/^(ProcessInstances|Sweep.*Lasting)/.test(id));
    for (const message of [
      'An instance is stuck.',
      'An instance is parked.',
      'Some records have failed for minutes.',
      'Some deadlines had not fired.',
    ]) {
      const [filter, ...more] = own.filter(({ FilterPattern }) => FilterPattern === `{ $.message = "${message}" }`);
      expect(more).toEqual([]);
      const { MetricName } = filter?.MetricTransformations[0] ?? {};
      template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName, Threshold: 0 });
    }
    const descriptions = resources('AWS::CloudWatch::Alarm').map(({ AlarmDescription }) => AlarmDescription);
    expect(descriptions.filter((text) => /more than 5 minutes behind.*: .*\bmoving\b/.test(text))).toHaveLength(1);
  });

  test('an engine that knows no schedule groups is let into the default one, and AWS is not', () => {
    const schedules = (of: Template) => rights('ProcessesMovingReactRole', of).filter((line) => line.includes(':schedule/'));
    expect(schedules(template).join()).not.toContain('default');
    expect(schedules(deployed({ plainHttp: 'true' }).template).join()).toContain('schedule/default/*');
  });

  test('names batch writes as an action only to a local cloud that knows it as one, and not to AWS', () => {
    const changes = (of: Template) =>
      rights('ProcessesMovingReactRole', of)
        .filter((line) => line.includes('ChangeMessage'))
        .join();
    expect(changes(template)).toMatch(/ChangeMessageVisibility$/);
    expect(changes(deployed({ plainHttp: 'true' }).template)).toMatch(/ChangeMessageVisibility ChangeMessageVisibilityBatch$/);
  });
});

describe('around it', () => {
  test('its function is changed only when it is known that the tables are the right ones', () => {
    for (const nested of ['false', 'true']) {
      const { template: flat } = deployed({ nested });
      const react = Object.keys(flat.findResources('AWS::Lambda::Function')).find((id) => id.includes('MovingReact'))!;
      const [kept] = Object.keys(flat.findResources('Custom::KeptTables'));
      expect(waitsFor(flat, react)).toContain(kept);
    }
  });

  test('open deadlines have a table of their own, which is as durable as that of the commits, and no index', () => {
    const tablesOf = (of: Template) => resources('AWS::DynamoDB::Table', of).map(({ id, ...table }) => [id.slice(0, -8), table]);
    const { EventsDeadlines: own } = Object.fromEntries(tablesOf(template));
    expect(own.KeySchema).toEqual([
      { AttributeName: 'partition', KeyType: 'HASH' },
      { AttributeName: 'place', KeyType: 'RANGE' },
    ]);
    expect(own.GlobalSecondaryIndexes).toBeUndefined();
    const prod = Object.fromEntries(tablesOf(flattened(stackOf('prod', { alarmTopic }))));
    const durable = ({
      PointInTimeRecoverySpecification: recovery,
      SSESpecification: key,
      DeletionProtectionEnabled: kept,
    }: never) => ({
      recovery,
      key,
      kept,
    });
    expect(durable(prod.EventsDeadlines as never)).toEqual(durable(prod.EventsCommits as never));
    expect(prod.EventsDeadlines).toMatchObject({
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('the control table keeps the index of those that earlier releases put there, and no other', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        Match.objectLike({
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'dueIn', KeyType: 'HASH' },
            { AttributeName: 'due', KeyType: 'RANGE' },
          ],
        }),
      ],
    });
  });

  test('the sweep reads how far processes have come and what is due, and sends to their queues', () => {
    const lines = rights('SweepSweepRole');
    for (const line of [
      'EventsCommits.Arn: Scan Query GetItem',
      'EventsControl.Arn: GetItem BatchGetItem [cursor/*]',
      'EventsDeadlines.Arn: Query Scan',
      'EventsControl.Arn/index/due: Query Scan',
      'ProcessesMovingQueue.Arn: SendMessage GetQueueAttributes',
    ])
      expect(lines).toContain(line);
  });

  test('operators read instances and their history, and write only requests', () => {
    expect(rights('ProcessOperationsOpsRole')).toEqual([
      'ProcessesMovingQueue.Arn: SendMessage GetQueueAttributes',
      'ProcessesMovingDeadLetters.Arn: GetQueueAttributes',
      'ProcessInstancesR2Rows.Arn: GetItem Query Scan',
      'ProcessInstancesR2Rows.Arn/index/list-standing-still: Query',
      expect.stringMatching(/^EventsControl.Arn: GetItem \[view\/\*/),
      'EventsControl.Arn: GetItem [secret/proofs]',
      'EventsCommits.Arn: GetItem Query',
      'EventsSnapshots.Arn: GetItem',
      '*: GetMetricData',
    ]);
    const routes = resources('AWS::ApiGatewayV2::Route').map(({ RouteKey }) => RouteKey as string);
    expect(routes.filter((route) => route.includes('/ops/processes'))).toEqual([
      'GET /ops/processes',
      'GET /ops/processes/{process}/{instance}',
      'POST /ops/processes/{process}/{instance}/retry',
      'POST /ops/processes/{process}/{instance}/resume',
      'POST /ops/processes/{process}/{instance}/resolve',
    ]);
  });

  test('the outputs by which the command line finds it', () => {
    const names = outputNames(template);
    expect(names).toEqual(expect.arrayContaining(['ProcessInstancesR2Table', 'MovingScheduleGroup', 'MovingReactFunction']));
    expect(names).toEqual(expect.arrayContaining(['MovingQueue', 'MovingDeadLetters']));
  });

  test.each([{}, { plainHttp: 'true' }])('cdk-nag finds nothing that is not acknowledged: %j', (context) => {
    expect(new AwsSolutionsChecks().validateScope(deployed(context).stack).violations).toEqual([]);
  });

  test('a manifest without processes has nothing of it', () => {
    const stack = new FoldstreamStack(new App(), 'plain', {
      manifest: defineManifest({ aggregates: [wallet], projections: [] }),
      code,
      settings: settingsFor('dev'),
    });
    expect(JSON.stringify(flattened(stack).toJSON())).not.toMatch(/scheduler|ops-processes|ProcessInstances/);
  });
});
