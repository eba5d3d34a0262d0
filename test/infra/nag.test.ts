import { App, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { manifest as paying } from '../support/apps/paying/manifest.ts';
import { synthesized } from './support/deployed.ts';

const findings = (scope: IConstruct) => new AwsSolutionsChecks().validateScope(scope).violations.map(({ ruleName }) => ruleName);

const acknowledged = (scope: IConstruct): [IConstruct, string, string][] =>
  scope.node
    .findAll()
    .flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) =>
          Object.entries(data as Record<string, string>).map(([id, reason]): [IConstruct, string, string] => [
            construct,
            id.replace(/^annotation::/i, ''),
            reason,
          ]),
        ),
    );

describe.each([
  ['dev', {}],
  ['dev', { plainHttp: true }],
  ['prod', {}],
] as const)('cdk-nag on %s %j', (stage, context) => {
  const { stack } = synthesized(stage, context);

  test('finds nothing that is not acknowledged', () => {
    expect(findings(stack)).toEqual([]);
  });

  test('a reason that names a setting names the one that this stack is deployed with', () => {
    const named = acknowledged(stack).flatMap(([, , reason]) => [...reason.matchAll(/-c (\w+)=(\w+)/g)]);
    expect(new Set(named.map(([, name, value]) => `${name}=${value}`))).toEqual(
      new Set(Object.entries(context).map(([name, value]) => `${name}=${value}`)),
    );
  });

  test('each acknowledgement has a reason, and a finding that it is for', () => {
    for (const [construct, id, reason] of acknowledged(stack)) {
      expect(reason.length).toBeGreaterThan(30);
      const metadata = construct.node.metadata.filter(({ data }) => data?.[`Annotation::${id}`] ?? data?.[id]);
      expect(metadata, `${construct.node.path} ${id}`).toHaveLength(1);
      const entries = metadata[0]!.data as Record<string, string>;
      const [key] = Object.keys(entries).filter((each) => each.endsWith(id)) as [string];
      delete entries[key];
      expect(findings(stack), `${construct.node.path} ${id}: acknowledged without need`).toContain(id);
      entries[key] = reason;
    }
  });
});

test('it finds nothing in a stack with effects and a hook', () => {
  expect(findings(synthesized('prod', {}, paying).stack)).toEqual([]);
});

test('it finds nothing in a topic of the stack’s own', () => {
  expect(findings(synthesized('prod', { alarmTopic: 'own' }).stack)).toEqual([]);
});

test('it would find something', () => {
  const { stack } = synthesized();
  new Bucket(stack, 'Careless');
  expect(findings(stack)).toContain('AwsSolutions-S10');
  expect(findings(new App())).toEqual([]);
});
