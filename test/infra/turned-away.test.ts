import { describe, expect, test } from 'vitest';
import { operated } from '../../lib/core/announcer.ts';
import { settingsFor } from '../../lib/infra/stage.ts';
import { deployed, manifest } from './deployed.ts';

const { template } = deployed();
const resources = (type: string) =>
  Object.entries(template.findResources(type)).map(([id, { Properties }]) => ({ id, ...Properties }));

describe('functions at once', () => {
  const queues = resources('AWS::Lambda::EventSourceMapping').filter(({ EventSourceArn }) =>
    JSON.stringify(EventSourceArn).includes('Queue'),
  );

  test('each queue has a limit, and all together leave commands half of what an account may run', () => {
    expect(queues).toHaveLength(operated(manifest).length);
    const limits = queues.map(({ ScalingConfig }) => Number(ScalingConfig?.MaximumConcurrency));
    expect(limits).toEqual(queues.map(() => 20));
    expect(limits.reduce((a, b) => a + b)).toBeLessThanOrEqual(500);
  });

  test('a stream keeps few functions busy: four for each shard to publish, and one to guard', () => {
    const streams = resources('AWS::Lambda::EventSourceMapping').filter((mapping) => !queues.some(({ id }) => id === mapping.id));
    expect(streams.map(({ ParallelizationFactor = 1 }) => ParallelizationFactor).sort()).toEqual([1, 4]);
  });

  test('none are reserved: that would be a ceiling too, and more than a new account has', () => {
    for (const { ReservedConcurrentExecutions } of resources('AWS::Lambda::Function'))
      expect(ReservedConcurrentExecutions).toBeUndefined();
  });

  test('a limit is what AWS takes, and too many consumers are refused with what to do', () => {
    const [mapping] = Object.values(
      deployed('dev', { maximumConcurrency: '7' }).template.findResources('AWS::Lambda::EventSourceMapping', {
        Properties: { BatchSize: 10 },
      }),
    );
    expect(mapping?.Properties.ScalingConfig).toEqual({ MaximumConcurrency: 7 });
    for (const wrong of ['1', '1001', 'many', '2.5'])
      expect(() => settingsFor('dev', { maximumConcurrency: wrong })).toThrow(
        `'${wrong}' is no limit of functions for one queue: use -c maximumConcurrency=<a whole number from 2 to 1000>.`,
      );
    expect(() => deployed('dev', { accountConcurrency: 60 })).toThrow(
      /^5 consumers with up to 20 functions each may keep 100 busy at once\. Of the 60 that the account has they may take 30, .* use -c maximumConcurrency=6,/,
    );
  });
});

describe('what is turned away rings', () => {
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
    expect(measures.sort()).toEqual(['AWS/ApiGateway 5xx', 'AWS/ApiGateway Count']);
  });
});

test('whatever calls a function without waiting for it makes no second call of its own, and none that is late', () => {
  const called = new Set<string>();
  for (const { Principal, FunctionName } of resources('AWS::Lambda::Permission'))
    if (Principal !== 'apigateway.amazonaws.com') called.add(FunctionName['Fn::GetAtt']?.[0] ?? FunctionName.Ref);
  const tokens = Object.values(
    template.toJSON().Resources as Record<string, { Properties?: { ServiceToken?: { 'Fn::GetAtt': string[] } } }>,
  );
  for (const { Properties } of tokens) if (Properties?.ServiceToken) called.add(Properties.ServiceToken['Fn::GetAtt'][0]!);
  const once = resources('AWS::Lambda::EventInvokeConfig').map(
    ({ FunctionName, MaximumRetryAttempts, MaximumEventAgeInSeconds }) => {
      expect([MaximumRetryAttempts, MaximumEventAgeInSeconds]).toEqual([0, 60]);
      return FunctionName.Ref as string;
    },
  );
  expect([...called].map((id) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
    'DeployedViewsDeployed',
    'EventsTables',
    'Sweep',
  ]);
  expect(once.sort()).toEqual([...called].sort());
});

test('the platform writes JSON, and of runs that went well nothing', () => {
  for (const { LoggingConfig } of resources('AWS::Lambda::Function'))
    expect(LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
});

test('users are on the plan that has what is used, and no more', () => {
  expect(resources('AWS::Cognito::UserPool').map(({ UserPoolTier }) => UserPoolTier)).toEqual(['LITE']);
});
