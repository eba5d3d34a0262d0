import { RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { operated } from '../../../lib/core/announcer.ts';
import { defineSettings } from '../../../lib/core/settings/settings.ts';
import { settingsFor, stageOf } from '../../../lib/infra/kit/stage.ts';
import { alarmTopic, deployed, manifest, synthesized } from '../support/deployed.ts';
import { waitsFor } from '../support/flattened.ts';

const { template } = deployed();

describe('stages', () => {
  const policies = (stage: 'dev' | 'prod') => {
    const tables = deployed(stage).template.findResources('AWS::DynamoDB::Table');
    return Object.fromEntries(
      Object.entries(tables).map(([id, { DeletionPolicy, Properties }]) => [
        id.replace(/[0-9A-F]{8}$/, ''),
        [DeletionPolicy, Properties.DeletionProtectionEnabled ?? false, !!Properties.PointInTimeRecoverySpecification],
      ]),
    );
  };

  test('prod keeps what cannot be made again and protects it; dev destroys; views are destroyed in both', () => {
    expect(policies('prod')).toMatchObject({
      EventsCommits: ['Retain', true, true],
      EventsControl: ['Retain', true, true],
      EventsSnapshots: ['Retain', true, true],
      ParcelListR1Rows: ['Delete', false, false],
      AnnouncerCursors: ['Retain', true, true],
    });
    expect(policies('dev')).toMatchObject({
      EventsCommits: ['Delete', false, true],
      ParcelListR1Rows: ['Delete', false, false],
    });
  });

  test('a password alone signs in to dev only; prod asks for a second factor', () => {
    const prod = deployed('prod').template;
    prod.hasResourceProperties('AWS::Cognito::UserPool', { MfaConfiguration: 'ON', DeletionProtection: 'ACTIVE' });
    prod.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    });
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      ExplicitAuthFlows: Match.arrayWith(['ALLOW_USER_PASSWORD_AUTH']),
    });
  });

  test('queues and buckets refuse plain HTTP, but for an engine that has no TLS', () => {
    const insisting = (of: ReturnType<typeof deployed>) =>
      JSON.stringify(of.template.toJSON()).match(/aws:SecureTransport/g)?.length;
    // Each consumer and the sweep's journal have a queue and one for dead letters; failed batches have a bucket.
    expect(insisting(deployed())).toBe(2 * (operated(manifest).length + 1) + 1);
    expect(insisting(deployed('dev', { plainHttp: 'true' }))).toBeUndefined();
    expect(() => settingsFor('prod', { plainHttp: true })).toThrow('requires TLS');
  });

  test('every alarm, in nested stacks as well, tells the topic that is given when it begins and when it is over', () => {
    const alarmsOf = (of: ReturnType<typeof deployed>) => Object.values(of.template.findResources('AWS::CloudWatch::Alarm'));
    const told = alarmsOf(deployed('prod'));
    expect(told.length).toBe(alarmsOf(deployed()).length);
    for (const { Properties } of told) expect(Properties).toMatchObject({ AlarmActions: [alarmTopic], OKActions: [alarmTopic] });
    for (const { Properties } of alarmsOf(deployed())) expect(Properties).not.toHaveProperty('AlarmActions');
    for (const wrong of [
      'on-call',
      'arn:aws:sqs:eu-central-1:111122223333:on-call',
      'arn:aws:sns:eu-central-1:111122223333:a.fifo',
    ])
      expect(() => settingsFor('prod', { alarmTopic: wrong })).toThrow(
        `'${wrong}' is not an SNS topic: use -c alarmTopic=arn:aws:sns:`,
      );
    expect(() => settingsFor('prod')).toThrow(
      'The stage prod is protected, and needs an SNS topic for alarms: use -c alarmTopic=arn:aws:sns:',
    );
  });

  test('a topic of the stack’s own hears of every alarm, by CloudWatch alone', () => {
    const { template } = synthesized('prod', { alarmTopic: 'own' });
    const [[topic] = []] = Object.entries(template.findResources('AWS::SNS::Topic'));
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.length).toBeGreaterThan(10);
    for (const { Properties } of alarms) expect(Properties.AlarmActions).toEqual([{ Ref: topic }]);
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      }),
    });
    template.hasOutput('AlarmTopic', {});
  });

  test('a first deployment to prod is protected when it stands: what it has made goes when it fails, and a later one keeps it', () => {
    const first = deployed('prod', { first: true });
    expect(first.stack.terminationProtection).toBe(false);
    const kept = (of: typeof first) =>
      Object.values(
        of.template.toJSON().Resources as Record<string, { Type: string; DeletionPolicy?: string; Properties: object }>,
      )
        .filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'))
        .map(({ Type, DeletionPolicy, Properties: { ...all } }) => {
          const { DeletionProtectionEnabled, DeletionProtection } = all as Record<string, unknown>;
          return [Type, DeletionPolicy, DeletionProtectionEnabled ?? DeletionProtection];
        })
        .sort();
    expect(kept(first).map(([, policy]) => policy)).toEqual(kept(first).map(() => 'RetainExceptOnCreate'));
    for (const [, , isProtected] of kept(first)) expect([undefined, false, 'INACTIVE']).toContain(isProtected);
    const standing = deployed('prod');
    expect(standing.stack.terminationProtection).toBe(true);
    expect(kept(standing).map(([type]) => type)).toEqual(kept(first).map(([type]) => type));
    for (const [type, policy, isProtected] of kept(standing))
      expect([policy, type === 'AWS::S3::Bucket' || isProtected === true || isProtected === 'ACTIVE']).toEqual(['Retain', true]);
    expect(() => settingsFor('dev', { first: true })).toThrow('The stage dev has no protection');
  });

  test('no protected resource is changed before it is certain that no protection is lost, whatever the stage is', () => {
    for (const of of [deployed('prod'), deployed('prod', { first: true }), deployed('dev')]) {
      const [[protection, { Properties }]] = Object.entries(of.template.findResources('Custom::Protection')) as [
        [string, { Properties: { Protect: string } }],
      ];
      expect(Properties.Protect).toBe(String(of.stack.terminationProtection));
      const own = ['AWS::DynamoDB::Table', 'AWS::Cognito::UserPool'].flatMap((type) =>
        Object.keys(of.template.findResources(type)),
      );
      expect(own.length).toBeGreaterThan(4);
      expect(own.filter((id) => !waitsFor(of.template, id).includes(protection))).toEqual([]);
    }
  });

  test('protected resources have names that AWS makes, so that a retained one blocks no new one', () => {
    const resources = deployed('prod').template.toJSON().Resources as Record<
      string,
      { DeletionPolicy?: string; Properties?: Record<string, unknown> }
    >;
    const named = Object.entries(resources).filter(
      ([, { DeletionPolicy, Properties = {} }]) =>
        DeletionPolicy?.startsWith('Retain') &&
        ['TableName', 'BucketName', 'UserPoolName', 'LogGroupName'].some((name) => name in Properties),
    );
    expect(named).toEqual([]);
  });

  test('every bucket that goes with a dev stage is emptied before, and after nothing writes to it any more', () => {
    type Resource = { Type: string; DeletionPolicy?: string; DependsOn?: string[]; Properties: Record<string, { Ref?: string }> };
    const resources = Object.entries(template.toJSON().Resources as Record<string, Resource>);
    const buckets = resources.filter(([, { Type, DeletionPolicy }]) => Type === 'AWS::S3::Bucket' && DeletionPolicy === 'Delete');
    expect(buckets).toHaveLength(1);
    for (const [bucket] of buckets) {
      const [emptied] = resources.find(
        ([, { Type, Properties }]) => Type === 'Custom::EmptiedBucket' && Properties.Bucket?.Ref === bucket,
      )!;
      const writers = resources.filter(
        ([, { Type, Properties }]) =>
          Type === 'AWS::Lambda::EventSourceMapping' && JSON.stringify(Properties.DestinationConfig ?? {}).includes(bucket),
      );
      // Of the publisher and of the guard.
      expect(writers).toHaveLength(2);
      for (const [, { DependsOn }] of writers) expect(DependsOn).toContain(emptied);
    }
    expect(deployed('prod').template.findResources('Custom::EmptiedBucket')).toEqual({});
  });

  test('each log group that a service writes to by a policy of its own is one of those that share a policy', () => {
    const resources = Object.values(template.toJSON().Resources as Record<string, { Type: string; Properties?: object }>);
    // Functions write by their roles, and metric filters only read.
    const ours = /^AWS::(Lambda::Function|Logs::|IAM::)/;
    const writers = resources.filter(({ Type }) => !ours.test(Type)).map((resource) => JSON.stringify(resource));
    const vended = Object.entries(template.findResources('AWS::Logs::LogGroup')).filter(([id]) =>
      writers.some((resource) => resource.includes(`"${id}"`)),
    );
    expect(vended.map(([, { Properties }]) => Properties.LogGroupName)).toEqual([
      '/aws/vendedlogs/apis/foldstream-dev/access',
      '/aws/vendedlogs/states/foldstream-dev/rebuilds',
    ]);
  });

  test("an environment of a team's own keeps and protects what its settings say, and its stack is named by them", async () => {
    const project = defineSettings({
      app: 'shop',
      alarmTopic,
      tags: { team: 'payments' },
      environments: { staging: { retain: true, logDays: 30 }, live: { retain: true, protect: true } },
    });
    expect(() => stageOf('prod', project)).toThrow('use -c stage=dev or -c stage=staging or -c stage=live.');
    const { RETAIN, RETAIN_ON_UPDATE_OR_DELETE, DESTROY } = RemovalPolicy;
    expect(settingsFor('dev', {}, project)).toMatchObject({
      removal: DESTROY,
      protect: false,
      demoSignIn: true,
      logRetention: 7,
    });
    const staging = { removal: RETAIN, protect: false, demoSignIn: false, logRetention: 30, alarmTopic };
    expect(settingsFor('staging', {}, project)).toMatchObject(staging);
    expect(settingsFor('live', {}, project)).toMatchObject({ removal: RETAIN, protect: true, logRetention: 90 });
    expect(settingsFor('live', { first: 'true', logDays: '14' }, project)).toMatchObject({
      removal: RETAIN_ON_UPDATE_OR_DELETE,
      protect: false,
      logRetention: 14,
    });
  });

  test('an unknown stage or architecture is one clear sentence', () => {
    expect(stageOf(undefined)).toBe('dev');
    expect(() => stageOf('staging')).toThrow("There is no stage 'staging': use -c stage=dev or -c stage=prod.");
    expect(() => settingsFor('dev', { architecture: 'sparc' })).toThrow(
      "'sparc' is not an architecture: use -c architecture=<arm64 or x86_64>.",
    );
    deployed('dev', { architecture: 'x86_64' }).template.hasResourceProperties('AWS::Lambda::Function', {
      Architectures: ['x86_64'],
    });
  });
});
