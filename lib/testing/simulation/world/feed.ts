import type { Commit } from '../../../core/commit.ts';
import type { World } from './world.ts';

const shards = 2;
const batchSize = 12;
const tries = 5;

const shardOf = (stream: string) => [...stream].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % shards;

/**
 * The table's stream and the event source mapping behind it: batches of a shard one after the other, a failed one again as a
 * whole or in halves, and put away after some tries. Order is promised for one item only, and an item is written once.
 */
export const feed = (
  world: World,
  handle: (commits: readonly Commit[]) => Promise<void>,
  { name, loses }: Readonly<{ name: string; loses: boolean }>,
): ((commit: Commit) => void) => {
  const { time, note } = world;
  const dice = world.dice(name);
  const waiting = Array.from({ length: shards }, (): Commit[] => []);
  const busy = new Set<number>();
  const attempt = async (batch: readonly Commit[], left: number): Promise<void> => {
    try {
      await handle(world.happens('shuffled', dice) ? dice.shuffled(batch) : batch);
      if (world.happens('again', dice)) throw new Error('Handled, but nobody knows.');
    } catch {
      // If no record gets lost, none is given up either.
      if (left <= 0 && loses && world.odds.missing > 0) {
        world.count(`${name}: records put away`, batch.length);
        return note('stream', () => `gives up ${batch.map(({ stream, commit }) => `${stream} ${commit}`).join(', ')}`);
      }
      await time.sleep(dice.next() * 200);
      const half = Math.ceil(batch.length / 2);
      const parts = batch.length > 1 && dice.chance(0.5) ? [batch.slice(0, half), batch.slice(half)] : [batch];
      for (const part of parts) await attempt(part, left - 1);
    }
  };
  const drain = async (shard: number): Promise<void> => {
    if (busy.has(shard)) return;
    busy.add(shard);
    while (waiting[shard]!.length > 0) await attempt(waiting[shard]!.splice(0, 1 + dice.below(batchSize)), tries);
    busy.delete(shard);
  };
  return (commit) => {
    if (loses && world.happens('missing', dice)) {
      world.count(`${name}: records lost`);
      return note('stream', () => `loses the record of ${commit.stream} ${commit.commit}`);
    }
    const shard = shardOf(commit.stream);
    time.after(dice.next() * 100, () => {
      waiting[shard]!.push(commit);
      void drain(shard);
    });
  };
};
