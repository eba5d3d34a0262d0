import { afterEach, expect, it, vi } from 'vitest';
import { liveAfterSeconds } from '../../../lib/aws/functions/rebuild-lead.ts';
import { rebuildWorkHandler } from '../../../lib/aws/functions/rebuild-work.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { phaseSeconds } from '../../../lib/engine/view/phase.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';

afterEach(() => vi.unstubAllEnvs());

it('a worker is of the one revision that its function is deployed for', () => {
  const manifest = defineManifest({ aggregates: [wallet, transfer], projections: [], processes: [moving] });
  const { name, revision } = manifest.projections[0]!;
  for (const variable of ['COMMITS_TABLE', 'VIEW_TABLE', 'CONTROL_TABLE']) vi.stubEnv(variable, 'table');
  vi.stubEnv('PROJECTION', name);
  vi.stubEnv('REVISION', String(revision));
  expect(() => rebuildWorkHandler(manifest)).not.toThrow();
  vi.stubEnv('REVISION', String(revision + 1));
  expect(() => rebuildWorkHandler(manifest)).toThrow(`no revision ${name}.r${revision + 1}`);
});

it('a revision is live when each function knows it: what a function keeps, how long it keeps it, and two clocks that differ', () =>
  expect(liveAfterSeconds('60')).toBe(60 + phaseSeconds + 2));
