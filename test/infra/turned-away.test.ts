import { describe, expect, test } from 'vitest';
import { rightsComeWithin } from '../../lib/aws/deployment/custom-resource.ts';
import { operated } from '../../lib/core/announcer.ts';
import { settingsFor } from '../../lib/infra/kit/stage.ts';
import { deployed, manifest } from './support/deployed.ts';

const { template } = deployed();
const resources = (type: string) =>
  Object.entries(template.findResources(type)).map(([id, { Properties }]) => ({ id, ...Properties }));

describe('functions at once', () => {
  const queues = resources('AWS::Lambda::EventSourceMapping').filter(({ EventSourceArn }) =>
    JSON.stringify(EventSourceArn).includes('Queue'),
  );

  test('each queue has a limit, and all together leave commands half of what an account may run', () => {
    const limits = queues.map(({ ScalingConfig }) => Number(ScalingConfig?.MaximumConcurrency));
    // The journal of the sweep, and all consumers.
    expect(limits.toSorted((a, b) => a - b)).toEqual([5, ...operated(manifest).map(() => 20)]);
    expect(limits.reduce((a, b) => a + b)).toBeLessThanOrEqual(500);
  });

  test('a stream keeps few functions busy: four for each shard to publish, and one to guard', () => {
    const streams = resources('AWS::Lambda::EventSourceMapping').filter((mapping) => !queues.some(({ id }) => id === mapping.id));
    expect(streams.map(({ ParallelizationFactor = 1 }) => ParallelizationFactor).sort()).toEqual([1, 4]);
  });

  const reservations = (of: typeof template) =>
    Object.entries(of.findResources('AWS::Lambda::Function')).flatMap(([id, { Properties }]) =>
      Properties.ReservedConcurrentExecutions === undefined
        ? []
        : [`${id.replace(/[0-9A-F]{8}$/, '')} ${Properties.ReservedConcurrentExecutions}`],
    );

  test('none are reserved unless a setting says so: that would be a ceiling too, and more than a new account has', () => {
    expect(reservations(template)).toEqual([]);
  });

  test('are reserved for each function of commands, for queries and for the publisher', () => {
    const { template: with50 } = deployed('dev', { reserved: '{"commands":50,"queries":40,"publisher":8}' });
    expect(reservations(with50).sort()).toEqual(
      ['ParcelCommandsCommand 50', 'AuditCommandsCommand 50', 'QueriesQuery 40', 'PublisherPublish 8'].sort(),
    );
    expect(() => settingsFor('dev', { reserved: '{"publisher":3}' })).toThrow('Invalid reserved.publisher');
  });

  test('are not reserved beyond what AWS lets an account reserve', () => {
    // Two functions of commands, one of queries and the publisher.
    const most = { reserved: { commands: 300, queries: 200, publisher: 100 } };
    expect(() => deployed('dev', most)).not.toThrow();
    expect(() => deployed('dev', { reserved: { ...most.reserved, publisher: 101 } })).toThrow(
      "The setting reserved keeps 901 functions (2 x 300 for commands, 1 x 200 for queries, 1 x 101 for publisher). Of the account's 1000 at most 900 can be reserved",
    );
    expect(() => deployed('dev', { accountConcurrency: 10, maximumConcurrency: 2, reserved: { queries: 1 } })).toThrow(
      "Of the account's 10 at most 0 can be reserved",
    );
  });

  test('consumers cannot use what is reserved for others', () => {
    expect(() => deployed('dev', { maximumConcurrency: 21, reserved: { commands: 400, queries: 96, publisher: 4 } })).toThrow(
      "They may use 100 of the account's 1000, of which 900 are reserved",
    );
  });

  test('one consumer has a limit of its own, with the reason for it', () => {
    const own = { 'parcel-log': { why: 'nobody waits for it', maximumConcurrency: 3 } };
    const limits = Object.entries(deployed('dev', { consumers: own }).template.findResources('AWS::Lambda::EventSourceMapping'))
      .filter(([, { Properties }]) => Properties.ScalingConfig !== undefined)
      .map(([id, { Properties }]) => `${id.slice(0, 9)} ${Properties.ScalingConfig.MaximumConcurrency}`);
    expect(limits.filter((limit) => limit.endsWith(' 3'))).toEqual(['ParcelLog 3']);
    expect(limits.filter((limit) => limit.endsWith(' 20'))).toHaveLength(limits.length - 2);
    expect(() => deployed('dev', { consumers: { 'parcel-lgo': own['parcel-log'] } })).toThrow(
      'The setting consumers.parcel-lgo is for a consumer that there is not. There are: ',
    );
    const { why: _, ...silent } = own['parcel-log'];
    expect(() => settingsFor('dev', { consumers: { 'parcel-log': silent } })).toThrow('Invalid consumers.parcel-log.why');
    // 60 leave 30 to consumers, of which one alone takes 25.
    const wide = { 'parcel-log': { why: 'it has most commits', maximumConcurrency: 25 } };
    expect(() => deployed('dev', { accountConcurrency: 60, consumers: wide })).toThrow('use -c maximumConcurrency=2,');
  });

  test('there are no more rules than AWS allows on a bus', () => {
    const rules = Object.values(template.findResources('AWS::Events::Rule')).filter(({ Properties }) => Properties.EventBusName);
    expect(rules).toHaveLength(operated(manifest).length);
    for (const { Properties } of rules) expect(Properties.Targets).toHaveLength(1);
    expect(() => deployed('dev', { busRules: rules.length })).not.toThrow();
    expect(() => deployed('dev', { busRules: rules.length - 1 })).toThrow(
      `The consumers need ${rules.length} rules on the bus, and AWS allows ${rules.length - 1}: `,
    );
  });

  test('a limit is what AWS takes, and too many consumers are refused with what to do', () => {
    const [mapping] = Object.values(
      deployed('dev', { maximumConcurrency: '7' }).template.findResources('AWS::Lambda::EventSourceMapping', {
        Properties: { BatchSize: 10, ScalingConfig: { MaximumConcurrency: 7 } },
      }),
    );
    expect(mapping?.Properties.ScalingConfig).toEqual({ MaximumConcurrency: 7 });
    for (const wrong of ['1', '1001', 'many', '2.5'])
      expect(() => settingsFor('dev', { maximumConcurrency: wrong })).toThrow(
        `'${wrong}' is not a valid limit of functions for one queue: use -c maximumConcurrency=<a whole number from 2 to 1000>.`,
      );
    const bounds = { maximumConcurrency: [2, 1_000], accountConcurrency: [10, 1_000_000] } as const;
    for (const [name, [least, most]] of Object.entries(bounds)) {
      for (const within of [least, most]) expect(settingsFor('dev', { [name]: within })).toMatchObject({ [name]: within });
      for (const beyond of [least - 1, most + 1])
        expect(() => settingsFor('dev', { [name]: beyond })).toThrow(`a whole number from ${least} to ${most}`);
    }
    expect(() => deployed('dev', { accountConcurrency: 60 })).toThrow(
      /^5 consumers with up to 20 functions each may keep 100 busy at once\. They may use 30 of the account's 60, .* use -c maximumConcurrency=6,/,
    );
  });
});

describe('throttled and rejected requests raise alarms', () => {
  const alarms = resources('AWS::CloudWatch::Alarm');

  test('of any function: one alarm on the measure that has all of them', () => {
    const throttles = alarms.filter(({ MetricName }) => MetricName === 'Throttles');
    expect(throttles).toMatchObject([{ Namespace: 'AWS/Lambda', Threshold: 0 }]);
    expect(throttles[0]?.Dimensions ?? []).toEqual([]);
  });

  test('of any table: one alarm on a query of all tables and operations', () => {
    const queries = alarms
      .flatMap(({ Metrics = [] }) => Metrics as { Expression?: string }[])
      .map(({ Expression }) => Expression);
    expect(queries).toContain('SELECT SUM(ThrottledRequests) FROM SCHEMA("AWS/DynamoDB", TableName, Operation)');
  });

  test('by the API: 429, 5xx in the place of a function, and too many 5xx of any kind', () => {
    const patterns = resources('AWS::Logs::MetricFilter').filter(({ id }) => id.startsWith('Api'));
    expect(patterns.map(({ FilterPattern }) => FilterPattern).sort()).toEqual(
      [
        '{ $.status = "429" && $.lambda = "-" }',
        '{ ($.status = "500" || $.status = "502" || $.status = "503" || $.status = "504") && ($.lambda != "200") }',
      ].sort(),
    );
    for (const { MetricTransformations } of patterns)
      expect(alarms.filter(({ MetricName }) => MetricName === MetricTransformations[0].MetricName)).toHaveLength(1);
    const [stage] = resources('AWS::ApiGatewayV2::Stage');
    const format = JSON.parse(stage?.AccessLogSettings.Format) as Record<string, string>;
    expect(format).toMatchObject({ status: '$context.status', lambda: '$context.integrationStatus' });
    const used = alarms.flatMap(
      ({ Metrics = [] }) => Metrics as { MetricStat?: { Metric: { MetricName: string; Namespace: string } } }[],
    );
    const measures = used.flatMap(({ MetricStat }) =>
      MetricStat ? [`${MetricStat.Metric.Namespace} ${MetricStat.Metric.MetricName}`] : [],
    );
    expect(measures.filter((measure) => measure.startsWith('AWS/ApiGateway')).sort()).toEqual([
      'AWS/ApiGateway 5xx',
      'AWS/ApiGateway Count',
    ]);
  });
});

describe('asynchronous calls of functions', () => {
  const idOf = ({ 'Fn::GetAtt': attribute, Ref }: { 'Fn::GetAtt'?: string[]; Ref?: string }) => attribute?.[0] ?? Ref ?? '';
  const kindOf = (id: string) => id.replace(/[0-9A-F]{8}$/, '');
  const scheduled = resources('AWS::Lambda::Permission').flatMap(({ Principal, FunctionName }) =>
    Principal === 'apigateway.amazonaws.com' ? [] : idOf(FunctionName),
  );
  const asked = Object.values(template.toJSON().Resources as Record<string, { Properties?: Record<string, unknown> }>).flatMap(
    ({ Properties: { ServiceToken, ServiceTimeout } = {} }) =>
      ServiceToken ? [{ id: idOf(ServiceToken), serviceTimeout: Number(ServiceTimeout) }] : [],
  );
  const callsOf = (id: string) => {
    const [calls, ...more] = resources('AWS::Lambda::EventInvokeConfig').filter(({ FunctionName }) => idOf(FunctionName) === id);
    expect(more).toEqual([]);
    return { retries: calls?.MaximumRetryAttempts, age: calls?.MaximumEventAgeInSeconds };
  };

  test('is the schedule of the sweep, whose calls are not repeated and never late: another comes each minute', () => {
    expect(scheduled.map(kindOf)).toEqual(['Sweep']);
    for (const id of scheduled) expect(callsOf(id)).toEqual({ retries: 0, age: 60 });
  });

  test('and CloudFormation, which asks once: two more runs follow on one that failed, and all end before it gives up', () => {
    expect([...new Set(asked.map(({ id }) => kindOf(id)))].sort()).toEqual(['DeployedViewsDeployed', 'EventsTables']);
    for (const { id, serviceTimeout } of asked) {
      const timeout = resources('AWS::Lambda::Function').find((one) => one.id === id)?.Timeout as number;
      const { retries, age } = callsOf(id);
      expect(retries).toBe(2);
      // Lambda waits for one minute after the first failure, and for two after the second.
      expect(age).toBeGreaterThan(2 * timeout + 180);
      // A deployment whose function does not answer is held up for no longer than that takes, and a minute.
      expect(age).toBeLessThanOrEqual(2 * timeout + 240);
      expect(serviceTimeout).toBeGreaterThanOrEqual(age + timeout);
      // A function that waits for its rights until they are overdue still has the time to report it.
      expect(timeout * 1_000).toBeGreaterThanOrEqual(2 * rightsComeWithin);
    }
  });
});

test('the platform writes JSON, and of runs that went well nothing', () => {
  for (const { LoggingConfig } of resources('AWS::Lambda::Function'))
    expect(LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
});

test('users are on the plan that has what is used, and no more', () => {
  expect(resources('AWS::Cognito::UserPool').map(({ UserPoolTier }) => UserPoolTier)).toEqual(['LITE']);
});
