import { describe, expect, it } from 'vitest';
import type { AnyProjection } from '../../../../lib/core/projection.ts';
import { notLive } from '../../../../lib/engine/rebuild/operator/needed.ts';
import type { RollBack } from '../../../../lib/engine/rebuild/ports.ts';
import { memoryActives, memoryRebuilds } from '../../../../lib/testing/memory/rebuild.ts';

const at = '2026-11-21T12:00:00.000Z';
const deployed = (...revisions: readonly number[]) =>
  revisions.map((revision) => ({ projection: { name: 'balance', revision } as AnyProjection }) as never);

const asking = async (revisions: readonly number[], live: number | undefined, rolledBackFrom?: number) => {
  const actives = memoryActives();
  const rebuilds = memoryRebuilds(actives);
  if (live !== undefined) await actives.switch({ projection: 'balance', revision: live, at } as never, undefined);
  const back = {
    id: 'b1',
    projection: 'balance',
    kind: 'roll-back',
    state: 'switched',
    by: 'cli/ada',
    why: 'wrong sums',
  } as const;
  const all = rolledBackFrom === undefined ? [] : [{ ...back, revision: 1, from: rolledBackFrom } as RollBack];
  return notLive({ views: deployed(...revisions), actives, rebuilds: { ...rebuilds, list: async () => all } });
};

describe('the views that a release leaves to be rebuilt', () => {
  it('are those whose newest revision is not live', async () => {
    expect(await asking([1, 2], 1)).toEqual([{ view: 'balance', revision: 2, rolledBack: false }]);
    expect(await asking([2, 1], 2)).toEqual([]);
  });
  it('are those of which no revision is live', async () =>
    expect(await asking([1], undefined)).toEqual([{ view: 'balance', revision: 1, rolledBack: false }]));
  it('are known when an operator rolled them back on purpose', async () => {
    expect(await asking([1, 2], 1, 2)).toEqual([{ view: 'balance', revision: 2, rolledBack: true }]);
    expect(await asking([1, 2, 3], 1, 2)).toEqual([{ view: 'balance', revision: 3, rolledBack: false }]);
  });
});
