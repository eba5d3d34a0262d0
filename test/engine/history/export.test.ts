import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { streamOrder } from '../../../lib/engine/history/export-order.ts';
import { type Exported, exportSegment } from '../../../lib/engine/history/export-segment.ts';
import type { Scanner, ScanPage } from '../../../lib/engine/ports.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryScanner } from '../../../lib/testing/memory/sweep.ts';
import { runs } from '../../support/runs.ts';
import { commitOf } from '../../support/store/commits.ts';

const name = ({ stream, commit }: Pick<Commit, 'stream' | 'commit'>) => `${stream}/${commit}`;
const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
const commitsOf = (counts: readonly number[]) =>
  counts.flatMap((count, i) => Array.from({ length: count }, (_, n) => commitOf(`account-${i}`, n + 1)));

/** Each stream's commits must be 1, 2, 3, ...: no hole, no repeat, no other order. */
const inOrder = (written: readonly Commit[]) => {
  for (const [, commits] of Map.groupBy(written, ({ stream }) => stream))
    expect(commits.map(({ commit }) => commit)).toEqual(commits.map((_, i) => i + 1));
};

const storeOf = async (commits: readonly Commit[]) => {
  const store = memoryStore({ pageBytes: 600 });
  for (const commit of commits) await store.append(commit);
  return store;
};

/** A scan that answers commits in just this order, some at a time. */
const scannerOf = (commits: readonly Commit[], pageSize: number): Scanner => ({
  scan: async (_, { after }): Promise<ScanPage> => {
    const from = after ? commits.findIndex((commit) => name(commit) === name(after)) + 1 : 0;
    const page = commits.slice(from, from + pageSize);
    const last = page.at(-1);
    return { commits: page, units: 1, ...(last && from + pageSize < commits.length && { next: last }) };
  },
});

const collected = async (parts: AsyncIterable<Exported>) => {
  const all: Exported[] = [];
  for await (const part of parts) all.push(part);
  return { commits: all.flatMap(({ commits }) => commits), holes: all.flatMap(({ holes }) => holes), parts: all };
};

describe('the order of an export', () => {
  it("is each stream's own, whatever order the scan has, and nothing is left out or repeated", () =>
    fc.assert(
      fc.property(
        lengths.chain((counts) => fc.shuffledSubarray(commitsOf(counts), { minLength: 1 })),
        fc.nat(7),
        (seen, size) => {
          const order = streamOrder();
          const written: Commit[] = [];
          for (let i = 0; i < seen.length; i += size + 1) written.push(...order.take(seen.slice(i, i + size + 1)));
          written.push(...order.take(seen));
          inOrder(written);
          // Only commits that lack a predecessor wait.
          const waits = new Map(order.waiting().map(({ stream, from }) => [stream, from]));
          for (const [stream, commits] of Map.groupBy(seen, (commit) => commit.stream)) {
            const numbers = new Set(commits.map(({ commit }) => commit));
            let next = 1;
            while (numbers.has(next)) next += 1;
            expect(waits.get(stream)).toBe(numbers.size >= next ? next : undefined);
          }
          expect(order.heldBytes() > 0).toBe(waits.size > 0);
        },
      ),
      { numRuns: runs(100) },
    ));
});

describe('the export of a segment', () => {
  it('has all commits in order, and can be taken up at any place that it names, after any cut', () =>
    fc.assert(
      fc.asyncProperty(
        lengths.chain((counts) => fc.shuffledSubarray(commitsOf(counts), { minLength: counts.reduce((a, b) => a + b) })),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        async (scanned, pageSize, cut) => {
          const store = await storeOf(scanned);
          const scanner = scannerOf(scanned, pageSize);
          const whole = await collected(exportSegment({ scanner, store, order: streamOrder() }, { segment: 0, of: 1 }));
          inOrder(whole.commits);
          expect(whole.commits).toHaveLength(scanned.length);
          expect(whole.parts.at(-1)?.place).toBe('end');
          // It may be killed anywhere: only lines up to the last saved position count.
          const kept = whole.parts.slice(0, cut % (whole.parts.length + 1));
          const upTo = kept.findLastIndex(({ place }) => place !== undefined);
          const written = kept.slice(0, upTo + 1).flatMap(({ commits }) => commits);
          const place = kept[upTo]?.place;
          if (place === 'end') return;
          const order = streamOrder();
          for (const { stream, commit } of written) order.resume(stream, commit);
          const rest = await collected(
            exportSegment({ scanner, store, order }, { segment: 0, of: 1, ...(place && { after: place }) }),
          );
          inOrder([...written, ...rest.commits]);
          expect(written.length + rest.commits.length).toBe(scanned.length);
        },
      ),
      { numRuns: runs(60) },
    ));

  it('holds back little, however early a scan is: a query fetches what it waits for', async () => {
    const commits = commitsOf([400]);
    const scanner = scannerOf(commits.toReversed(), 1);
    const order = streamOrder();
    let most = 0;
    let places = 0;
    const written: Commit[] = [];
    for await (const part of exportSegment({ scanner, store: await storeOf(commits), order }, { segment: 0, of: 1 })) {
      most = Math.max(most, order.waiting().length === 0 ? 0 : order.heldBytes());
      places += part.place ? 1 : 0;
      written.push(...part.commits);
    }
    inOrder(written);
    expect(written).toHaveLength(400);
    expect(places).toBeGreaterThan(1);
    expect(most).toBeLessThan(10_000);
  });

  it('takes a commit for missing only where the table lacks it too, and lets out what is there', async () => {
    const [first, , third, fourth] = commitsOf([4]);
    const seen = [fourth!, third!, first!];
    const { commits, holes } = await collected(
      exportSegment({ scanner: scannerOf(seen, 2), store: await storeOf(seen), order: streamOrder() }, { segment: 0, of: 1 }),
    );
    expect(commits).toEqual([first, third, fourth]);
    expect(holes).toEqual([{ stream: 'account-0', commit: 2 }]);
  });

  it('of a category has its streams and what they reserved, and nothing else', async () => {
    const streams = ['account-1', 'accountant-1', 'parcel-1', 'unique-account.iban.00', 'unique-parcel.code.00'];
    const store = await storeOf(streams.map((stream) => commitOf(stream, 1)));
    const { commits } = await collected(
      exportSegment({ scanner: memoryScanner(store), store, order: streamOrder(), category: 'account' }, { segment: 0, of: 1 }),
    );
    expect(commits.map(({ stream }) => stream).sort()).toEqual(['account-1', 'unique-account.iban.00']);
  });
});
