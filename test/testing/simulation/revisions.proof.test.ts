import { describe, expect, it } from 'vitest';
import { defineManifest, type Manifest } from '../../../lib/core/manifest.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { type Simulation, simulate } from '../../../lib/testing/simulator.ts';
import { parcel, parcelRoles } from '../../support/apps/parcel/decider.ts';
import { parcelTrack } from '../../support/apps/parcel/track.ts';

const { ParcelSent, ParcelScanned } = parcelTrack.on;
const view = (revision: number, on: object): AnyProjection => ({ ...parcelTrack, revision, on }) as never;
/** The second revision handles what the first one does not: what a rebuild is there for. */
const first = view(1, { ParcelScanned });
const second = view(2, { ParcelSent, ParcelScanned });
const having = (...projections: readonly AnyProjection[]): Manifest =>
  defineManifest({ roles: parcelRoles, aggregates: [parcel], projections });

describe('two revisions of a view that handle different events', () => {
  const played = async (simulation: Omit<Simulation, 'seed'>, runs = 30) => {
    const totals: Record<string, number> = {};
    for (let seed = 1; seed <= runs; seed++)
      for (const [name, count] of Object.entries(await simulate({ ...simulation, seed, shrinks: false })))
        totals[name] = (totals[name] ?? 0) + count;
    return totals;
  };

  it('are each looked at in a table of their own', async () => {
    expect((await played({ manifest: having(first, second), share: { rebuilds: 0 } })).commits).toBeGreaterThan(60);
  });

  it('are rebuilt from the one to the other', async () => {
    const totals = await played({ manifest: having(first, second), share: { rebuilds: 1 } });
    expect(totals['switched to the second']).toBeGreaterThan(10);
  });

  it.each([
    ['comes with a roll-out', having(first), having(first, second)],
    ['is left alone by a roll-out', having(first, second), having(second)],
  ])('of which one %s are told apart', async (_, manifest, next) => {
    expect((await played({ manifest, next, share: { rebuilds: 0 } })).commits).toBeGreaterThan(60);
  });
});
