import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, onTestFinished, test } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { idleOfManifest, idleOfTemplates } from '../../lib/cli/cost/idle.ts';
import { shapesOf } from '../../lib/cli/cost/tables.ts';
import { revisionKey } from '../../lib/core/deployed-names.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { bill } from '../../lib/engine/cost/prices.ts';
import { FoldstreamStack } from '../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../lib/infra/kit/stage.ts';
import { alarmTopic, steps } from './support/deployed.ts';

type Alarm = Readonly<{ Metrics?: readonly { MetricStat?: object }[] }>;

/** List price of a metric of an alarm, in US dollars a month. An alarm on an expression costs as much as its metrics. */
const perMetric = 0.1;

const templateOf = (projections: readonly AnyProjection[]): Template => {
  const rows = Object.fromEntries(projections.map((projection) => [revisionKey(projection), 'a'.repeat(64)]));
  const stack = new FoldstreamStack(new App(), 'foldstream-prod', {
    manifest: { ...manifest, projections },
    code: { steps, rows },
    settings: settingsFor('prod', { alarmTopic, maximumConcurrency: 5, nested: 'false' }),
  });
  return Template.fromStack(stack);
};

const reference = templateOf(manifest.projections);

const alarmsIn = (template: Template): readonly Alarm[] =>
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

const dollars = (alarms: readonly Alarm[]): number =>
  perMetric * alarms.reduce((sum, { Metrics }) => sum + (Metrics?.filter(({ MetricStat }) => MetricStat).length || 1), 0);

test('the reference application has at most 40 alarms, for at most 6 dollars a month', () => {
  const alarms = alarmsIn(reference);
  expect(alarms.length).toBeLessThanOrEqual(40);
  expect(dollars(alarms)).toBeLessThanOrEqual(6);
  console.log(`${alarms.length} alarms of the reference application cost ${dollars(alarms).toFixed(2)} USD a month.`);
});

test('nine views more are one alarm more', () => {
  const [first] = manifest.projections;
  const more = Array.from({ length: 9 }, (_, i) => ({ ...first!, name: `another-view-${i}` }) as AnyProjection);
  expect(alarmsIn(templateOf([...manifest.projections, ...more])).length - alarmsIn(reference).length).toBe(1);
});

test('idle it costs at most 6 dollars; foldstream cost counts the same alarms, and the queues that Lambda polls', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foldstream-idle-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'prod.template.json');
  writeFileSync(file, JSON.stringify(reference.toJSON()));
  const idle = idleOfTemplates(file);
  const { total, by } = bill(idle);
  console.log(`Idle, by ${file.split('/').at(-1)}: ${total.toFixed(2)} USD a month, ${JSON.stringify(by)}`);
  expect(total, 'idle, in US dollars a month').toBeLessThanOrEqual(6);
  expect((idle.alarmMetrics ?? 0) * perMetric).toBeCloseTo(dollars(alarmsIn(reference)), 6);
  expect(idleOfManifest(manifest).queueRequests).toBe(idle.queueRequests);
});

type Keys = readonly Readonly<{ AttributeName: string }>[];
type Index = Readonly<{
  IndexName: string;
  KeySchema: Keys;
  Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
}>;

test('foldstream cost counts units of the tables and indexes that are deployed', () => {
  const names = (keys: Keys) => keys.map(({ AttributeName }) => AttributeName);
  const deployed = Object.values(reference.findResources('AWS::DynamoDB::Table')).map(({ Properties }) => {
    const indexes = ((Properties.GlobalSecondaryIndexes ?? []) as Index[]).map(({ IndexName, KeySchema, Projection }) => {
      const { ProjectionType: type, NonKeyAttributes: held } = Projection;
      return [IndexName, ...names(KeySchema), type === 'INCLUDE' ? held : type];
    });
    return JSON.stringify([names(Properties.KeySchema), indexes.toSorted()]);
  });
  for (const [table, { partition, sort, indexes }] of shapesOf(manifest)) {
    const shapeWith = (listed: typeof indexes) => {
      const own = listed.map(({ name, partition: first, sort: second, holds }) => {
        const held = holds === 'all' ? 'ALL' : holds === 'keys' ? 'KEYS_ONLY' : holds;
        return [name, first, ...(second === undefined ? [] : [second]), held];
      });
      return JSON.stringify([[partition, ...(sort === undefined ? [] : [sort])], own.toSorted()]);
    };
    // The index of shared rows is deployed only where there are any.
    const shapes = [indexes, indexes.filter(({ name }) => name !== 'shared-rows')].map(shapeWith);
    const shape = shapes.find((each) => deployed.includes(each)) ?? shapes[0]!;
    expect(deployed, table).toContain(shape);
    deployed.splice(deployed.indexOf(shape), 1);
  }
});
