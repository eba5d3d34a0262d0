import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AnyProjection } from '../../lib/core/projection.ts';
import type { Store, View, ViewItem } from '../../lib/engine/ports.ts';
import { apply } from '../../lib/engine/view/apply.ts';
import { keepingHeads } from '../../lib/engine/view/kept-heads.ts';
import { projectBatch } from '../../lib/engine/view/project.ts';
import type { Projecting } from '../../lib/engine/view/projecting.ts';
import { memoryStore } from '../../lib/testing/memory/store.ts';
import { memoryKeys, memoryLog } from '../../lib/testing/memory/system.ts';
import { memoryView } from '../../lib/testing/memory/view.ts';
import { bagOf, delivered, projections } from '../support/examples/bag.ts';
import { calling, type Network, type Odds } from '../support/network.ts';
import { simulatedTime } from '../support/simulated-time.ts';

type BagEvents = Parameters<typeof bagOf>[1];

export type Delivering = Readonly<{
  seed: number;
  kind: number;
  instances: number;
  odds: Odds;
  streams: readonly BagEvents[];
  /** The number of extra deliveries of each commit. */
  again: readonly number[];
  batchSize: number;
  /** The number of commits that exist when the view begins. */
  before: number;
}>;

const event = fc.oneof(
  { weight: 12, arbitrary: fc.nat(3) },
  { weight: 3, arbitrary: fc.constantFrom('Emptied' as const, 'Weighed' as const) },
  { weight: 1, arbitrary: fc.constant('Spoiled' as const) },
);
const calm = { fails: 0, loses: 0, retries: 0, crashes: 0 };
const rough = { fails: 0.05, loses: 0.08, retries: 0.05, crashes: 0.04 };

export const deliveries: fc.Arbitrary<Delivering> = fc.record({
  seed: fc.nat(),
  kind: fc.nat(1),
  instances: fc.integer({ min: 1, max: 3 }),
  odds: fc.constantFrom(calm, rough, rough),
  streams: fc.array(fc.array(fc.array(event, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 14, size: 'max' }), {
    minLength: 1,
    maxLength: 3,
  }),
  again: fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
  batchSize: fc.integer({ min: 1, max: 6 }),
  before: fc.nat(4),
});

/** The mechanisms that keep a view right, for a mutant to remove. */
export type ViewMutant = (view: View) => Partial<View>;

const expectedOf = (projection: AnyProjection, commits: Parameters<typeof apply>[2]) => {
  const { rows, head } = apply(projection, undefined, commits, '');
  return { rows: rows.filter(({ row }) => row).map(({ sort, row }) => [sort, row]), head };
};
const shown = ({ commit, row, memory, parked }: ViewItem) => ({ commit, row, memory, parked: parked?.commit });

/** Delivers commits late, twice, out of order, lost and again, to several instances; the view must come to what folding gives. */
export const deliver = async (scenario: Delivering, mutant: ViewMutant = () => ({})) => {
  const { seed, odds, streams, again, batchSize } = scenario;
  const projection = projections[scenario.kind]!;
  const time = simulatedTime();
  const { random } = memoryKeys(seed);
  const bags = streams.map((events, i) => bagOf(`b${i}`, events));
  const store = memoryStore({ pageBytes: 600 });
  const memory = memoryView();
  const log = memoryLog();
  const network: Network = { time, random, odds, milliseconds: 30, open: () => () => true };
  const counts = { batches: 0, given: 0, parked: 0 };

  // Commits come into the table one by one, and are delivered only afterwards.
  const queue: { id: string; delivered: ReturnType<typeof delivered> }[] = [];
  let id = 0;
  for (const commits of bags)
    commits.forEach((commit, i) => {
      const at = i < scenario.before ? 0 : random() * 2_000;
      const stored = Math.max(i * 100, at);
      time.after(i * 100, () => void store.append(commit));
      for (let n = 0; n <= again[(commit.commit + n) % again.length]!; n++)
        time.after(stored + random() * 1_500, () => queue.push({ id: `${id++}`, delivered: delivered(commit) }));
    });

  // A page in which a commit cannot be seen yet: what the gap filling must not take for an answer.
  const holey: Store = {
    ...store,
    read: async (stream, range) => {
      const page = await store.read(stream, range);
      const hidden = random() < 0.1 ? Math.floor(random() * page.commits.length) : -1;
      return { ...page, commits: page.commits.filter((_, i) => i !== hidden) };
    },
  };
  // The head of each cursor is what folding up to it gives: every commit once, and in order.
  const checked: Projecting['view'] = {
    ...memory,
    putHead: async (head, expected) => {
      const done = await memory.putHead(head, expected);
      const commits = bags.find(([first]) => first?.stream === head.stream)!.slice(0, head.commit);
      const { head: right } = commits.length > 0 ? expectedOf(projection, commits) : { head: { ...head, parked: undefined } };
      if (done === 'written')
        assert.deepEqual([head.row, head.memory], [right.row, right.memory], `the head of ${head.stream} at ${head.commit}`);
      return done;
    },
  };
  const view = { ...checked, ...mutant(checked) };

  const work = async (): Promise<void> => {
    let generation = 0;
    const caller = () => {
      const mine = generation;
      return { alive: () => mine === generation, crash: () => void generation++ };
    };
    const call = calling(network, caller);
    const far: Store = { ...holey, read: (stream, range) => call(() => holey.read(stream, range)) };
    const farView: Projecting['view'] = {
      ...view,
      head: (key) => call(() => view.head(key)),
      putHead: (head, expected) => call(() => view.putHead(head, expected)),
      putRow: (...given) => call(() => view.putRow(...given)),
    };
    let warm = { generation, ...keepingHeads(farView, time) };
    while (time.now() < start + 4_000 || queue.length > 0) {
      const batch = queue.splice(Math.floor(random() * queue.length), batchSize);
      if (batch.length === 0) {
        await time.sleep(50);
        continue;
      }
      counts.batches += 1;
      // An instance that crashed has lost what it kept.
      if (warm.generation !== generation) warm = { generation, ...keepingHeads(farView, time) };
      const { view, heads } = warm;
      const projecting = { projection, store: far, view, heads, clock: { now: time.now, wait: time.sleep }, log };
      // A batch that is not heard of within the visibility timeout comes again, whoever may still be at it.
      const timeout = time.sleep(3_000).then(() => batch.map((record) => record.id));
      const failed = await Promise.race([projectBatch(projecting, batch), timeout]);
      counts.given += failed.length;
      queue.push(...batch.filter((record) => failed.includes(record.id)));
    }
  };
  const start = time.now();
  for (let i = 0; i < scenario.instances; i++) void work();
  await time.run();

  for (const commits of bags) {
    const key = commits[0]!.stream.slice('bag-'.length);
    const expected = expectedOf(projection, commits);
    const head = await memory.head(key);
    assert.ok(head, `${key} is missing`);
    assert.deepEqual(shown(head), shown(expected.head), `the head of ${key}`);
    const { items } = await memory.rowsOf(key, { limit: 1_000, direction: 'oldest-first' });
    assert.deepEqual(
      items.map(({ sort, row }) => [sort, row]),
      expected.rows.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      `the rows of ${key}`,
    );
    if (head.parked) counts.parked += 1;
  }
  return counts;
};
