import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { transfer } from '../../../domains/transfer/decider.ts';
import { transferProcess } from '../../../domains/transfer/process.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import { byCorrelation, eventLog } from '../../../lib/core/event-log.ts';
import { processDecider } from '../../../lib/core/process/decider.ts';
import { type AnyProjection, rowKey } from '../../../lib/core/projection.ts';
import { type Trace, type TracedStep, traceOf } from '../../../lib/engine/history/trace.ts';
import { readTrace } from '../../../lib/engine/history/trace-read.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { type ProcessWorld, processWorld } from '../../support/examples/attending.ts';
import { moving, transfer as movingTransfer, wallet } from '../../support/examples/moving.ts';
import { commitOf } from '../../support/store/commits.ts';

const ada = { id: 'ada', kind: 'user', roles: [] } as const;
const bob = { id: 'bob', kind: 'user', roles: [] } as const;
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const log = eventLog([account, transfer, processDecider(transferProcess as never)], {
  may: ['operator'],
}) as unknown as AnyProjection;

/** Two accounts, one of them closed or not, and a transfer between them that has just been asked for. */
const requested = async (closes: boolean) => {
  const world = processWorld(transferProcess as never, [account, transfer] as never);
  await world.ask('account-a1', 'Open', { currency: 'EUR' }, ada);
  await world.ask('account-a1', 'Deposit', eur(100), ada);
  await world.ask('account-a2', 'Open', { currency: 'EUR' }, bob);
  if (closes) await world.ask('account-a2', 'Close', { reason: 'moved' }, bob);
  const answer = await world.ask('transfer-t1', 'Request', { from: 'a1', to: 'a2', ...eur(30) }, ada);
  if (answer.outcome !== 'committed') throw new Error(JSON.stringify(answer));
  return { world, correlation: answer.commit.meta.correlation };
};

const traced = async (world: ProcessWorld, correlation: string, behind: readonly string[] = []): Promise<Trace> => {
  const view = memoryView();
  const batch = world.store
    .stored()
    .filter(({ events, stream }) => events.length > 0 && !behind.some((prefix) => stream.startsWith(prefix)))
    .map((commit, i) => ({ id: String(i), delivered: world.toDelivered(commit) }));
  const again = await projectBatch({ projection: log, store: world.store, view, clock: world.clock, log: memoryLog() }, batch);
  expect(again).toEqual([]);
  return readTrace({ log: view, store: world.store, processes: ['transferProcess'] }, correlation);
};

const flat = (steps: readonly TracedStep[], depth = 0): readonly string[] =>
  steps.flatMap((step) => [
    `${'  '.repeat(depth)}${step.stream} #${step.commit} (${step.came}): ${step.says}`,
    ...flat(step.followed, depth + 1),
  ]);

/** An instance that is stuck: the wallet that gets its money back was closed in between. */
const stuckWorld = async (): Promise<ProcessWorld> => {
  for (let call = 1; ; call++) {
    const world = processWorld(moving as never, [wallet, movingTransfer] as never);
    await world.ask('wallet-a', 'Open');
    await world.ask('wallet-a', 'Add', { amount: 9 });
    await world.ask('transfer-1', 'Request', { from: 'a', to: 'b', amount: 5 });
    await world.deliver(world.instance({ call, after: true })).catch(() => {});
    // It died after the money was taken, before it knew.
    if (world.commitsOf('wallet-a').length < 3 || world.commitsOf('moving-1').length > 1) continue;
    await world.ask('wallet-a', 'Close');
    world.taken.clear();
    await world.settle();
    return world;
  }
};

/** A log with rows of these commits alone, each with an entry of its own, as a log of before runs has them. */
const logWith = async (correlation: string, rows: readonly Pick<Commit, 'stream' | 'commit'>[]) => {
  const view = memoryView();
  for (const { stream, commit } of rows) {
    const place = { in: JSON.stringify([correlation]), at: ['', stream, rowKey(commit)].join('\u0001') };
    const row = { stream, commit, correlation };
    const item = { key: stream, sort: `row#${rowKey(commit)}`, stream, commit, row, lists: { [byCorrelation]: place } };
    await view.putRow(item, undefined);
  }
  return view;
};

const readMoving = async (world: ProcessWorld) => {
  const [{ meta }] = world.commitsOf('transfer-1') as [Commit];
  const rows = world.store.stored().filter((commit) => commit.meta.correlation === meta.correlation && commit.events.length > 0);
  const log = await logWith(meta.correlation, rows);
  return readTrace({ log, store: world.store, processes: ['moving'] }, meta.correlation);
};

const undone = [
  'transfer-t1 #1 (command): TransferRequested',
  "  transferProcess-t1 #1 (reaction): on TransferRequested: sends Debit to account-a1, sets the deadline 'debit' for 2026-11-21T13:00:00.000Z",
  '    account-a1 #3 (send): Debit: MoneyDebited, MovementOpened',
  "      transferProcess-t1 #2 (outcome): as Debit to account-a1 was done: sends Credit to account-a2, cancels the deadline 'debit'",
  '        account-a2 #3 (send): refuses Credit: account-not-open',
  '          transferProcess-t1 #3 (outcome): as Credit to account-a2 was refused (account-not-open): sends Credit to account-a1',
  '            account-a1 #4 (send): Credit: MoneyCredited, MovementSettled',
  '              transferProcess-t1 #4 (outcome): as Credit to account-a1 was done: sends Fail to transfer-t1',
  '                transfer-t1 #2 (send): Fail: TransferFailed',
  '                  transferProcess-t1 #5 (outcome): as Fail to transfer-t1 was done; ends: undone',
];

/** Commits of a compensated transfer, as the engine made them. */
const compensated = async () => {
  const { world, correlation } = await requested(true);
  await world.settle();
  return { world, correlation, commits: world.store.stored().filter(({ meta }) => meta.correlation === correlation) };
};

describe('a trace', () => {
  it('tells a compensated transfer as a tree, with what was refused, and as a story', async () => {
    const { world, correlation } = await compensated();
    const trace = await traced(world, correlation);
    expect(flat(trace.steps)).toEqual(undone);
    expect(trace).toMatchObject({
      correlation,
      commits: 10,
      waits: [],
      missing: [],
      cut: false,
      milliseconds: expect.any(Number),
    });
    expect(trace.instances).toEqual([
      {
        instance: 'transferProcess-t1',
        status: 'ended',
        ended: 'undone',
        story:
          'TransferRequested -> Debit to account-a1: done (commit 3) -> Credit to account-a2: refused, account-not-open (commit 3) -> ' +
          'Credit to account-a1: done (commit 4) -> Fail to transfer-t1: done (commit 2) -> ended: undone',
      },
    ]);
  });

  it('says nothing of what events, commands and refusals hold beside types and reasons', async () => {
    const { world, correlation } = await compensated();
    const said = JSON.stringify(await traced(world, correlation));
    for (const secret of ['EUR', 'onBehalfOf', 'accountStatus', 'moved']) expect(said).not.toContain(secret);
  });

  it.each([[['transferProcess']], [['account', 'transferProcess']], [['transfer-', 'transferProcess']]])(
    'is whole where the log is behind with %j',
    async (behind) => {
      const { world, correlation } = await compensated();
      expect(flat((await traced(world, correlation, behind)).steps)).toEqual(undone);
    },
  );

  it('says where it waits: for the outcome of a command, and for a deadline', async () => {
    const { world, correlation, commits } = await compensated();
    const first = commits.filter(({ stream, commit }) => commit === 1 && stream.startsWith('transfer'));
    const instances = new Map([['transferProcess-t1', first.filter(({ stream }) => stream === 'transferProcess-t1')]]);
    const trace = traceOf({ correlation, commits: first, instances, missing: [], cut: false });
    expect(flat(trace.steps)).toEqual(undone.slice(0, 2));
    expect(trace.waits).toEqual([
      { instance: 'transferProcess-t1', for: 'outcome', command: 'Debit', to: 'account-a1', since: first[0]?.at },
      { instance: 'transferProcess-t1', for: 'deadline', name: 'debit', until: '2026-11-21T13:00:00.000Z' },
    ]);
    expect(trace.instances).toEqual([{ instance: 'transferProcess-t1', status: 'running', story: 'TransferRequested' }]);
    expect(world.store.stored().length).toBeGreaterThan(commits.length);
  });

  it('keeps its place for everything that exists, though something else is missing', async () => {
    const { correlation, commits } = await compensated();
    fc.assert(
      fc.property(fc.subarray(commits), fc.boolean(), (some, knowsInstance) => {
        const own = some.filter(({ stream }) => stream === 'transferProcess-t1');
        const instances = new Map(knowsInstance && own.length > 0 ? [['transferProcess-t1', own]] : []);
        const trace = traceOf({ correlation, commits: some, instances, missing: [], cut: false });
        const shown = flat(trace.steps).map((line) => line.trim().split(' (')[0]);
        expect(shown.sort()).toEqual(some.map(({ stream, commit }) => `${stream} #${commit}`).sort());
      }),
    );
  });

  it('has a place for commits whose causes go round in a circle, and for kernel events that this release cannot read', () => {
    const [a, b] = [
      commitOf('account-a', 1, { command: 'request/a', meta: { actor: 'x', correlation: 'c', causation: 'account-b/1' } }),
      commitOf('account-b', 1, { command: 'request/b', meta: { actor: 'x', correlation: 'c', causation: 'request/a' } }),
    ];
    const newer = commitOf('transferProcess-t1', 1, {
      events: [
        { type: 'Reacted', v: 9, data: {} },
        { type: 'StepEnded', v: 9, data: {} },
      ],
      version: 2,
    });
    const instances = new Map([['transferProcess-t1', [newer]]]);
    const trace = traceOf({ correlation: 'c', commits: [a, b, newer], instances, missing: [], cut: false });
    expect(flat(trace.steps)).toEqual([
      'account-b #1 (command): MoneyDeposited',
      '  account-a #1 (command): MoneyDeposited',
      'transferProcess-t1 #1 (command): says what this release cannot read',
    ]);
    expect(trace.instances).toMatchObject([{ status: 'unknown' }]);
  });

  it('says what an operator has to do, and what was done by hand', async () => {
    const world = await stuckWorld();
    const stuck = await readMoving(world);
    expect(stuck.waits).toEqual([{ instance: 'moving-1', for: 'person', status: 'stuck', why: 'wallet-a refused Add: closed' }]);
    expect(flat(stuck.steps).at(-1)?.trim()).toBe(
      'moving-1 #4 (outcome): Add to wallet-a is refused: closed; is stuck, since nothing is declared to follow: a person is to see to it',
    );
    await world.tell({ retry: { instance: 'moving-1', reason: 'opened again', by: 'olga', correlation: 'c-olga' } });
    // Another request that the instance hears of is another trace.
    await world.ask('transfer-1', 'Note', { notes: ['by the way'] });
    await world.settle();
    const again = await readMoving(world);
    expect(again.instances[0]?.story).toContain(
      'Add to wallet-a: refused, closed (commit 5) -> stuck -> Add to wallet-a is tried again by olga: opened again -> ',
    );
    const lines = flat(again.steps);
    const hand = lines.findIndex((line) => line.includes('moving-1 #5'));
    expect(lines.slice(hand, hand + 2).map((line) => line.trim())).toEqual([
      'moving-1 #5 (order): Add to wallet-a is tried again by olga: opened again',
      'wallet-a #6 (send): refuses Add: closed',
    ]);
    expect(lines[hand + 1]?.search(/\S/)).toBe((lines[hand]?.search(/\S/) ?? 0) + 2);
    expect(lines.join()).not.toContain('Noted');
  });

  it('knows where an instance stands whose history is longer than it reads', async () => {
    const { world, correlation } = await compensated();
    const own = world.commitsOf('transferProcess-t1');
    const log = await logWith(correlation, [{ stream: 'transferProcess-t1', commit: 1 }]);
    const store = {
      find: world.store.find,
      read: async (_: string, { newestFirst = false }) =>
        newestFirst ? { commits: own.slice(-1) } : { commits: own.slice(0, 1), next: 2 },
    };
    const { instances } = await readTrace({ log, store, processes: ['transferProcess'] }, correlation);
    expect(instances).toMatchObject([{ status: 'ended', ended: 'undone' }]);
  });

  it('stops at more than a trace takes, and says so', async () => {
    const all = await logWith(
      'c',
      Array.from({ length: 700 }, (_, i) => ({ stream: `account-${i}`, commit: 1 })),
    );
    let asked = 0;
    const log = {
      ...all,
      places: (...given: Parameters<typeof all.places>) => {
        asked += 1;
        return all.places(...given);
      },
    };
    const store = { find: async () => undefined, read: async () => ({ commits: [] }) };
    const trace = await readTrace({ log, store, processes: [] }, 'c');
    expect([trace.cut, trace.missing.length, asked]).toEqual([true, 600, 3]);
  });

  it('of an unknown correlation id is not found', async () => {
    const log = await logWith('c', []);
    const store = { find: async () => undefined, read: async () => ({ commits: [] }) };
    await expect(readTrace({ log, store, processes: [] }, 'c')).rejects.toThrow('There is no commit of the correlation c');
  });
});
