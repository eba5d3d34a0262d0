import { App } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { operated } from '../../lib/core/announcer.ts';
import { revisionName } from '../../lib/core/deployed-names.ts';
import { handledTypes, sourcesOf } from '../../lib/core/projection.ts';
import { pauseSeconds } from '../../lib/engine/delivery/pause.ts';
import { FoldstreamStack } from '../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../lib/infra/kit/stage.ts';
import { deployed, manifest, openManifest, steps, synthesized } from './support/deployed.ts';
import { outputNames } from './support/flattened.ts';

const { template } = deployed();
/** The consumers of commits: the views, and the one that announces public events. */
const consumers = operated(manifest);
const resources = (type: string) => Object.values(template.findResources(type)).map(({ Properties }) => Properties);
const variables = (step: string) =>
  resources('AWS::Lambda::Function')
    .map(({ Environment }) => Environment.Variables)
    .filter(({ POWERTOOLS_SERVICE_NAME }) => POWERTOOLS_SERVICE_NAME === step);

describe('delivery', () => {
  test('the publisher is handed what is appended, nothing else, and what it cannot send is kept whole', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EventsCommits'), 'StreamArn'] },
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: Match.not(-1),
      MaximumRecordAgeInSeconds: 6 * 3600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PublisherFailed'), 'Arn'] } } },
    });
    template.hasResourceProperties('AWS::DynamoDB::Table', { StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } });
  });

  test('the guard is handed all that happens to commits, and an alarm listens for what it says', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Guard') },
      FilterCriteria: Match.absent(),
      MaximumBatchingWindowInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PublisherFailed'), 'Arn'] } } },
    });
    const filter = resources('AWS::Logs::MetricFilter').find(({ FilterPattern }) => FilterPattern.includes('tampered'));
    expect(filter?.FilterPattern).toBe('{ $.message = "History was tampered with." }');
    const [{ MetricName, MetricNamespace }] = filter?.MetricTransformations ?? [];
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName, Namespace: MetricNamespace, Threshold: 0 });
  });

  test('the sweep runs each minute, knows every view and what sends public events, and says when it found something', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Sweep'), 'Arn'] },
          RetryPolicy: { MaximumRetryAttempts: 0 },
        }),
      ],
    });
    template.hasResourceProperties('AWS::SQS::Queue', { QueueName: 'foldstream-dev--journal', DelaySeconds: 900 });
    for (const [step, queue] of [
      ['sweep', /^GuardJournalQueue/],
      ['ops', /^ParcelListR1Queue/],
    ] as const)
      expect(variables(step)).toMatchObject([
        {
          STACK: 'foldstream-dev',
          ROW_CODES: JSON.stringify({ 'parcel-log.r1': 'hash-of-parcel-l' }),
          QUEUE_URL: { Ref: expect.stringMatching(queue) },
          CURSORS_TABLE: { Ref: expect.stringMatching(/^AnnouncerCursors/) },
        },
      ]);
  });

  test('parked streams, failures, lag and dead letters raise one alarm each, whichever view or function it is', () => {
    const alarms = resources('AWS::CloudWatch::Alarm');
    const views = consumers.length;
    const count = (name: string) => alarms.filter(({ MetricName }) => MetricName === name).length;
    const heard = (pattern: string) => {
      const filters = resources('AWS::Logs::MetricFilter').filter(({ FilterPattern }) => FilterPattern === pattern);
      const metrics = new Set(filters.map(({ MetricTransformations: [{ MetricName }] }) => MetricName));
      expect([...metrics].map(count), pattern).toEqual([1]);
      return filters.length;
    };
    expect(heard('{ $.message = "A stream is parked." }')).toBe(views);
    // The journal of the sweep has a queue as they have.
    expect(heard('{ $.message = "Some records have failed for minutes." }')).toBe(views + 1);
    expect(heard('{ $.message = "Dead letters are waiting." }')).toBe(1);
    const functions = resources('AWS::Lambda::Function').filter(({ Description }) => Description !== undefined);
    expect(heard('{ $.type = "platform.report" && $.record.status != "success" }')).toBe(functions.length);
    expect(count('IteratorAge'), 'of the publisher and of the guard').toBe(2);
    const aged = alarms.filter(({ Metrics = [] }) =>
      Metrics.some(({ Expression }: { Expression?: string }) => Expression?.includes('METRICS')),
    );
    expect(aged.flatMap(({ Metrics }) => Metrics.filter(({ MetricStat }: { MetricStat?: object }) => MetricStat))).toHaveLength(
      views + 1,
    );
    for (const { Metrics } of aged) expect(Metrics.length).toBeLessThanOrEqual(10 + 1);
    const [idle] = alarms.filter(({ MetricName }) => MetricName === 'Invocations');
    expect(idle).toMatchObject({ TreatMissingData: 'breaching', EvaluationPeriods: 3, Threshold: 1 });
    const said = resources('AWS::Logs::MetricFilter').map(({ FilterPattern }) => FilterPattern);
    for (const message of [
      'Some commits had not arrived.',
      'Some cursors are beyond their streams.',
      'The sweep takes longer than declared.',
    ])
      expect(said).toContain(`{ $.message = "${message}" }`);
  });

  test('every other alarm is raised by the first fault that is counted', () => {
    type Measured = Readonly<{ MetricName?: string; Metrics?: readonly { Label?: string }[]; Threshold: number }>;
    const tolerant = (resources('AWS::CloudWatch::Alarm') as readonly Measured[]).flatMap(({ MetricName, Metrics, Threshold }) =>
      Threshold === 0 ? [] : [`${MetricName ?? Metrics?.[0]?.Label} ${Threshold}`],
    );
    expect(tolerant.toSorted()).toEqual([
      'Age of the oldest message in seconds 300',
      'Age of the oldest message in seconds 3600',
      'Answers with 5xx in percent 5',
      'Invocations 1',
      'IteratorAge 300000',
      'IteratorAge 3600000',
      'Throttled requests to tables 50',
    ]);
  });

  test('each revision has a rule for exactly the event types that it handles, and public events one for theirs', () => {
    const rules = resources('AWS::Events::Rule').filter(({ ScheduleExpression }) => !ScheduleExpression);
    const patterns = rules.map(({ EventPattern }) => EventPattern);
    const expected = consumers.map((projection) => ({
      source: ['foldstream.commits'],
      'detail-type': sourcesOf(projection).map(({ category }) => `${category}.commit`),
      detail: { types: handledTypes(projection) },
    }));
    expect(patterns).toHaveLength(expected.length);
    expect(patterns).toEqual(expect.arrayContaining(expected));
    for (const { Targets } of rules) expect(Targets).toEqual([expect.objectContaining({ DeadLetterConfig: expect.anything() })]);
  });

  test('a queue hides a message for six times as long as its function may work on it, and gives up into a queue of its own', () => {
    const timeouts = resources('AWS::Lambda::Function').filter(
      ({ Environment }) => Environment.Variables.POWERTOOLS_SERVICE_NAME === 'project',
    );
    const [journal, ...working] = resources('AWS::SQS::Queue').filter(({ RedrivePolicy }) => RedrivePolicy);
    expect(journal).toMatchObject({ QueueName: 'foldstream-dev--journal', VisibilityTimeout: 6 * 60 });
    expect(working).toHaveLength(consumers.length);
    for (const { VisibilityTimeout } of working) expect(VisibilityTimeout).toBe(6 * timeouts[0].Timeout);
    for (const queue of resources('AWS::SQS::Queue')) expect(queue.SqsManagedSseEnabled).toBe(true);
    const mappings = resources('AWS::Lambda::EventSourceMapping').filter(({ BatchSize }) => BatchSize === 10);
    expect(mappings).toHaveLength(consumers.length + 1);
    for (const { FunctionResponseTypes } of mappings) expect(FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  test('a message that fails soon is retried soon, and yet not given up before a dependency was away for twenty minutes', () => {
    for (const { RedrivePolicy, VisibilityTimeout: longest } of resources('AWS::SQS::Queue').filter(
      // What the journal of the sweep loses is found by its pass.
      (each) => each.RedrivePolicy && !each.DelaySeconds,
    )) {
      const shortest = Array.from({ length: RedrivePolicy.maxReceiveCount }, (_, i) =>
        pauseSeconds({ receipts: i + 1, longest }, 0),
      );
      const sum = (pauses: readonly number[]) => pauses.reduce((a, b) => a + b, 0);
      // As long as ten tries take that are a whole visibility timeout apart: until it is a dead letter, and until its last try.
      expect(sum(shortest)).toBeGreaterThanOrEqual(10 * longest);
      expect(sum(shortest.slice(0, -1))).toBeGreaterThanOrEqual(9 * longest);
    }
  });

  test('a function that receives knows its queue, and for how long that hides a message', () => {
    const queues = template.findResources('AWS::SQS::Queue');
    const fed = [...variables('project'), ...variables('announce')];
    expect(fed).toHaveLength(consumers.length);
    for (const { QUEUE_URL, VISIBILITY_SECONDS } of fed)
      expect(Number(VISIBILITY_SECONDS)).toBe(queues[QUEUE_URL.Ref]?.Properties.VisibilityTimeout);
  });
});

describe('the functions', () => {
  test('each command function knows its category', () => {
    expect(variables('command').map(({ CATEGORY }) => CATEGORY)).toEqual(['parcel', 'audit']);
    for (const { COMMITS_TABLE, SNAPSHOTS_TABLE, CONTROL_TABLE } of variables('command'))
      expect([COMMITS_TABLE, SNAPSHOTS_TABLE, CONTROL_TABLE]).toEqual(
        ['Commits', 'Snapshots', 'Control'].map((name) => ({ Ref: expect.stringMatching(`^Events${name}`) })),
      );
  });

  test('each projection function knows its projection and revision', () => {
    expect(variables('project').map(({ PROJECTION, REVISION }) => `${PROJECTION}.r${REVISION}`)).toEqual([
      'parcel-list.r1',
      'parcel-list.r2',
      'parcel-log.r1',
      'inner.r1',
    ]);
  });

  test('one function sends the public events of all categories, and where there are none there is none', async () => {
    const of = (text: string) => expect.objectContaining({ Ref: expect.stringMatching(text) });
    expect(variables('announce')).toEqual([
      expect.objectContaining({
        COMMITS_TABLE: of('^EventsCommits'),
        CURSORS_TABLE: of('^AnnouncerCursors'),
        BUS_NAME: of('^PublisherBus'),
      }),
    ]);
    const silent = { ...manifest, aggregates: manifest.aggregates.map((each) => ({ ...each, publishes: [] })) };
    const code = { steps, rows: {} };
    const stack = new FoldstreamStack(new App(), 'silent', { manifest: silent, code, settings: settingsFor('dev') });
    expect(stack.node.tryFindChild('Announcer')).toBeUndefined();
  });

  test('resources that a function finds by the stack’s name have such a name', () => {
    const of = (type: string, name: string) =>
      resources(type)
        .map((properties) => properties[name])
        .filter((found) => found !== undefined);
    const views = manifest.projections.map((projection) => revisionName('foldstream-dev', projection));
    expect(of('AWS::DynamoDB::Table', 'TableName')).toEqual(views);
    expect(of('AWS::SQS::Queue', 'QueueName').toSorted()).toEqual(
      [...views, 'foldstream-dev--journal', 'foldstream-dev-public-events-r1'].toSorted(),
    );
    for (const step of ['query', 'rebuild-lead']) expect(variables(step)).toMatchObject([{ STACK: 'foldstream-dev' }]);
  });

  test('a name that is too long for a queue is refused, with what to do', () => {
    const app = new App();
    const stack = () =>
      new FoldstreamStack(app, 'x'.repeat(70), {
        manifest,
        code: { steps, rows: {} },
        settings: settingsFor('dev'),
      });
    expect(stack).toThrow(
      /the name of a resource of parcel-list, has 85 characters, and AWS allows 80: shorten the stack's name/,
    );
  });

  const tables = () =>
    Object.entries(template.findResources('AWS::DynamoDB::Table')).filter(([id]) => /^(Parcel|Inner)/.test(id));
  const index = (IndexName: string, partition: string, sort: string) => ({
    IndexName,
    KeySchema: [
      { AttributeName: partition, KeyType: 'HASH' },
      { AttributeName: sort, KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'ALL' },
  });

  test('a view is indexed by owner if it has one row for each stream, and an owner; and for each list that it declares', () => {
    const byWho = index('list-by-who', 'in.by-who', 'at.by-who');
    const newest = index('list-newest', 'in.newest', 'at.newest');
    const listed = [index('by-owner', 'owner', 'key'), byWho, newest];
    const indexes = tables().map(([id, { Properties }]) => [
      id.slice(0, -12),
      (Properties.GlobalSecondaryIndexes as { IndexName: string }[]).filter(({ IndexName }) => IndexName !== 'parked'),
    ]);
    expect(Object.fromEntries(indexes)).toEqual({
      ParcelListR1: listed,
      ParcelListR2: listed,
      ParcelLogR1: [newest],
      InnerR1: [],
    });
  });

  test('rows that expire are removed where they are items of their own, and never a head with its cursor', () => {
    expect(
      Object.fromEntries(tables().map(([id, { Properties }]) => [id.slice(0, -12), Properties.TimeToLiveSpecification])),
    ).toEqual({
      ParcelListR1: undefined,
      ParcelListR2: undefined,
      ParcelLogR1: { AttributeName: 'removeAt', Enabled: true },
      InnerR1: undefined,
    });
  });

  test('a manifest without a bundle or a hash for one of its functions is refused', async () => {
    const { FoldstreamStack } = await import('../../lib/infra/foldstream-stack.ts');
    const { App } = await import('aws-cdk-lib');
    const make = (code: { steps: Record<string, string>; rows: Record<string, string> }) => () =>
      new FoldstreamStack(new App(), 'x', { manifest, code, settings: settingsFor('dev') });
    expect(make({ steps: {}, rows: {} })).toThrow('functions/tables.ts is missing');
  });
});

describe('the API', () => {
  test('raises an alarm for a function that answers 500, and not for a 503 that asks to come again', () => {
    const filters = resources('AWS::Logs::MetricFilter').filter(
      ({ FilterPattern }) => FilterPattern === '{ $.message = "Failed." }',
    );
    expect(filters).toHaveLength(resources('AWS::ApiGatewayV2::Integration').length);
    expect(filters.length).toBeGreaterThan(0);
    for (const { MetricTransformations } of filters)
      template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: MetricTransformations[0].MetricName, Threshold: 0 });
  });

  test('every route but health, the description and the files of the console asks for a token, and what only processes may send has none', () => {
    const routes = resources('AWS::ApiGatewayV2::Route').map(({ RouteKey, AuthorizationType }) => [RouteKey, AuthorizationType]);
    expect(Object.fromEntries(routes)).toEqual({
      'POST /parcel/batch': 'JWT',
      'POST /parcel/{id}/{command}': 'JWT',
      'GET /views/{view}': 'JWT',
      'GET /views/{view}/{id}': 'JWT',
      'GET /health': 'NONE',
      'GET /openapi.json': 'NONE',
      'GET /docs': 'NONE',
      'GET /console': 'NONE',
      'GET /console/{proxy+}': 'NONE',
      'GET /ops/console/domain.js': 'JWT',
      ...Object.fromEntries(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [`${method} /{proxy+}`, 'JWT'])),
      'GET /streams/{category}/{id}': 'JWT',
      'GET /streams/{category}/{id}/state': 'JWT',
      'GET /streams/{category}/{id}/diff': 'JWT',
      'GET /ops/flow': 'JWT',
      'GET /ops/projections': 'JWT',
      'GET /ops/projections/{name}/acts': 'JWT',
      'POST /ops/projections/{name}/parked/{stream}/resume': 'JWT',
      'POST /ops/projections/{name}/roll-back': 'JWT',
      'GET /ops/rebuilds': 'JWT',
      'POST /ops/rebuilds': 'JWT',
      'GET /ops/rebuilds/{id}': 'JWT',
      'GET /ops/dead-letters': 'JWT',
      'GET /ops/dead-letters/{kind}/{name}': 'JWT',
      'POST /ops/dead-letters/{kind}/{name}/redrive': 'JWT',
      'GET /ops/trace/{correlation}': 'JWT',
      'GET /ops/model': 'JWT',
      'GET /ops/cost': 'JWT',
      'GET /ops/streams': 'JWT',
      'GET /ops/streams/{category}/{id}/stored': 'JWT',
      'POST /ops/rebuilds/{id}/cancel': 'JWT',
    });
  });

  test('commands and views for anyone have their own routes without a token, each with its own limit; a view only when none of its revisions needs a token', () => {
    const { template: open } = synthesized('dev', {}, openManifest);
    const found = Object.entries(open.findResources('AWS::ApiGatewayV2::Route')).filter(
      ([, { Properties }]) => Properties.AuthorizationType === 'NONE',
    );
    const routes = found.map(([, { Properties }]) => Properties.RouteKey as string);
    expect(routes.sort()).toEqual([
      'GET /console',
      'GET /console/{proxy+}',
      'GET /docs',
      'GET /health',
      'GET /openapi.json',
      'GET /views/window',
      'GET /views/window/{id}',
      'POST /parcel/{id}/flag-it',
    ]);
    const [stage] = Object.values(open.findResources('AWS::ApiGatewayV2::Stage'));
    const limit = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };
    expect(stage?.Properties.RouteSettings).toEqual(Object.fromEntries(routes.map((route) => [route, limit])));
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(found.map(([id]) => id)));
  });

  test('each function behind it has the limit for a caller that the deployment sets; and each knows how commits are stored', () => {
    const told = (variable: string, context: Record<string, unknown>) =>
      new Set(
        Object.values(deployed('dev', context).template.findResources('AWS::Lambda::Function')).map(
          ({ Properties }) => Properties.Environment?.Variables?.[variable],
        ),
      );
    const other = { callerRate: '7', commitForm: 'packed' };
    expect([told('CALLER_RATE', {}), told('CALLER_RATE', other)]).toEqual([
      new Set([undefined, '50']),
      new Set([undefined, '7']),
    ]);
    expect(told('COMMIT_FORM', {})).toContain('plain');
    expect(told('COMMIT_FORM', {})).not.toContain('packed');
    expect(told('COMMIT_FORM', other)).toContain('packed');
    expect(told('COMMIT_FORM', other)).not.toContain('plain');
    expect(() => settingsFor('dev', { callerRate: 'many' })).toThrow('use -c callerRate=50');
  });

  test('what is logged goes after a set time, in every log group', () => {
    const groups = resources('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(10);
    for (const { RetentionInDays } of groups) expect(RetentionInDays).toBeGreaterThan(0);
  });

  test('its access log holds neither paths nor addresses', () => {
    const [{ AccessLogSettings, DefaultRouteSettings }] = resources('AWS::ApiGatewayV2::Stage') as [Record<string, never>];
    expect(AccessLogSettings).toMatchObject({ Format: expect.stringContaining('$context.routeKey') });
    expect(JSON.stringify(AccessLogSettings)).not.toMatch(/\.path|rawPath|sourceIp|userAgent|claims/);
    expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: expect.any(Number) });
  });
});

test('the same manifest makes the same template', () => {
  expect(JSON.stringify(synthesized().template.toJSON())).toBe(JSON.stringify(template.toJSON()));
});

test('the outputs that the command line, the tests and the guides stand on, and no others', () => {
  const names = outputNames(template);
  expect(names.filter((name) => !/R\d+[A-Z]/.test(name)).toSorted()).toEqual([
    'ApiId',
    'ApiUrl',
    'AuditCommandFunction',
    'BusName',
    'CommitForm',
    'CommitsTable',
    'ConsoleClientId',
    'ConsoleFunction',
    'ConsoleUrl',
    'ControlTable',
    'DeadLetterOpsFunction',
    'DeadlinesTable',
    'DeployedFunction',
    'DescribeFunction',
    'FailedBatchesBucket',
    'GuardFunction',
    'HistoryFunction',
    'OpsFunction',
    'ParcelCommandFunction',
    'Protected',
    'PublishFunction',
    'PurgeFunction',
    'QueryFunction',
    'RebuildMachine',
    'SnapshotsTable',
    'SweepFunction',
    'TablesFunction',
    'UserPoolClientId',
    'UserPoolId',
  ]);
  expect(names.filter((name) => name.startsWith('ParcelListR2'))).toEqual(
    ['Table', 'Function', 'RebuildFunction', 'Queue', 'DeadLetters'].map((part) => `ParcelListR2${part}`),
  );
  expect(names.filter((name) => name.startsWith('PublicEvents'))).toEqual(
    ['Table', 'Function', 'Queue', 'DeadLetters'].map((part) => `PublicEventsR1${part}`),
  );
});
