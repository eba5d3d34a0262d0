import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import type { Commit } from '../../lib/core/commit.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import type { HeadMove, Scanner, View, ViewItem, ViewReader } from '../../lib/engine/ports.ts';
import type { PartProgress, Rebuild, Rebuilds } from '../../lib/engine/rebuild/ports.ts';
import { defaultRebuildSettings } from '../../lib/engine/rebuild/settings.ts';
import type { Working } from '../../lib/engine/rebuild/slice.ts';
import { work } from '../../lib/engine/rebuild/worker.ts';
import { memoryClock, memoryLog, memoryMeter } from '../../lib/testing/ports.ts';
import { processorSeconds, speedBar, speedsOfKinds, speedTable } from './kinds.ts';
import { writeSection } from './page.ts';
import { type Bar, bars, circumstances, figure, markdown } from './report.ts';

const quick = process.argv.includes('--quick');
/** No divisor of a page: streams lie on two pages now and then. */
const commitsEach = 16;
const pageCommits = 1_000;
const rounds = quick ? 3 : 5;
const [few, many] = quick ? [10_000, 100_000] : [10_000, 1_000_000];

const commitOf = (n: number): Commit => {
  const commit = (n % commitsEach) + 1;
  const amount = commit % 3 === 0 ? 1 : 2;
  const event =
    commit === 1
      ? { type: 'AccountOpened', v: 1, data: { owner: 'ada', currency: 'EUR' } }
      : { type: commit % 3 === 0 ? 'MoneyWithdrawn' : 'MoneyDeposited', v: 1, data: { amount, currency: 'EUR' } };
  const meta = { actor: 'ada', correlation: `c-${commit}`, causation: `r-${commit}` };
  const stream = `account-${Math.floor(n / commitsEach)}`;
  return { stream, commit, version: commit, events: [event], command: `http/${commit}`, at: '2026-11-21T12:00:00.000Z', meta };
};

/** A segment as DynamoDB scans it: stream by stream, each by number, in pages that end where they are full. */
const scannerOf = (commits: number, page: (from: number, to: number) => readonly Commit[]): Scanner => ({
  scan: async (_, { after }) => {
    const from = after ? after.commit : 0;
    const to = Math.min(commits, from + pageCommits);
    return { commits: page(from, to), units: 60, ...(to < commits && { next: { stream: '', commit: to } }) };
  },
});

/** Ports that do nothing but keep their promises, so that only the worker's own code is measured. */
const workingOn = (projection: unknown, scanner: Scanner) => {
  const counts = { heads: 0, commits: 0, rows: 0 };
  // Only the cursor of a head is kept, so that the measured memory is the worker's.
  const cursors = new Map<string, number>();
  const putHead = async (head: ViewItem, before: ViewItem | undefined) => {
    const expected = before?.commit;
    if (cursors.get(head.key) !== expected) return { there: undefined };
    if (expected === undefined) counts.heads += 1;
    counts.commits += head.commit - (expected ?? 0);
    cursors.set(head.key, head.commit);
    if (head.commit === commitsEach) cursors.delete(head.key);
    return 'written';
  };
  const view = {
    head: async () => undefined,
    putHead,
    putRow: async () => {
      counts.rows += 1;
      return true;
    },
    putShares: async (moves: readonly HeadMove[]) => {
      for (const { head, before } of moves) if ((await putHead(head, before)) !== 'written') return { moved: new Map() };
      return 'written';
    },
    part: async () => undefined,
  } as unknown as View & ViewReader;
  const settings = { ...defaultRebuildSettings, unitsPerSecond: Number.MAX_VALUE };
  const rebuild = { id: 'r', kind: 'rebuild', state: 'filling', settings } as Rebuild;
  let kept: PartProgress | undefined;
  const rebuilds = {
    load: async () => rebuild,
    loadPart: async () => kept,
    savePart: async (_: string, progress: PartProgress) => {
      kept = progress;
    },
  } as unknown as Rebuilds;
  const working = {
    projection: projection as AnyProjection,
    scanner,
    view,
    rebuilds,
    clock: memoryClock(),
    log: memoryLog(),
    meter: memoryMeter(),
    dirty: { note: () => Promise.reject(new Error('In order nothing is noted.')) },
  } as unknown as Working;
  return { working, counts };
};

const fill = (working: Working) => work(working, { task: 'fill', rebuild: 'r', number: 0, of: 1 });

const commits = quick ? 20_000 : 100_000;
const history = Array.from({ length: commits }, (_, n) => commitOf(n));

const speedOf = async (projection: AnyProjection): Promise<number> => {
  const { working, counts } = workingOn(
    projection,
    scannerOf(commits, (from, to) => history.slice(from, to)),
  );
  const seconds = await processorSeconds(() => fill(working));
  // Where there are no heads a commit's rows are its cursor.
  const isWhole =
    counts.heads > 0 ? counts.commits === commits && counts.heads === commits / commitsEach : counts.rows === commits;
  if (!isWhole) throw new Error('The worker left something out.');
  return commits / seconds;
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The most that was in use after a collection while so many commits went through, each made only when its page is asked for. */
const memoryOf = async (size: number): Promise<number> => {
  let most = 0;
  const looks = size / pageCommits / 10;
  const page = (from: number, to: number) => {
    if (Math.floor(from / pageCommits) % looks === 0) {
      collect();
      most = Math.max(most, process.memoryUsage().heapUsed);
    }
    return Array.from({ length: to - from }, (_, i) => commitOf(from + i));
  };
  collect();
  const before = process.memoryUsage().heapUsed;
  await fill(workingOn(accountBalance, scannerOf(size, page)).working);
  return (most - before) / 1024 / 1024;
};

const speeds = await speedsOfKinds(rounds, speedOf);
const small = await memoryOf(few);
const large = await memoryOf(many);

const spare = 2;
const all: readonly Bar[] = [
  speedBar('Rebuild worker, a row per stream', speeds),
  {
    what: `Memory with ${many.toLocaleString('en')} commits beside ${few.toLocaleString('en')}: MB more`,
    limit: `<= ${spare}`,
    measured: figure(Math.max(0, large - small)),
    holds: large - small <= spare,
  },
];
const text = [
  '## The rebuild worker’s own speed',
  '',
  '    npm run bench:rebuild',
  '',
  circumstances(),
  '',
  `A segment of ${commits.toLocaleString('en')} commits on ${(commits / commitsEach).toLocaleString('en')} streams, in pages of ${pageCommits.toLocaleString('en')} as a scan hands them out, over ports that do nothing: grouping, the parsing of every event, the fold, the checks and the cursor logic, per second of processor time, the garbage collector included. Median of ${rounds} rounds.`,
  '',
  markdown(speedTable('Commits per second, one worker on one core', speeds)),
  '',
  markdown(bars(all)),
].join('\n');

console.log(text);
if (!quick) writeSection('rebuild', text);
if (all.some(({ holds }) => !holds)) process.exitCode = 1;
