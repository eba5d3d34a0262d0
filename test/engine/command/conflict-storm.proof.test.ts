import { expect, it } from 'vitest';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { memoryKeys } from '../../../lib/testing/memory/system.ts';
import { deposits, instanceOver, memoryTable, opens, watched } from '../../support/examples/commanding.ts';
import { distantSnapshots, distantStore } from '../../support/network.ts';
import { runs } from '../../support/runs.ts';
import { simulatedTime } from '../../support/simulated-time.ts';

const writers = 32;
const each = 20;

/** Writers with caches of their own on one stream, all at once, over a network of so many milliseconds each way. */
const storm = async (milliseconds: number, seed: number) => {
  const time = simulatedTime();
  const { random } = memoryKeys(seed);
  const table = memoryTable();
  await handleCommand(instanceOver(table), opens());
  const calls: string[] = [];
  const network = { time, random, odds: {}, milliseconds, open: () => () => true };
  const caller = () => ({ alive: () => true, crash: () => {} });
  for (let writer = 0; writer < writers; writer++) {
    const { commanding, calls: own } = watched(
      instanceOver(table, {
        store: distantStore(network, caller, table.store),
        snapshots: distantSnapshots(network, caller, table.snapshots),
        clock: { now: time.now, wait: time.sleep },
        keys: memoryKeys(seed * 100 + writer),
      }),
    );
    void (async () => {
      for (let i = 0; i < each; i++) {
        const request = deposits(1, { key: `${writer}-${i}` });
        // A command that was told to come again comes again, and its requests count.
        while ((await handleCommand(commanding, request)).outcome !== 'committed');
      }
      calls.push(...own);
    })();
  }
  await time.run();
  return { commits: table.store.stored(), calls };
};

/** With more runs, also at distances at which a round trip takes longer than the first wait. */
const distances = runs(1) > 1 ? [1, 4, 15, 60, 150] : [4];

it.each(distances)(
  'lets, up to %d ms away, 32 writers with 20 commands each all through, at no more than 6 requests for each',
  async (milliseconds) => {
    const { commits, calls } = await storm(milliseconds, 1);
    const deposited = commits.slice(1);
    expect(deposited.map(({ version }) => version)).toEqual(Array.from({ length: writers * each }, (_, i) => i + 2));
    expect(new Set(deposited.map(({ command }) => command)).size).toBe(writers * each);
    expect(calls.length / (writers * each)).toBeLessThanOrEqual(6);
  },
);
