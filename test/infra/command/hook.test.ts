import { expect, test } from 'vitest';
import * as z from 'zod';
import { command } from '../../../lib/core/decider.ts';
import { hmac } from '../../../lib/core/hook/hmac.ts';
import { hook } from '../../../lib/core/hook/hook.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { manifest, synthesized } from '../support/deployed.ts';

const [parcel, audit] = manifest.aggregates;
const told = {
  ...audit,
  commands: { Tell: command(['hook'], z.strictObject({})) },
  decide: { Tell: () => [] },
} as never as typeof parcel;

const declared = (secret: string) =>
  hook({ sends: told!, verify: hmac({ secret, header: 'x-signature' }), body: z.object({}), id: () => '1', to: () => undefined });

const { template } = synthesized(
  'dev',
  {},
  defineManifest({
    aggregates: [parcel!, told!],
    projections: [],
    hooks: { courier: declared('{environment}/courier'), postOffice: declared('ssm:/post/{environment}') },
  }),
);

type Statement = Readonly<{ Action: string | string[]; Resource: unknown; Condition?: object }>;
const statementsOf = (name: string) =>
  Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(`${name}HookHookRole`))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[])
    .map(({ Action, Resource, Condition }) => [[Action].flat().join(' '), JSON.stringify([Resource, Condition])] as const);

test('a hook has a route without a token, with the limit for strangers, and a function of its own', () => {
  const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties);
  const own = routes.filter(({ RouteKey }) => RouteKey.includes('/hooks/'));
  expect(own.map(({ RouteKey, AuthorizationType }) => [RouteKey, AuthorizationType])).toEqual([
    ['POST /hooks/courier', 'NONE'],
    ['POST /hooks/post-office', 'NONE'],
  ]);
  expect(new Set(own.map(({ Target }) => JSON.stringify(Target))).size).toBe(2);
  const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
  expect(stage!.Properties.RouteSettings['POST /hooks/courier']).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
});

test('its function may append to the one category, and read its own secret and no other', () => {
  for (const [name, action, resource] of [
    ['Courier', 'secretsmanager:GetSecretValue', ':secret:dev/courier-??????'],
    ['PostOffice', 'ssm:GetParameter', ':parameter/post/dev'],
  ] as const) {
    const statements = statementsOf(name).filter(([actions]) => !actions.startsWith('logs:'));
    const secrets = statements.filter(([actions]) => !actions.startsWith('dynamodb:'));
    expect(secrets).toEqual([[action, expect.stringContaining(resource)]]);
    const keys = statements.filter(([actions]) => actions.startsWith('dynamodb:')).map(([, rest]) => rest);
    expect(keys.join()).not.toContain('parcel-');
    expect(keys.every((rest) => /"(audit-\*|unique-audit|secret)/.test(rest))).toBe(true);
  }
});

test('the name of a secret is in the code alone, and its value nowhere', () => {
  const variables = Object.values(template.findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties.Environment?.Variables ?? {})
    .find(({ HOOK }) => HOOK === 'courier');
  expect(Object.keys(variables).sort()).toEqual([
    'CALLER_RATE',
    'COMMITS_TABLE',
    'COMMIT_FORM',
    'CONTROL_TABLE',
    'HOOK',
    'NODE_OPTIONS',
    'POWERTOOLS_SERVICE_NAME',
    'SNAPSHOTS_TABLE',
    'STAGE',
  ]);
});
