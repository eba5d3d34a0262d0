import type { Estimate } from '../../engine/rebuild/operator/estimate.ts';
import type { RebuildReport } from '../../engine/rebuild/operator/report.ts';
import type { Refolded } from '../../engine/rebuild/operator/start-in-place.ts';
import type { Rebuild, RebuildSettings } from '../../engine/rebuild/ports.ts';
import { type Calls, pathOf } from './calls.ts';

type Target = Readonly<{ projection: string; revision?: number; settings?: Partial<RebuildSettings> }>;
type Reasoned = Target & Readonly<{ why: string }>;

/** Rebuilds of views, audits, and refolds in place. */
export const rebuildCalls = ({ get, post }: Calls) => ({
  /** The last 200, the newest first. */
  list: async (projection?: string) =>
    (await get<Readonly<{ rebuilds: readonly Rebuild[] }>>('/ops/rebuilds', { projection })).rebuilds,
  report: (id: string) => get<RebuildReport>(`/ops/rebuilds${pathOf(id)}`),
  /** What a rebuild would read, write, cost and take; nothing is started. */
  estimate: (asked: Target) => post<Estimate>('/ops/rebuilds', { ...asked, dryRun: true }),
  start: (asked: Reasoned) => post<Rebuild>('/ops/rebuilds', asked),
  audit: (asked: Reasoned & Readonly<{ repair?: boolean }>) => post<Rebuild>('/ops/rebuilds', { ...asked, audit: true }),
  replay: (asked: Reasoned & Readonly<{ category: string }>) => post<Rebuild>('/ops/rebuilds', asked),
  refold: (asked: Reasoned & Readonly<{ stream: string }>) => post<Refolded>('/ops/rebuilds', asked),
  cancel: (id: string, reason: Readonly<{ why?: string }> = {}) => post<Rebuild>(`/ops/rebuilds${pathOf(id, 'cancel')}`, reason),
});
