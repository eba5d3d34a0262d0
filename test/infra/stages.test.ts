import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { operated } from '../../lib/core/announcer.ts';
import { settingsFor, stageOf, tagsOf } from '../../lib/infra/stage.ts';
import { deployed, manifest } from './deployed.ts';

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
    expect(insisting(deployed())).toBe(3 * operated(manifest).length + 1);
    expect(insisting(deployed('dev', { plainHttp: 'true' }))).toBeUndefined();
    expect(() => settingsFor('prod', { plainHttp: true })).toThrow('insists on TLS');
  });

  test('every alarm, in nested stacks as well, tells the topic that is given when it begins and when it is over', () => {
    const topic = 'arn:aws:sns:eu-central-1:111122223333:on-call';
    const alarmsOf = (of: ReturnType<typeof deployed>) => Object.values(of.template.findResources('AWS::CloudWatch::Alarm'));
    const told = alarmsOf(deployed('prod', { alarmTopic: topic }));
    expect(told.length).toBe(alarmsOf(deployed('prod')).length);
    for (const { Properties } of told) expect(Properties).toMatchObject({ AlarmActions: [topic], OKActions: [topic] });
    for (const { Properties } of alarmsOf(deployed('prod'))) expect(Properties).not.toHaveProperty('AlarmActions');
    for (const wrong of [
      'on-call',
      'arn:aws:sqs:eu-central-1:111122223333:on-call',
      'arn:aws:sns:eu-central-1:111122223333:a.fifo',
    ])
      expect(() => settingsFor('prod', { alarmTopic: wrong })).toThrow(
        `'${wrong}' is no SNS topic: use -c alarmTopic=arn:aws:sns:`,
      );
  });

  test('an unknown stage or architecture is one clear sentence', () => {
    expect(stageOf(undefined)).toBe('dev');
    expect(() => stageOf('staging')).toThrow("There is no stage 'staging': use -c stage=dev or -c stage=prod.");
    expect(() => settingsFor('dev', { architecture: 'sparc' })).toThrow("There is no architecture 'sparc'");
    deployed('dev', { architecture: 'x86_64' }).template.hasResourceProperties('AWS::Lambda::Function', {
      Architectures: ['x86_64'],
    });
  });
});

test("a team's own tags are given as text or as an object", () => {
  expect(tagsOf('team=payments,cost=a=b')).toEqual([
    ['team', 'payments'],
    ['cost', 'a=b'],
  ]);
  expect(tagsOf({ team: 'payments', cost: 42 })).toEqual([
    ['team', 'payments'],
    ['cost', '42'],
  ]);
  expect(tagsOf(undefined)).toEqual([]);
  expect(() => tagsOf('team')).toThrow("'team' is no tag: use -c tags=<key>=<value>,<key>=<value>.");
});
