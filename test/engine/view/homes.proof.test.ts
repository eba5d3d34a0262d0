import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection, AnySharedRows } from '../../../lib/core/projection.ts';
import { keepingHeads } from '../../../lib/engine/view/kept-heads.ts';
import { mostHomes } from '../../../lib/engine/view/kinds/homes.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { mendRow } from '../../../lib/engine/view/mend.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { refold } from '../../../lib/engine/view/refold.ts';
import { resumeStream } from '../../../lib/engine/view/resume.ts';
import type { MemoryView } from '../../../lib/testing/memory/view.ts';
import { memoryClock, memoryKeys, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { homeChanges } from '../../simulation/mutants/homes.ts';
import { distantView } from '../../support/examples/distant-view.ts';
import { anySpread, checkRows, spreadHistory } from '../../support/examples/sharing.ts';

const deliver = (commits: readonly Commit[]) =>
  commits.map((commit, i) => ({ id: String(i), delivered: { ...commit, types: commit.events.map(({ type }) => type) } }));

type Memory = Readonly<{ rows: number; amount: number; text: string }>;

/** Streams in no row, in one, in two, with a highest value in the last, with a large memory; rows that few are in, and one that all come to. */
const wandering = {
  ...anySpread,
  headsInRows: true,
  initial: { rows: 0, amount: 0, text: '' },
  on: {
    Spread: (_: Memory, { data: { rows, amount } }: { data: { rows: number; amount: number } }): Memory => {
      if (amount === 666) throw new Error('no amount is ever 666');
      return { rows, amount, text: amount > 50 ? 'x'.repeat(300) : '' };
    },
  },
  shares: ({ rows, amount }: Memory) => {
    const share = { sums: { amount }, counts: { [`of-${amount % 2}`]: 1 } };
    if (rows < 4) return rows === 0 ? {} : { [`row-${rows}`]: share };
    return rows === 4 ? { 'row-1': share, 'row-2': share } : { 'row-3': share, wide: { counts: { n: 45 } } };
  },
} as unknown as AnyProjection & AnySharedRows;

const events = fc.array(
  fc.record({
    rows: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 0, max: 5 })),
    amount: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -3, max: 9 }) },
      { weight: 1, arbitrary: fc.constant(60) },
      { weight: 1, arbitrary: fc.constant(666) },
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

/** What a history comes to in front of the commit that throws. */
const taken = (history: readonly Commit[]) => {
  const end = history.findIndex(({ events: [event] }) => (event!.data as { amount: number }).amount === 666);
  return end < 0 ? history : history.slice(0, end);
};

const rows = ['row-1', 'row-2', 'row-3', 'wide'];

/** A head is in a row if its own place says so, and nowhere else. */
const checkHomes = async (table: MemoryView, histories: readonly (readonly Commit[])[]) => {
  const held = new Map(rows.map((row) => [row, 0]));
  for (const [i, history] of histories.entries()) {
    const at = { key: `s${i}`, stream: `spread-s${i}` };
    const there = await table.head(at.key);
    for (const row of rows) {
      const home = await table.headIn(row, at);
      assert.equal(home !== undefined, there?.home === row, `${at.key} in ${row}`);
      if (home) {
        held.set(row, held.get(row)! + 1);
        assert.equal(home.commit, history.length);
        assert.ok(!home.parked && !home.begun);
      }
    }
  }
  for (const [row, n] of held) assert.ok(n <= mostHomes, `${row} holds ${n}`);
};

type Tamper = (table: MemoryView) => MemoryView;

const play = async (
  streams: readonly (readonly Readonly<{ rows: number; amount: number }>[])[],
  seed: number,
  instances: number,
  tamper: Tamper = (table) => table,
) => {
  const projection = wandering;
  const histories = streams.map((own, i) => spreadHistory(`s${i}`, own));
  const [store, table] = [memoryStore(), memoryView()];
  for (const commit of histories.flat()) await store.append(commit);
  const { random } = memoryKeys(seed);
  const odds = { before: 0.1, after: 0.1 };
  const clock = memoryClock();
  // Each call of the table takes turns with all others, also within what the engine takes for one.
  const view = () => withCursors(projection, distantView(tamper(table), random, odds));
  // A release that does not say the word any more still finds the heads that are in rows.
  const releases = [projection, projection, projection, { ...projection, headsInRows: false }];
  const running = Array.from({ length: instances }, () => ({
    ...{ projection: releases[Math.floor(random() * releases.length)]!, store, clock, log: memoryLog() },
    ...keepingHeads(view(), clock),
  }));
  const twice = histories.flat().flatMap((commit) => (random() < 0.3 ? [commit, commit] : [commit]));
  let open: readonly Commit[] = twice.toSorted((a, b) => a.commit - b.commit + 3 * (random() - 0.5));
  const meanwhile = async () => {
    const of = { projection, store, clock, log: memoryLog(), view: view() };
    const stream = `spread-s${Math.floor(random() * histories.length)}`;
    const act = Math.floor(random() * 3);
    if (act === 0) await refold(of, stream);
    if (act === 1) await resumeStream(of, stream);
    if (act === 2) await mendRow(of, rows[Math.floor(random() * 3)]!);
  };
  for (let round = 0; open.length > 0; round++) {
    assert.ok(round < 300, 'It never got through.');
    if (round > 60) Object.assign(odds, { before: 0, after: 0 });
    const [now, later] = [open.slice(0, 12), open.slice(12)];
    const batches = running.map((_, i) => deliver(now.filter((__, n) => n % instances === i)));
    const left = await Promise.all(
      batches.map(async (batch, i) => {
        const ids = await projectBatch(running[i]!, batch);
        return batch.filter(({ id }) => ids.includes(id)).map(({ delivered }) => delivered as unknown as Commit);
      }),
    );
    if (random() < 0.3) await Promise.allSettled([meanwhile(), meanwhile()]);
    open = [...left.flat(), ...later];
  }
  const whole = withCursors(projection, tamper(table));
  await checkRows(whole, projection, histories.map(taken));
  await checkHomes(table, histories);
  for (const [i, history] of histories.entries())
    assert.equal((await whole.head(`s${i}`))?.commit ?? 0, taken(history).length, `the cursor of s${i}`);
};

const given = [
  fc.oneof(fc.array(events, { minLength: 1, maxLength: 12 }), fc.array(events, { minLength: 10, maxLength: 14 })),
  fc.integer(),
  fc.integer({ min: 1, max: 3 }),
] as const;

describe('heads in rows', () => {
  it('come to the same sums, whatever races, crashes, refolds and repairs there are', async () => {
    await fc.assert(
      fc.asyncProperty(...given, async (streams, seed, instances) => {
        await play(streams, seed, instances);
      }),
      { numRuns: 80 },
    );
  });

  it.each(Object.entries(homeChanges))('would show: %s', async (_, change) => {
    const found = await fc.check(
      fc.asyncProperty(...given, (streams, seed, instances) =>
        play(streams, seed, instances, (table) => ({ ...table, ...change(table) })).then(() => {}),
      ),
      { numRuns: 60, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});
