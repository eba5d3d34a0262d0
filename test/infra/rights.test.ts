import { describe, expect, test } from 'vitest';
import { secretIds } from '../../lib/core/deployed-names.ts';
import { deployed } from './support/deployed.ts';

const { template } = deployed();

type Statement = Readonly<{ Action: string | string[]; Resource: unknown; Condition?: unknown; Effect: string }>;
type Policy = Readonly<{ Properties: { PolicyDocument: { Statement: Statement[] }; Roles: { Ref: string }[] } }>;

const list = (value: string | string[]) => [value].flat();

/** A resource as `<logical id without its hash>.<attribute>` followed by what is appended to it. */
const named = (resource: unknown): string => {
  if (typeof resource === 'string') return resource;
  if (Array.isArray(resource)) return resource.map(named).join(' ');
  const {
    'Fn::GetAtt': got,
    'Fn::Join': joined,
    Ref: ref,
  } = resource as {
    'Fn::GetAtt'?: [string, string];
    Ref?: string;
    'Fn::Join'?: [string, unknown[]];
  };
  if (got) return `${got[0].replace(/[0-9A-F]{8}$/, '')}.${got[1]}`;
  if (ref !== undefined) return ref.replace(/[0-9A-F]{8}$/, '.Ref');
  return joined ? joined[1].map(named).join(joined[0]) : JSON.stringify(resource);
};

const policies = Object.values(template.findResources('AWS::IAM::Policy') as Record<string, Policy>);
const roleOf = ({ Properties }: Policy) => Properties.Roles[0]!.Ref.replace(/Role[0-9A-F]{8}$/, '');
const isLog = ({ Action }: Statement) => list(Action).some((action) => action.startsWith('logs:'));

const rights: Readonly<Record<string, readonly Statement[]>> = Object.fromEntries(
  Object.entries(Object.groupBy(policies, roleOf)).map(([role, own = []]) => [
    role,
    own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement).filter((statement) => !isLog(statement)),
  ]),
);

/** The rights of a function, as lines of `<resource>: <actions> [condition]`. */
const lines = (step: string) =>
  rights[step]?.map(({ Action, Resource, Condition }) => {
    const keys = (Condition as Record<string, Record<string, string[]>> | undefined)?.['ForAllValues:StringLike']?.[
      'dynamodb:LeadingKeys'
    ];
    const actions = list(Action).map((action) => action.replace(/^.*:/, ''));
    const like = Object.values((Condition as Record<string, Record<string, string>> | undefined)?.StringLike ?? {});
    const only = keys ?? like;
    return `${named(Resource)}: ${actions.join(' ')}${only.length > 0 ? ` [${only.join(' ')}]` : ''}`;
  });

/** The stack and those nested in it, and its functions, by their names: of these, what they are and how large, never what they hold. */
const ownStacks = 'arn:AWS::Partition:cloudformation:AWS::Region:AWS::AccountId:stack/foldstream-dev*/*';
const ownFunctions = 'arn:AWS::Partition:lambda:AWS::Region:AWS::AccountId:function:foldstream-dev*';
const ownTables = 'arn:AWS::Partition:dynamodb:AWS::Region:AWS::AccountId:table/foldstream-dev*';
const readsProofs = 'EventsControl.Arn: GetItem [secret/proofs]';

describe('every function may do what its step does, and nothing else', () => {
  test.each(['Parcel', 'Audit'])('commands of %s: its own streams alone, and whose those are that it names', (name) => {
    const category = name.toLowerCase();
    expect(lines(`${name}CommandsCommand`)).toEqual([
      `EventsCommits.Arn: GetItem PutItem Query [${category}-*]`,
      `EventsCommits.Arn: ConditionCheckItem [${category}-*]`,
      `EventsSnapshots.Arn: GetItem PutItem [${category}-*]`,
      'EventsControl.Arn: GetItem [secret]',
      // A command of audits names a parcel, must know whose that is, and depends on it not having moved.
      ...(name === 'Audit'
        ? [
            'EventsCommits.Arn: GetItem Query [parcel-*]',
            'EventsSnapshots.Arn: GetItem [parcel-*]',
            'EventsCommits.Arn: ConditionCheckItem [parcel-*]',
          ]
        : []),
    ]);
  });

  test('publishing', () => {
    expect(lines('PublisherPublish')).toEqual([
      'PublisherBus.Arn: PutEvents [foldstream.commits *.commit]',
      readsProofs,
      'EventsCommits.StreamArn: DescribeStream GetRecords GetShardIterator ListStreams',
      'PublisherFailed.Arn/aws/lambda/*: PutObject',
      'PublisherFailed.Arn: ListBucket',
    ]);
  });

  test('guarding: it is shown what happened, may do nothing about it, and notes it; a batch that it cannot handle is kept', () => {
    expect(lines('GuardGuard')).toEqual([
      'EventsCommits.Arn: GetItem',
      'EventsControl.Arn: GetItem [secret/purges]',
      'GuardJournalQueue.Arn: SendMessage',
      'EventsCommits.StreamArn: DescribeStream GetRecords GetShardIterator ListStreams',
      'PublisherFailed.Arn/aws/lambda/*: PutObject',
      'PublisherFailed.Arn: ListBucket',
    ]);
  });

  test('purging: it alone may update commits, removes snapshots, and signs', () => {
    expect(lines('PurgesPurge')).toEqual([
      'EventsCommits.Arn: GetItem PutItem Query UpdateItem',
      'EventsSnapshots.Arn: PutItem Query',
      'EventsControl.Arn: GetItem [secret]',
      'EventsControl.Arn: GetItem [secret/purges]',
    ]);
  });

  test('projecting: its own table and queue alone', () => {
    expect(lines('ParcelListR2Project')).toEqual([
      'ParcelListR2Rows.Arn: GetItem PutItem',
      'EventsCommits.Arn: GetItem Query',
      'EventsControl.Arn: GetItem [phase/parcel-list.r2]',
      readsProofs,
      'ParcelListR2Queue.Arn: ReceiveMessage DeleteMessage GetQueueAttributes ChangeMessageVisibility',
    ]);
  });

  test('working for rebuilds: it reads all history, and of views writes its own table alone', () => {
    expect(lines('ParcelListR2Rebuild')).toEqual([
      'ParcelListR2Rows.Arn: GetItem PutItem UpdateItem DeleteItem Query Scan',
      'EventsCommits.Arn: Scan Query GetItem',
      'EventsControl.Arn: GetItem PutItem [rebuild/*]',
      'EventsControl.Arn: GetItem [phase/*]',
    ]);
  });

  const views = ['ParcelListR1', 'ParcelListR2', 'ParcelLogR1', 'InnerR1'];
  const records = 'EventsControl.Arn: GetItem PutItem DeleteItem [view/* phase/* rebuild/* rebuilds rebuilding/*]';
  const executions = 'arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:RebuildsMachine.Name:*';

  test('leading rebuilds: it writes their records, switches, and orders; it reads no history and no view', () => {
    expect(lines('RebuildsLead')).toEqual([records, readsProofs, ...views.map((view) => `${view}Queue.Arn: SendMessage`)]);
  });

  test('the state machine of rebuilds invokes its own functions alone, and starts its own children', () => {
    const own = rights.Rebuilds ?? [];
    expect(own.map(({ Action, Resource }) => [Action, [Resource].flat().map(named)])).toEqual([
      ['lambda:InvokeFunction', ['RebuildsLead', ...views.map((view) => `${view}Rebuild`)].map((step) => `${step}.Arn`)],
      ['states:StartExecution', ['RebuildsMachine.Ref']],
      [['states:DescribeExecution', 'states:StopExecution'], [executions]],
    ]);
  });

  test('settling a deployment: it sees whether there is a commit, what answers, and the ids of tables; and makes secrets', () => {
    expect(lines('DeployedViewsDeployed')).toEqual([
      'EventsCommits.Arn: Scan',
      'EventsControl.Arn: GetItem PutItem DeleteItem [view/* phase/* deployed rebuild/* rebuilds rebuilding/*]',
      `EventsControl.Arn: PutItem [${Object.values(secretIds).join(' ')}]`,
      // In a stage that is destroyed with all that is in it.
      'PublisherFailed.Arn: ListBucket',
      'PublisherFailed.Arn/*: DeleteObject',
      `${views.map((view) => `${view}Rows.Arn`).join(' ')}: DescribeTable`,
      `${views.map((view) => `${view}Rebuild.Arn`).join(' ')}: InvokeFunction`,
    ]);
  });

  test('the table of commits denies everybody every action on items except reads and a Put, and an update to all but the function that purges', () => {
    const [[, { Properties }]] = Object.entries(template.findResources('AWS::DynamoDB::Table')).filter(([id]) =>
      id.startsWith('EventsCommits'),
    ) as [[string, { Properties: { ResourcePolicy: { PolicyDocument: { Statement: Statement[] } } } }]];
    const { Statement: statements } = Properties.ResourcePolicy.PolicyDocument;
    const denied = ['DeleteItem', 'BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'];
    expect(statements).toEqual([
      {
        Sid: 'CommitsAreOnlyPut',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: denied.map((action) => `dynamodb:${action}`),
        // The table itself: a name here would be a circle.
        Resource: '*',
      },
      {
        Sid: 'CommitsAreUpdatedByPurges',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'dynamodb:UpdateItem',
        Resource: '*',
        // The id of the role, which no other role ever has: a name can be taken.
        Condition: {
          StringNotLike: {
            'aws:userid': { 'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^PurgesPurgeRole/), 'RoleId'] }, ':*']] },
          },
        },
      },
    ]);
    // No function has what is denied: the policy is against roles to come, and people.
    const onCommits = Object.values(rights).flatMap((own) =>
      own.filter(({ Resource }) => [Resource].flat().map(named).includes('EventsCommits.Arn')),
    );
    const updating = Object.entries(rights).filter(([, own]) =>
      own.some(
        ({ Action, Resource }) =>
          list(Action).includes('dynamodb:UpdateItem') && [Resource].flat().map(named).includes('EventsCommits.Arn'),
      ),
    );
    expect(updating.map(([role]) => role)).toEqual(['PurgesPurge']);
    const granted = onCommits.flatMap(({ Action }) => list(Action).map((action) => action.replace('dynamodb:', '')));
    expect(granted.filter((action) => denied.includes(action) || action.includes('*'))).toEqual([]);
  });

  test('the secrets are read one by one, by key, by the functions that need them, and come with no list', () => {
    const control = Object.entries(rights).flatMap(([role, own]) =>
      own
        .filter(({ Resource }) => [Resource].flat().map(named).includes('EventsControl.Arn'))
        .map((statement) => [role, statement] as const),
    );
    const open = control.filter(
      ([, { Action, Condition }]) => Condition === undefined && list(Action).some((action) => !action.includes(':Describe')),
    );
    expect(open.map(([role]) => role)).toEqual([]);
    const scans = control.filter(([, { Action }]) => list(Action).some((action) => /Scan|Query|Batch|PartiQL/.test(action)));
    expect(scans.map(([role]) => role)).toEqual([]);
  });

  test('a secret is written by the function of the deployment alone', () => {
    const reaching = ({ Action, Resource, Condition }: Statement): readonly string[] => {
      const reading = /^dynamodb:(GetItem|Query|Scan|DescribeTable|DescribeContinuousBackups)$/;
      if (![Resource].flat().map(named).includes('EventsControl.Arn') || list(Action).every((action) => reading.test(action)))
        return [];
      const keys = (Condition as Record<string, Record<string, string[]>> | undefined)?.['ForAllValues:StringLike'];
      const forms = keys?.['dynamodb:LeadingKeys'] ?? ['*'];
      const matches = (form: string, id: string) => new RegExp(`^${form.replaceAll('*', '.*')}$`).test(id);
      return Object.values(secretIds).filter((id) => forms.some((form) => matches(form, id)));
    };
    const writers = Object.entries(rights).filter(([, own]) => own.some((statement) => reaching(statement).length > 0));
    expect(writers.map(([role]) => role)).toEqual(['DeployedViewsDeployed']);
  });

  test('every function that reads a secret is deployed after the secrets are made, and they are made again when there are more, or another table', () => {
    const [[made, { Properties }]] = Object.entries(template.findResources('Custom::Secrets')) as [
      [string, { Properties: Record<string, unknown> }],
    ];
    expect(Properties).toMatchObject({
      Secrets: Object.keys(secretIds),
      Table: { Ref: expect.stringMatching(/^EventsControl/) },
    });
    const isOfSecret = (line: string) => Object.values(secretIds).some((id) => line === `EventsControl.Arn: GetItem [${id}]`);
    const readers = Object.keys(rights).filter((role) => lines(role)?.some(isOfSecret));
    expect(readers).toEqual(expect.arrayContaining(['ParcelCommandsCommand', 'QueriesQuery']));
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    for (const reader of readers) {
      // The same name twice in a row is written once.
      const [, found] = functions.find(([id]) => {
        const name = id.replace(/[0-9A-F]{8}$/, '');
        return name === reader || name.repeat(2) === reader;
      })!;
      expect(found.DependsOn, reader).toContain(made);
    }
  });

  test('announcing: it reads commits, keeps how far it has come, and sends', () => {
    expect(lines('AnnouncerAnnounce')).toEqual([
      'EventsCommits.Arn: GetItem Query',
      readsProofs,
      'AnnouncerCursors.Arn: GetItem PutItem',
      'PublisherBus.Arn: PutEvents [foldstream]',
      'AnnouncerQueue.Arn: ReceiveMessage DeleteMessage GetQueueAttributes ChangeMessageVisibility',
    ]);
  });

  test('queries: the public views in all revisions, which of them answers, and of commits nothing', () => {
    expect(lines('QueriesQuery')).toEqual([
      'ParcelListR1Rows.Arn: GetItem Query Scan',
      'ParcelListR1Rows.Arn/index/by-owner: Query',
      'ParcelListR1Rows.Arn/index/list-by-who: Query',
      'ParcelListR1Rows.Arn/index/list-newest: Query',
      'ParcelListR2Rows.Arn: GetItem Query Scan',
      'ParcelListR2Rows.Arn/index/by-owner: Query',
      'ParcelListR2Rows.Arn/index/list-by-who: Query',
      'ParcelListR2Rows.Arn/index/list-newest: Query',
      'ParcelLogR1Rows.Arn: GetItem Query Scan',
      'ParcelLogR1Rows.Arn/index/list-newest: Query',
      'EventsControl.Arn: GetItem [view/* rebuild/* rebuilds deployed]',
      'EventsControl.Arn: GetItem [secret]',
    ]);
  });

  test('sweeping: it looks at commits and cursors, and sends; of tables it writes its own place alone', () => {
    const of = (view: string) => [
      `${view}Rows.Arn: GetItem BatchGetItem`,
      `${view}Queue.Arn: SendMessage GetQueueAttributes`,
      `${view}DeadLetters.Arn: GetQueueAttributes`,
    ];
    expect(lines('SweepSweep')).toEqual([
      'EventsCommits.Arn: Scan Query GetItem',
      'EventsControl.Arn: GetItem PutItem [sweep]',
      'EventsControl.Arn: GetItem [phase/*]',
      readsProofs,
      ...['ParcelListR1', 'ParcelListR2', 'ParcelLogR1', 'InnerR1'].flatMap(of),
      'AnnouncerCursors.Arn: GetItem BatchGetItem',
      'AnnouncerQueue.Arn: SendMessage GetQueueAttributes',
      'AnnouncerDeadLetters.Arn: GetQueueAttributes',
      'GuardJournalQueue.Arn: ReceiveMessage DeleteMessage GetQueueAttributes ChangeMessageVisibility',
      'GuardJournalQueue.Arn: SendMessage GetQueueAttributes',
      'GuardJournalDeadLetters.Arn: GetQueueAttributes',
    ]);
  });

  test('operating: it sees what is parked, orders, and begins rebuilds; of tables it writes their records alone', () => {
    const of = (view: string) => [
      `${view}Rows.Arn: GetItem`,
      `${view}Rows.Arn/index/parked: Scan`,
      `${view}Queue.Arn: SendMessage GetQueueAttributes`,
      `${view}DeadLetters.Arn: GetQueueAttributes`,
    ];
    expect(lines('OperationsOps')).toEqual([
      ...['ParcelListR1', 'ParcelListR2', 'ParcelLogR1', 'InnerR1'].flatMap(of),
      'AnnouncerCursors.Arn: GetItem',
      'AnnouncerCursors.Arn/index/parked: Scan',
      'AnnouncerQueue.Arn: SendMessage GetQueueAttributes',
      'AnnouncerDeadLetters.Arn: GetQueueAttributes',
      '*: GetMetricData',
      'EventsControl.Arn: GetItem PutItem [acts/*]',
      records,
      readsProofs,
      'EventsCommits.Arn: DescribeTable Scan',
      'RebuildsMachine.Ref: StartExecution',
      `${executions}: DescribeExecution StopExecution`,
      'EventsCommits.Arn: GetItem Query',
      `${ownStacks}: ListStackResources`,
      `${ownFunctions}: GetFunctionConfiguration`,
      `${ownTables}: DescribeTable`,
      'EventsControl.Arn: GetItem [view/* rebuild/* rebuilds deployed]',
    ]);
  });

  test('dead letters: it moves them back, without the key of proofs, so that what it made up nobody would believe', () => {
    const moves = 'ReceiveMessage DeleteMessage GetQueueAttributes ChangeMessageVisibility';
    const of = (consumer: string) => [
      `${consumer}DeadLetters.Arn: ${moves}`,
      `${consumer}Queue.Arn: SendMessage GetQueueAttributes`,
    ];
    expect(lines('DeadLetterOperationsOps')).toEqual([
      ...['ParcelListR1', 'ParcelListR2', 'ParcelLogR1', 'InnerR1', 'Announcer'].flatMap(of),
      'EventsControl.Arn: GetItem PutItem [acts/*]',
    ]);
  });

  test('history', () => {
    expect(lines('HistoryHistory')).toEqual(['EventsCommits.Arn: GetItem Query', 'EventsSnapshots.Arn: GetItem']);
  });
});

test('there is no wildcard but where Lambda, executions or the nested stacks make it necessary, and metrics, of which there are no smaller rights', () => {
  const statements = Object.values(rights).flat();
  const wild = statements
    .flatMap(({ Action, Resource }) => [...list(Action), ...[Resource].flat().map(named)])
    .filter((text) => text.includes('*'));
  const executions = 'arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:RebuildsMachine.Name:*';
  const failed = 'PublisherFailed.Arn/aws/lambda/*';
  expect(wild.toSorted()).toEqual([
    '*',
    'PublisherFailed.Arn/*',
    failed,
    failed,
    ownStacks,
    ownTables,
    ownFunctions,
    executions,
    executions,
  ]);
});

test("into a consumer's queue only its own rules may put something by the queue's policy, and a rule takes only what the publisher has put", () => {
  type Bound = Readonly<{
    Properties: { PolicyDocument: { Statement: (Statement & { Principal: unknown })[] }; Queues: unknown[] };
  }>;
  const rules = template.findResources('AWS::Events::Rule') as Record<
    string,
    { Properties: { EventPattern?: { source?: unknown } } }
  >;
  const onBus = Object.values(rules).filter(({ Properties }) => Properties.EventPattern);
  expect(onBus.length).toBeGreaterThan(4);
  for (const { Properties } of onBus) expect(Properties.EventPattern?.source).toEqual(['foldstream.commits']);
  const sends = Object.values(template.findResources('AWS::SQS::QueuePolicy') as Record<string, Bound>)
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Effect, Action }) => Effect === 'Allow' && list(Action).some((action) => action.startsWith('sqs:')));
  expect(sends.length).toBeGreaterThan(4);
  for (const { Principal, Condition } of sends) {
    expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
    const from = (Condition as { ArnEquals: Record<string, unknown> }).ArnEquals['aws:SourceArn'];
    expect(named(from)).toMatch(/^\w+Rule\.Arn$|^\w+(Sources|Own)\.Arn$/);
  }
});

test('no role has a managed policy, and each writes its own log alone', () => {
  for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role')))
    expect([Properties.ManagedPolicyArns, Properties.Policies]).toEqual([undefined, undefined]);
  const logs = policies.flatMap(({ Properties }) =>
    Properties.PolicyDocument.Statement.filter(({ Action }) => list(Action).includes('logs:PutLogEvents')),
  );
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  expect(new Set(logs.map(({ Resource }) => named(Resource))).size).toBe(functions.length);
  for (const { Properties } of functions) expect(Properties.LoggingConfig.LogGroup.Ref).toContain('Log');
});
