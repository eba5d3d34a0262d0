import type { AccountEvent } from '../../events/account.ts';
import type { Commit } from '../../lib/core/commit.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import type { Delivery } from '../../lib/engine/delivery/delivered.ts';
import type { HeadMove, Store, ViewItem } from '../../lib/engine/ports.ts';
import { keepingHeads } from '../../lib/engine/view/kept-heads.ts';
import { projectBatch } from '../../lib/engine/view/project.ts';
import type { Projecting } from '../../lib/engine/view/projecting.ts';
import { isUnwritten, written } from '../../lib/engine/view/view-item.ts';
import { memoryClock, memoryLog } from '../../lib/testing/ports.ts';
import { processorSeconds, speedBar, speedsOfKinds, speedTable } from './kinds.ts';
import { writeSection } from './page.ts';
import { bars, circumstances, markdown } from './report.ts';

const quick = process.argv.includes('--quick');
const streams = 1_000;
const commitsEach = quick ? 20 : 100;
const batchSize = 10;
const rounds = quick ? 3 : 5;

const event = (commit: number): AccountEvent =>
  commit === 1
    ? { type: 'AccountOpened', data: { owner: 'ada', currency: 'EUR' } }
    : {
        type: commit % 3 === 0 ? 'MoneyWithdrawn' : 'MoneyDeposited',
        data: { amount: commit % 3 === 0 ? 1 : 2, currency: 'EUR' },
      };

const commitOf = (stream: string, commit: number): Commit => {
  const { type, data } = event(commit);
  const meta = { actor: 'ada', correlation: `c-${commit}`, causation: `r-${commit}` };
  return {
    stream,
    commit,
    version: commit,
    events: [{ type, v: 1, data }],
    command: `http/${commit}`,
    at: '2026-11-21T12:00:00.000Z',
    meta,
  };
};

/** As a queue delivers: all streams side by side, each in order, in batches of ten. */
const batchesOf = (order: (stream: number, turn: number) => number): readonly (readonly Delivery[])[] => {
  const deliveries: Delivery[] = [];
  for (let turn = 1; turn <= commitsEach; turn++)
    for (let i = 0; i < streams; i++) {
      const commit = commitOf(`account-${i}`, order(i, turn));
      deliveries.push({ id: String(deliveries.length), delivered: { ...commit, types: commit.events.map(({ type }) => type) } });
    }
  return Array.from({ length: deliveries.length / batchSize }, (_, i) => deliveries.slice(i * batchSize, (i + 1) * batchSize));
};

/** Ports that do nothing but keep their promises, so that only the projector's own code is measured. */
const ports = () => {
  const heads = new Map<string, ViewItem>();
  /** The last commit of each stream with an item in the view: of some kinds that is the cursor. */
  const reached = new Map<string, number>();
  const putHead = async (head: ViewItem, before: ViewItem | undefined) => {
    if (!isUnwritten(heads.get(head.key), before)) return { there: heads.get(head.key) };
    heads.set(head.key, written(head, before));
    reached.set(head.key, head.commit);
    return 'written';
  };
  const view = {
    head: async (key: string) => heads.get(key),
    putHead,
    putRow: async ({ key, commit }: ViewItem) => {
      reached.set(key, commit);
      return true;
    },
    putShares: async (moves: readonly HeadMove[]) => {
      for (const { head, before } of moves) if ((await putHead(head, before)) !== 'written') return { moved: new Map() };
      return 'written';
    },
    part: async () => undefined,
  } as unknown as Projecting['view'];
  const store = {
    read: async (stream: string, { from, to = from }: { from: number; to?: number }) => ({
      commits: Array.from({ length: to - from + 1 }, (_, i) => commitOf(stream, from + i)),
    }),
  } as unknown as Store;
  return { reached, view, store };
};

const speedOf = async (projection: AnyProjection, batches: readonly (readonly Delivery[])[]): Promise<number> => {
  const { reached, view, store } = ports();
  const clock = memoryClock();
  const projecting: Projecting = { projection, store, ...keepingHeads(view, clock), clock, log: memoryLog() };
  const seconds = await processorSeconds(async () => {
    for (const batch of batches) {
      const failed = await projectBatch(projecting, batch);
      if (failed.length > 0) throw new Error(`${failed.length} records failed.`);
    }
  });
  if (reached.size !== streams || [...reached.values()].some((commit) => commit !== commitsEach))
    throw new Error('Not every stream is at its last commit: the projector left something out.');
  return (streams * commitsEach) / seconds;
};

const inOrder = batchesOf((_, turn) => turn);
const speeds = await speedsOfKinds(rounds, (projection) => speedOf(projection, inOrder));
const promised = speeds.map((each) => speedBar(`Projector, ${each.kind}, gap-free`, [each]));
const text = [
  '## The projector’s own speed',
  '',
  circumstances(),
  '',
  `${streams.toLocaleString('en')} streams of ${commitsEach} commits, delivered in order in batches of ${batchSize} as SQS hands them out, over ports that do nothing: the parsing of every event, the fold, the checks and the heads that it keeps, per second of processor time, the garbage collector included. Median of ${rounds} rounds.`,
  '',
  markdown(speedTable('Commits per second', speeds)),
  '',
  markdown(bars(promised)),
  '',
  'What a commit of one event costs in write units, with rows of under 1 KB (`test/contract/view-costs.contract.ts` holds it to that on the',
  'engines, and to no read unit):',
  '',
  markdown({
    title: 'Write units per applied commit',
    head: ['view', 'write units'],
    rows: [
      ['a row per stream', '1'],
      ['each index of it, by owner or of a list', '1, or 2 when its place in it changes'],
      ['rows per commit: an item for all rows that it adds', '1'],
      ['many rows per stream: the head, and each row', '2 with one row'],
      ['shared rows: the head, and a part of each row that changes, in a transaction', '4 with one row; 2.2 in batches of ten'],
      ['shared rows of few streams, with the heads in the row', '1 for a batch, up to 1 KB of the row'],
      ['the event log: a row for the commit, and its place in the list by correlation where it begins a run', '1, or 2'],
    ],
  }),
].join('\n');

console.log(text);
if (!quick) writeSection('projector', text);
if (promised.some(({ holds }) => !holds)) process.exitCode = 1;
