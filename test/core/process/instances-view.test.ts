import { describe, expect, it } from 'vitest';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { instancesName } from '../../../lib/core/process/instances-view.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';

const parts = { aggregates: [wallet, transfer], projections: [], processes: [moving] };
const names = ({ projections }: { projections: readonly AnyProjection[] }) =>
  projections.map(({ name, revision }) => `${name}.r${revision}`);

describe('the view of instances', () => {
  it('comes with the processes of a manifest, and once, however often it is defined', () => {
    const manifest = defineManifest(parts);
    expect(names(manifest)).toEqual([`${instancesName}.r2`]);
    expect(names(defineManifest(manifest))).toEqual([`${instancesName}.r2`]);
    expect(names(defineManifest({ ...parts, processes: [] }))).toEqual([]);
    expect(names(defineManifest({ ...manifest, processes: [] }))).toEqual([]);
  });

  it('keys its rows by the whole name of the stream, with one process as with many', () => {
    const [projection] = defineManifest(parts).projections;
    expect(Array.isArray(projection?.from)).toBe(true);
  });

  it('has a name that no other view may have', () => {
    const [projection] = defineManifest(parts).projections;
    const own = { ...projection!, on: { Opened: () => ({}) }, from: wallet } as unknown as AnyProjection;
    expect(() => defineManifest({ ...parts, projections: [own] })).toThrow('is that of the list of instances');
  });
});
