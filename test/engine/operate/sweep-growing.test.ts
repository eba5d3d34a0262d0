import { expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { findings } from '../../../lib/engine/operate/sweep-findings.ts';
import type { SweepTarget } from '../../../lib/engine/operate/sweep-target.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { bagOf } from '../../support/examples/bag.ts';

const [first, second, third] = bagOf('a', [[1], [2], [3]]) as [Commit, Commit, Commit];
const marks = { dueBefore: '9999' };

/** The cursors of two consumers, the second of which is read late: by then the stream may have grown. */
const found = (cursors: readonly [number, number], grown: Commit) => {
  let last = second;
  const store: Pick<Store, 'read'> = { read: async () => ({ commits: [last] }) };
  const later = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    last = grown;
  };
  const targets = cursors.map((commit, i) => ({
    name: `consumer-${i + 1}`,
    concerns: () => true,
    head: async () => {
      if (i > 0) await later();
      return { commit };
    },
  }));
  return findings({ targets: targets as unknown as SweepTarget[], store }, [first], marks);
};

it('no cursor is beyond a stream that grows while cursors are looked at', async () => {
  expect(await found([2, 3], third)).toMatchObject({ beyond: [], lagging: [], reads: 3 });
});

it('a cursor beyond the end is found beside one at the end', async () => {
  expect((await found([2, 3], second)).beyond).toEqual([{ target: 'consumer-2', stream: first.stream, cursor: 3, last: 2 }]);
});
