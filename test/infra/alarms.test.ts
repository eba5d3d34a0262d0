import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { revisionKey } from '../../lib/core/deployed-names.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { FoldstreamStack } from '../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../lib/infra/kit/stage.ts';
import { alarmTopic, steps } from './support/deployed.ts';

type Alarm = Readonly<{ Metrics?: readonly { MetricStat?: object }[] }>;

/** List price of a metric of an alarm, in US dollars a month. An alarm on an expression costs as much as its metrics. */
const perMetric = 0.1;

const alarmsOf = (projections: readonly AnyProjection[]): readonly Alarm[] => {
  const rows = Object.fromEntries(projections.map((projection) => [revisionKey(projection), 'a'.repeat(64)]));
  const stack = new FoldstreamStack(new App(), 'foldstream-prod', {
    manifest: { ...manifest, projections },
    code: { steps, rows },
    settings: settingsFor('prod', { alarmTopic, maximumConcurrency: 5, nested: 'false' }),
  });
  return Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
};

const dollars = (alarms: readonly Alarm[]): number =>
  perMetric * alarms.reduce((sum, { Metrics }) => sum + (Metrics?.filter(({ MetricStat }) => MetricStat).length || 1), 0);

test('the reference application has at most 40 alarms, for at most 6 dollars a month', () => {
  const alarms = alarmsOf(manifest.projections);
  expect(alarms.length).toBeLessThanOrEqual(40);
  expect(dollars(alarms)).toBeLessThanOrEqual(6);
  console.log(`${alarms.length} alarms of the reference application cost ${dollars(alarms).toFixed(2)} USD a month.`);
});

test('nine views more are one alarm more', () => {
  const [first] = manifest.projections;
  const more = Array.from({ length: 9 }, (_, i) => ({ ...first!, name: `another-view-${i}` }) as AnyProjection);
  expect(alarmsOf([...manifest.projections, ...more]).length - alarmsOf(manifest.projections).length).toBe(1);
});
