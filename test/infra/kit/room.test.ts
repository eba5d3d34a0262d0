import { App, NestedStack, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { revisionKey } from '../../../lib/core/deployed-names.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { FoldstreamStack } from '../../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { alarmTopic, deployed, manifest, steps } from '../support/deployed.ts';
import { outputNames } from '../support/flattened.ts';
import { excesses } from '../support/quotas.ts';

describe('views and processes in stacks of their own', () => {
  const flat = deployed('dev', { nested: 'false' });

  test('come to the same resources as in the one stack', () => {
    const shapes = (of: typeof flat) =>
      Object.entries(of.template.toJSON().Resources as Record<string, { Type: string; Properties?: { Environment?: unknown } }>)
        .map(([id, { Type, Properties }]) => `${id.replace(/[0-9A-F]{8}$/, '')} ${Type} ${Object.keys(Properties ?? {}).sort()}`)
        .sort();
    expect(shapes(deployed())).toEqual(shapes(flat));
    expect(outputNames(deployed().template).toSorted()).toEqual(outputNames(flat.template).toSorted());
  });

  test('cost the outer stack one resource each', () => {
    const outer = (of: typeof flat) => Object.keys(Template.fromStack(of.stack).toJSON().Resources).length;
    const inOne = Object.keys(flat.template.toJSON().Resources).filter((id) => id.startsWith('ParcelListR2')).length;
    expect(inOne).toBeGreaterThan(14);
    expect(outer(flat) - outer(deployed())).toBeGreaterThan(14 * (manifest.projections.length - 1));
  });

  const [list] = manifest.projections;
  /** A prod stack with so many views of a kind. */
  const stackOf = (projections: readonly AnyProjection[]) => {
    const rows = Object.fromEntries(projections.map((projection) => [revisionKey(projection), 'a'.repeat(64)]));
    return new FoldstreamStack(new App(), 'foldstream-production', {
      manifest: defineManifest({ aggregates: manifest.aggregates, projections }),
      code: { steps, rows },
      settings: settingsFor('prod', { alarmTopic, maximumConcurrency: 5 }),
    });
  };
  const templatesOf = (stack: Stack) =>
    [stack, ...stack.node.findAll().filter((construct) => construct instanceof NestedStack)].map((each) =>
      Template.fromStack(each).toJSON(),
    );

  test('leave room for fifty: no quota of AWS is passed that can be counted before', () => {
    const stack = stackOf(Array.from({ length: 50 }, (_, i) => ({ ...list!, name: `a-view-of-something-${i}` })));
    const templates = templatesOf(stack);
    expect(templates).toHaveLength(51);
    expect(templates.flatMap((template) => excesses(template as Parameters<typeof excesses>[0]))).toEqual([]);
  });

  test('every excess over AWS’s limits is found', () => {
    const template = deployed().template.toJSON() as Parameters<typeof excesses>[0];
    expect(excesses(template).filter((line) => !line.startsWith('the template'))).toEqual([]);
    const spoilt = structuredClone(template) as {
      Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
    };
    const of = (type: string) => Object.values(spoilt.Resources).find(({ Type }) => Type === type)!.Properties;
    of('AWS::Lambda::Function').Environment = { Variables: { LIST: 'x'.repeat(4_096) } };
    of('AWS::Events::Rule').EventPattern = { 'detail-type': ['x'.repeat(2_048)] };
    of('AWS::DynamoDB::Table').GlobalSecondaryIndexes = Array.from({ length: 21 }, () => ({ Projection: {} }));
    of('AWS::IAM::Policy').PolicyDocument = {
      Statement: Array.from({ length: 100 }, () => ({ Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } })),
    };
    const found = excesses(spoilt as typeof template).filter((line) => !line.startsWith('the template'));
    expect(found).toHaveLength(4);
    const wanted = [
      expect.stringMatching(/21 indexes, 20 at most/),
      expect.stringMatching(/4100 bytes of variables, 4096 at most/),
      expect.stringMatching(/characters of an event pattern, 2048 at most/),
      expect.stringMatching(/characters of inline policies, 10240 at most/),
    ];
    expect(found).toEqual(expect.arrayContaining(wanted));
  });
});

test('where in the code each resource was made is said to AWS alone: a local deployment would read it again for each event of each', () => {
  const traces = (context: Parameters<typeof settingsFor>[1]) =>
    new FoldstreamStack(new App(), 'foldstream-dev', {
      manifest,
      code: { steps, rows: { 'parcel-log.r1': 'hash' } },
      settings: settingsFor('dev', context),
    }).node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === 'aws:cdk:creationStack' || type === 'aws:cdk:logicalId').length;
  const localCloud = 'http://127.0.0.1:4566';
  // The stack's own, which is made first.
  expect(traces({ plainHttp: 'true', localCloud })).toBeLessThanOrEqual(1);
  expect(traces({ localCloud })).toBeGreaterThan(500);
});
