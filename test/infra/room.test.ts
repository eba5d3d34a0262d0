import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { revisionKey } from '../../lib/core/deployed-names.ts';
import { defineManifest } from '../../lib/core/manifest.ts';
import { FoldstreamStack } from '../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../lib/infra/stage.ts';
import { deployed, manifest, steps } from './deployed.ts';
import { outputNames, withStandIns } from './flattened.ts';

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
    expect(inOne).toBeGreaterThan(20);
    expect(outer(flat) - outer(deployed())).toBeGreaterThan(20 * (manifest.projections.length - 1));
  });

  test('leave room for fifty: in the functions’ variables, the outputs and the outer stack', () => {
    const [list] = manifest.projections;
    const projections = Array.from({ length: 50 }, (_, i) => ({ ...list!, name: `a-view-of-something-${i}` }));
    const rows = Object.fromEntries(projections.map((projection) => [revisionKey(projection), 'a'.repeat(64)]));
    const stack = new FoldstreamStack(new App(), 'foldstream-production', {
      manifest: defineManifest({ aggregates: manifest.aggregates, projections }),
      code: { steps, fold: { parcel: 'hash-of-parcel', audit: 'hash-of-audit' }, rows },
      settings: settingsFor('prod'),
    });
    const outer = Template.fromStack(stack);
    // Names that AWS makes have at most so many characters here, addresses of queues included.
    for (const { Properties } of Object.values(outer.findResources('AWS::Lambda::Function'))) {
      const all = Object.entries(Properties.Environment.Variables as Record<string, unknown>);
      const size = all.reduce((sum, [name, value]) => sum + name.length + withStandIns(value, 150).length, 0);
      expect(size, Properties.Description).toBeLessThan(4_096);
    }
    expect(Object.keys(outer.toJSON().Resources).length).toBeLessThan(500);
    expect(Object.keys(outer.toJSON().Outputs).length).toBeLessThan(200);
  });
});
