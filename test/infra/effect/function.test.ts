import { describe, expect, test } from 'vitest';
import { effect } from '../../../lib/core/effect/effect.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { chargeCard, order, payment } from '../../support/paying/domain.ts';
import { synthesized } from '../support/deployed.ts';

const charging = effect({
  ...chargeCard,
  timeout: { minutes: 2 },
  giveUp: { hours: 1 },
  rate: { perSecond: 10, atOnce: 3 },
  provider: 'bank',
  secrets: ['key', 'account'],
});
const driven = defineManifest({
  aggregates: [order],
  projections: [],
  processes: [{ ...payment, effects: [charging] } as never],
});

const effects = {
  chargeCard: {
    secrets: { key: 'ssm:/{environment}/bank/key' },
    mailFrom: ['shop@example.com'],
    network: { subnets: ['subnet-0a1b', 'subnet-0c2d'], securityGroups: ['sg-0a1b'] },
    may: [{ actions: ['sns:Publish'], resources: ['arn:aws:sns:eu-central-1:111122223333:told'] }],
    memoryMegabytes: 512,
  },
};
const { template } = synthesized('dev', { effects }, driven);
const plain = synthesized('dev', {}, driven).template;

type Resource = Readonly<{ Properties: Record<string, never> }>;
const functionIn = (of: typeof template) =>
  Object.values(of.findResources('AWS::Lambda::Function') as Record<string, Resource>).find(
    ({ Properties }) =>
      (Properties as never as { Environment?: { Variables?: { EFFECT?: string } } }).Environment?.Variables?.EFFECT,
  )!.Properties as never as {
    Timeout: number;
    MemorySize: number;
    VpcConfig?: object;
    ReservedConcurrentExecutions?: number;
    Environment: { Variables: Record<string, string> };
  };

type Statement = Readonly<{ Action: string | string[]; Resource: unknown; Condition?: unknown }>;
const rightsIn = (of: typeof template) =>
  Object.entries(of.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('EffectsChargeCardEffectRole') || /EffectsChargeCard.*EffectRole/.test(id))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[])
    .map(({ Action, Resource, Condition }) => {
      const keys = (Condition as { 'ForAllValues:StringLike'?: { 'dynamodb:LeadingKeys'?: string[] } } | undefined)?.[
        'ForAllValues:StringLike'
      ]?.['dynamodb:LeadingKeys'];
      return { actions: [Action].flat(), resource: JSON.stringify(Resource), keys, condition: Condition };
    })
    .filter(({ actions }) => !actions[0]!.startsWith('logs:'));

describe('the function of an effect', () => {
  test('runs longer than a try, one try at a time, and at most as many at once as declared', () => {
    expect(functionIn(template).Timeout).toBe(140);
    const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping')).map(({ Properties }) => Properties);
    const own = mappings.filter(({ BatchSize }) => BatchSize === 1);
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 3 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    // Nothing is taken from the account's functions: an account with ten of them could not deploy it.
    expect(functionIn(template).ReservedConcurrentExecutions).toBeUndefined();
  });

  test('gives its queue back six times its own time later, and lets no delay exceed what SQS takes', () => {
    const queues = Object.values(template.findResources('AWS::SQS::Queue')).map(({ Properties }) => Properties);
    const own = queues.find(({ QueueName }) => QueueName === 'foldstream-dev-chargeCardEffect')!;
    expect(own.VisibilityTimeout).toBe(6 * 140);
    expect(own.VisibilityTimeout).toBeLessThanOrEqual(43_200);
    expect(own.RedrivePolicy.maxReceiveCount).toBe(25);
  });

  test('is sent what processes ask for and operators retry, and nothing that was imported', () => {
    const rules = Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties.EventPattern);
    expect(
      rules.filter(
        (pattern) =>
          pattern?.['detail-type']?.includes('chargeCardEffect.commit') && !pattern['detail-type'].includes('order.commit'),
      ),
    ).toContainEqual({
      source: ['foldstream.commits'],
      'detail-type': ['chargeCardEffect.commit'],
      detail: { types: ['EffectRequested', 'EffectRetried'], imported: [{ exists: false }] },
    });
  });

  test('may append to its own streams, and read its own secrets, and nothing else of a team', () => {
    const rights = rightsIn(plain);
    expect(rights.flatMap(({ actions, keys = [] }) => actions.map((action) => `${action} ${keys.join()}`.trim())).sort()).toEqual(
      [
        'dynamodb:GetItem chargeCardEffect-*',
        'dynamodb:GetItem chargeCardEffect-*',
        'dynamodb:GetItem circuit/bank',
        'dynamodb:GetItem secret',
        'dynamodb:GetItem secret/proofs',
        'dynamodb:PutItem chargeCardEffect-*',
        'dynamodb:PutItem chargeCardEffect-*',
        'dynamodb:PutItem circuit/bank',
        'dynamodb:Query chargeCardEffect-*',
        'dynamodb:UpdateItem pace/chargeCard',
        'secretsmanager:GetSecretValue',
        'secretsmanager:GetSecretValue',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ].sort(),
    );
    const secrets = rights.filter(({ actions }) => actions[0]!.startsWith('secrets')).map(({ resource }) => resource);
    expect(secrets[0]).toContain(':secret:dev/key-??????');
    expect(secrets[1]).toContain(':secret:dev/account-??????');
  });

  test('reaches what its settings say: a secret under another name, mail from one address, a network, a right', () => {
    const rights = rightsIn(template);
    const of = (action: string) => rights.find(({ actions }) => actions.includes(action))!;
    expect(of('ssm:GetParameter').resource).toContain(':parameter/dev/bank/key');
    expect(of('ses:SendEmail').condition).toEqual({ StringEquals: { 'ses:FromAddress': 'shop@example.com' } });
    expect(of('ses:SendEmail').resource).toContain('identity/example.com');
    expect(of('sns:Publish').resource).toBe('"arn:aws:sns:eu-central-1:111122223333:told"');
    expect(of('ec2:CreateNetworkInterface').resource).toBe('"*"');
    expect(functionIn(template)).toMatchObject({
      MemorySize: 512,
      VpcConfig: { SubnetIds: ['subnet-0a1b', 'subnet-0c2d'], SecurityGroupIds: ['sg-0a1b'] },
    });
    expect(JSON.parse(functionIn(template).Environment.Variables.SECRETS!)).toEqual({
      key: 'ssm:/{environment}/bank/key',
      account: '{environment}/account',
    });
    expect(functionIn(plain).VpcConfig).toBeUndefined();
  });

  test('has alarms for an open circuit, and a backlog older than any delay', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
    const said = (text: string) => alarms.filter(({ AlarmDescription }) => String(AlarmDescription).includes(text));
    expect(said('The provider of an effect failed several times')).toHaveLength(1);
    expect(
      said('more than 20 minutes behind; foldstream effects says which: chargeCardEffect').map(({ Threshold }) => Threshold),
    ).toEqual([1_200]);
  });

  test('has routes for operators alone, and the sweep may send to its queue', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties);
    expect(
      routes
        .filter(({ RouteKey }) => RouteKey.includes('/ops/effects'))
        .map(({ RouteKey, AuthorizationType }) => `${RouteKey} ${AuthorizationType}`)
        .sort(),
    ).toEqual([
      'GET /ops/effects JWT',
      'GET /ops/effects/{performance} JWT',
      'POST /ops/effects/{performance}/answer JWT',
      'POST /ops/effects/{performance}/retry JWT',
    ]);
  });
});

test('settings of an effect or a secret that there is not are refused', () => {
  expect(() => synthesized('dev', { effects: { chargeCrad: {} } }, driven)).toThrow(
    'effects.chargeCrad is for an effect that no process has',
  );
  expect(() => synthesized('dev', { effects: { chargeCard: { secrets: { kye: 'a' } } } }, driven)).toThrow('does not declare');
  expect(() => synthesized('dev', { effects: { chargeCard: { secrets: { key: '*' } } } }, driven)).toThrow('is not a name');
  expect(() =>
    synthesized('dev', { effects: { chargeCard: { may: [{ actions: ['s3:*'], resources: ['arn:aws:s3:::a'] }] } } }, driven),
  ).toThrow('without wildcards');
});

test('effects count among what may be busy at once', () => {
  // The list of instances, the list of performances and the process may have two functions each, and the effect three.
  expect(() => synthesized('dev', { maximumConcurrency: 2, accountConcurrency: 14 }, driven)).toThrow('effects with up to 2');
  expect(() => synthesized('dev', { maximumConcurrency: 2, accountConcurrency: 16 }, driven)).not.toThrow();
});
