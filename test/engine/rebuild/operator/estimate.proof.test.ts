import { describe, expect, it } from 'vitest';
import type { Scanner } from '../../../../lib/engine/ports.ts';
import { estimateRebuild } from '../../../../lib/engine/rebuild/operator/estimate.ts';
import { shardOf } from '../../../../lib/engine/shard.ts';
import { memoryKeys } from '../../../../lib/testing/ports.ts';
import { bagOf } from '../../../support/examples/bag.ts';
import { kinds } from '../../../support/examples/rebuilding.ts';

const streams = 12_000;
/** A store that is made where it is looked at: streams of one to six commits, spread over segments by name. */
const scannerOf = (looked: Set<string>): Scanner => ({
  scan: async ({ segment, of }) => {
    looked.add(`${segment}/${of}`);
    const commits = Array.from({ length: streams }, (_, i) => i)
      .filter((i) => shardOf(`s${i}`, of) === segment)
      .flatMap((i) =>
        bagOf(
          `s${i}`,
          Array.from({ length: 1 + (i % 6) }, () => [1]),
        ),
      );
    return { commits, units: 1 };
  },
});
const all = (streams / 6) * 21;

describe('a dry run', () => {
  it('is about right from a sample, and costs no more than one', async () => {
    const looked = new Set<string>();
    const estimating = { projection: kinds[0]!, scanner: scannerOf(looked), random: memoryKeys(3).random };
    const estimate = await estimateRebuild({ ...estimating, aboutCommits: async () => all });
    expect(estimate.sample.commits).toBeLessThan(all * 0.6);
    expect(Math.abs(estimate.commits / all - 1)).toBeLessThan(0.2);
    expect(Math.abs(estimate.streams / streams - 1)).toBeLessThan(0.2);
    // A head for each stream, in no index, and its progress.
    expect(Math.abs(estimate.writeUnits / streams - 1)).toBeLessThan(0.2);
    expect(estimate.price).toBeGreaterThan(0);
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(looked.size).toBeLessThan(100);
  });

  it('does not believe a count that is far too low', async () => {
    const estimating = {
      projection: kinds[0]!,
      scanner: scannerOf(new Set()),
      random: memoryKeys(3).random,
    };
    const estimate = await estimateRebuild({ ...estimating, aboutCommits: async () => 0 });
    expect(estimate.sample.commits).toBeLessThan(all * 0.6);
    expect(Math.abs(estimate.commits / all - 1)).toBeLessThan(0.2);
  });

  it('says that nothing costs nothing', async () => {
    const scanner: Scanner = { scan: async () => ({ commits: [], units: 0.5 }) };
    const estimating = { projection: kinds[0]!, scanner, random: () => 0 };
    expect(await estimateRebuild({ ...estimating, aboutCommits: async () => 0 })).toMatchObject({
      commits: 0,
      streams: 0,
      writeUnits: 0,
    });
  });
});
