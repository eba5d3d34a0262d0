import { describe, expect, test } from 'vitest';
import { deployed } from './deployed.ts';

const { template } = deployed();

type Statement = Readonly<{ Action: string | string[]; Resource: unknown; Condition?: unknown; Effect: string }>;
type Policy = Readonly<{ Properties: { PolicyDocument: { Statement: Statement[] }; Roles: { Ref: string }[] } }>;

const list = (value: string | string[]) => [value].flat();

/** A resource as `<logical id without its hash>.<attribute>` followed by what is appended to it. */
const named = (resource: unknown): string => {
  if (typeof resource === 'string') return resource;
  const { 'Fn::GetAtt': got, 'Fn::Join': joined } = resource as {
    'Fn::GetAtt'?: [string, string];
    'Fn::Join'?: [string, unknown[]];
  };
  if (got) return `${got[0].replace(/[0-9A-F]{8}$/, '')}.${got[1]}`;
  return joined ? joined[1].map(named).join(joined[0]) : JSON.stringify(resource);
};

const rights: Readonly<Record<string, readonly Statement[]>> = Object.fromEntries(
  Object.values(template.findResources('AWS::IAM::Policy') as Record<string, Policy>).map(({ Properties }) => [
    Properties.Roles[0]!.Ref.replace(/Role[0-9A-F]{8}$/, ''),
    Properties.PolicyDocument.Statement.filter(({ Action }) => !list(Action).includes('logs:PutLogEvents')),
  ]),
);

/** What a function may do, as lines of `<resource>: <actions> [condition]`. */
const lines = (step: string) =>
  rights[step]?.map(({ Action, Resource, Condition }) => {
    const keys = (Condition as Record<string, Record<string, string[]>> | undefined)?.['ForAllValues:StringLike']?.[
      'dynamodb:LeadingKeys'
    ];
    const actions = list(Action).map((action) => action.replace(/^.*:/, ''));
    return `${named(Resource)}: ${actions.join(' ')}${keys ? ` [${keys.join(' ')}]` : ''}`;
  });

describe('every function may do what its step does, and nothing else', () => {
  test.each(['Parcel', 'Audit'])('commands of %s: its own streams alone', (name) => {
    const category = name.toLowerCase();
    expect(lines(`${name}CommandsCommand`)).toEqual([
      `EventsCommits.Arn: GetItem PutItem Query [${category}-* unique-${category}.*]`,
      `EventsSnapshots.Arn: GetItem PutItem [${category}-*]`,
      'EventsControl.Arn: GetItem PutItem [secret]',
    ]);
  });

  test('publishing', () => {
    expect(lines('PublisherPublish')).toEqual([
      'PublisherBus.Arn: PutEvents',
      'EventsCommits.StreamArn: DescribeStream GetRecords GetShardIterator ListStreams',
      'PublisherFailed.Arn/aws/lambda/*: PutObject',
      'PublisherFailed.Arn: ListBucket',
    ]);
  });

  test('guarding: it is shown what happened, and may do nothing about it', () => {
    expect(lines('GuardGuard')).toEqual(['EventsCommits.StreamArn: DescribeStream GetRecords GetShardIterator ListStreams']);
  });

  test('projecting: its own table and queue alone', () => {
    expect(lines('ParcelListR2Project')).toEqual([
      'EventsCommits.Arn: GetItem Query',
      'ParcelListR2Rows.Arn: GetItem PutItem',
      'ParcelListR2Queue.Arn: ReceiveMessage DeleteMessage GetQueueAttributes',
    ]);
  });

  test('queries: the public views that answer, and of commits nothing', () => {
    expect(lines('QueriesQuery')).toEqual([
      'ParcelListR1Rows.Arn: GetItem Query Scan',
      'ParcelListR1Rows.Arn/index/by-owner: Query',
      'ParcelListR1Rows.Arn/index/list-by-who: Query',
      'ParcelListR1Rows.Arn/index/list-newest: Query',
      'ParcelLogR1Rows.Arn: GetItem Query Scan',
      'ParcelLogR1Rows.Arn/index/list-newest: Query',
      'EventsControl.Arn: GetItem [secret]',
    ]);
  });

  test('sweeping: it looks at commits and cursors, and sends; of tables it writes its own place alone', () => {
    const of = (view: string) => [
      `${view}Rows.Arn: GetItem`,
      `${view}Queue.Arn: SendMessage GetQueueAttributes`,
      `${view}DeadLetters.Arn: GetQueueAttributes`,
    ];
    expect(lines('SweepSweep')).toEqual([
      'EventsCommits.Arn: Scan',
      'EventsControl.Arn: GetItem PutItem [sweep]',
      'PublisherBus.Arn: PutEvents',
      ...['ParcelListR1', 'ParcelListR2', 'ParcelLogR1', 'InnerR1'].flatMap(of),
    ]);
  });

  test('operating: it sees what is parked, and orders; it writes no table at all', () => {
    const of = (view: string) => [
      `${view}Rows.Arn: GetItem`,
      `${view}Rows.Arn/index/parked: Scan`,
      `${view}Queue.Arn: SendMessage GetQueueAttributes`,
      `${view}DeadLetters.Arn: GetQueueAttributes`,
    ];
    expect(lines('OperationsOps')).toEqual([
      ...['ParcelListR1', 'ParcelListR2', 'ParcelLogR1', 'InnerR1'].flatMap(of),
      '*: GetMetricData',
    ]);
  });

  test('history', () => {
    expect(lines('HistoryHistory')).toEqual(['EventsCommits.Arn: GetItem Query', 'EventsSnapshots.Arn: GetItem']);
  });
});

test('there is no wildcard but the one that Lambda makes necessary, and metrics, of which there are no smaller rights', () => {
  const statements = Object.values(rights).flat();
  const wild = statements
    .flatMap(({ Action, Resource }) => [...list(Action), ...[Resource].flat().map(named)])
    .filter((text) => text.includes('*'));
  expect(wild).toEqual(['PublisherFailed.Arn/aws/lambda/*', '*']);
});

test('no role has a managed policy, and each writes its own log alone', () => {
  for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role')))
    expect([Properties.ManagedPolicyArns, Properties.Policies]).toEqual([undefined, undefined]);
  const policies = Object.values(template.findResources('AWS::IAM::Policy') as Record<string, Policy>);
  const logs = policies.flatMap(({ Properties }) =>
    Properties.PolicyDocument.Statement.filter(({ Action }) => list(Action).includes('logs:PutLogEvents')),
  );
  expect(new Set(logs.map(({ Resource }) => named(Resource))).size).toBe(policies.length);
  for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function')))
    expect(Properties.LoggingConfig.LogGroup.Ref).toContain('Log');
});
