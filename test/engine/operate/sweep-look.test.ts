import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { accountStatement } from '../../../domains/account/projections/statement.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { type NotedCommit, note, notedIn, toNoted } from '../../../lib/engine/operate/sweep/journal.ts';
import { type LookingAtNew, lookAtNew } from '../../../lib/engine/operate/sweep/look.ts';
import { type Head, type SweepTarget, targetOf } from '../../../lib/engine/operate/sweep-target.ts';
import { sweepSettings } from '../../../lib/engine/settings.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';
import { commitOf } from '../../support/store/commits.ts';

const deposit = (id: string, n: number): Commit =>
  commitOf(`account-${id}`, n, { events: [{ type: 'MoneyDeposited', v: 1, data: { amount: 5, currency: 'EUR' } }] });

const house = async (commits: readonly Commit[], settings: Partial<typeof sweepSettings> = {}) => {
  const [store, journal, log] = [memoryStore(), memoryQueue(), memoryLog()];
  for (const commit of commits) await store.append(commit);
  const cursors = new Map<string, Head>();
  const counts = { heads: 0, batches: 0, found: 0 };
  const consumers = [accountBalance, accountStatement].map((projection) => {
    const queue = memoryQueue();
    const target = targetOf({
      subscription: projection as unknown as AnyProjection,
      queue,
      view: {
        head: async (key) => {
          counts.heads += 1;
          return cursors.get(`${projection.name} ${key}`);
        },
        heads: async (keys) => {
          counts.batches += 1;
          return new Map(
            keys.flatMap((key) => [[key, cursors.get(`${projection.name} ${key}`)!] as const]).filter(([, at]) => at),
          );
        },
      },
    });
    return { queue, target };
  });
  const find: typeof store.find = (...given) => {
    counts.found += 1;
    return store.find(...given);
  };
  const looking: LookingAtNew = {
    store: { read: store.read, find },
    targets: consumers.map(({ target }) => target),
    journal,
    log,
    settings: { ...sweepSettings, ...settings },
  };
  const noting = { queue: journal, most: sweepSettings.noteBytes };
  /** A look at what the journal has by now. */
  const look = (targets: readonly SweepTarget[] = looking.targets) =>
    lookAtNew(
      { ...looking, targets },
      journal.sent.splice(0).map((said, i) => ({ id: String(i), body: JSON.stringify(said) })),
    );
  const applied = (id: string, commit: number, over: object = {}, views = [accountBalance.name, accountStatement.name]) => {
    for (const view of views) cursors.set(`${view} ${id}`, { commit, ...over });
  };
  const sent = (i: number) =>
    consumers[i]!.queue.sent.splice(0).map((message) => {
      const { stream, commit } = (message as { detail: Commit }).detail;
      return `${stream}/${commit}`;
    });
  return { ...{ journal, log, counts, looking, look, applied, sent }, noteAll: () => note(noting, commits.map(toNoted)) };
};

describe('a look at what is new', () => {
  it('finds what a consumer lacks, sends that one a pointer to the newest commit, and looks until it has arrived', async () => {
    const { look, noteAll, applied, sent, journal } = await house([deposit('1', 1), deposit('1', 2), deposit('2', 1)]);
    applied('1', 2);
    applied('2', 1);
    applied('1', 1, {}, [accountStatement.name]);
    await noteAll();
    expect(await look()).toMatchObject({ lagging: 1, sent: 1, left: 0, failed: [] });
    expect([sent(0), sent(1)]).toEqual([[], ['account-1/2']]);
    expect(journal.sent).toMatchObject([{ streams: { 'account-1': [2, 0] }, again: { of: 'account-statement.r2', turn: 2 } }]);
    applied('1', 2);
    expect(await look()).toMatchObject({ lagging: 0, cursors: 1 });
    expect(journal.sent).toEqual([]);
  });

  it('reads cursors of a consumer at once, one for all commits of a stream, and no commit of what has arrived', async () => {
    const many = Array.from({ length: 40 }, (_, i) => deposit(String(i % 10), 1 + Math.floor(i / 10)));
    const { look, noteAll, applied, counts } = await house(many);
    for (let i = 0; i < 10; i++) applied(String(i), 4);
    await noteAll();
    expect(await look()).toMatchObject({ cursors: 20 });
    expect(counts).toEqual({ heads: 0, batches: 2, found: 0 });
  });

  it('believes no cursor that is a moment old: it reads it again before it sends', async () => {
    const { look, noteAll, applied, looking, sent } = await house([deposit('1', 1)]);
    applied('1', 1);
    await noteAll();
    expect(await look(looking.targets.map((target) => ({ ...target, heads: async () => new Map() })))).toMatchObject({
      lagging: 0,
    });
    expect([...sent(0), ...sent(1)]).toEqual([]);
  });

  it('leaves a parked stream alone, and says of a cursor beyond its stream', async () => {
    const { look, noteAll, applied, journal, log } = await house([deposit('1', 1), deposit('2', 1)]);
    applied('1', 0, { parked: { commit: 1 } });
    applied('2', 5);
    await noteAll();
    expect(await look()).toMatchObject({ lagging: 0, beyond: 2 });
    expect([journal.sent, log.lines.map(({ message }) => message)]).toEqual([[], ['Some cursors are beyond their streams.']]);
  });

  it('knows nothing of commits that are in another table: it sends nothing that is not there', async () => {
    const gone = await house([deposit('1', 7)]);
    await gone.noteAll();
    const { journal, look, sent } = await house([]);
    journal.sent.push(...gone.journal.sent);
    expect(await look()).toMatchObject({ lagging: 0, sent: 0 });
    expect([...sent(0), ...sent(1), ...journal.sent]).toEqual([]);
  });

  it('keeps what is new for a revision that is being built, and for a late consumer in ever fewer looks, until it leaves that to the pass', async () => {
    const { look, noteAll, looking, journal, log, counts, sent } = await house([deposit('1', 1)], { lookTurns: 16 });
    const [first] = looking.targets;
    await noteAll();
    await look([{ ...first!, isBuilding: async () => true }]);
    expect([counts.batches, journal.sent.length, sent(0)]).toEqual([0, 1, []]);
    const turns: number[] = [];
    for (let turn = 2; journal.sent.length > 0; turn++) {
      const { cursors } = await look([first!]);
      if (cursors > 0) turns.push(turn);
    }
    expect(turns).toEqual([2, 4, 8, 16]);
    expect(log.lines).toMatchObject([{ level: 'error', message: expect.stringMatching(/^Some commits have not arrived after/) }]);
  });

  it('forgets nothing where it fails, and gives back what it cannot read', async () => {
    const { noteAll, looking, journal } = await house([deposit('1', 1)]);
    await noteAll();
    const body = JSON.stringify(journal.sent[0]);
    journal.failing.push([0]);
    await expect(lookAtNew(looking, [{ id: 'a', body }])).rejects.toThrow('could not be noted');
    expect(await lookAtNew(looking, [{ id: 'b', body: '{"type":1}' }])).toMatchObject({ failed: ['b'], commits: 0 });
  });
});

describe('the journal', () => {
  const types = fc.subarray(['Opened', 'Deposited', 'Withdrawn', 'Closed']);
  const commits = fc.array(
    fc.record({ stream: fc.stringMatching(/^(account|tag|unique)-[a-c]$/), commit: fc.integer({ min: 1, max: 9 }), types }),
  );

  it('has the newest commit of each type of each stream, in any order and in as many messages as it takes', async () => {
    const newest = (all: readonly NotedCommit[]) => {
      const found = new Map<string, number>();
      for (const { stream, commit, types: own } of all)
        for (const type of own.length === 0 ? ['-'] : own)
          found.set(`${stream} ${type}`, Math.max(commit, found.get(`${stream} ${type}`) ?? 0));
      return [...found].toSorted();
    };
    await fc.assert(
      fc.asyncProperty(commits, fc.integer({ min: 1, max: 200 }), async (all, most) => {
        const queue = memoryQueue();
        await note({ queue, most }, all);
        const read = queue.sent.map((message) => JSON.stringify(message));
        const heard = all.filter(({ stream }) => stream.startsWith('account-'));
        expect(newest(read.flatMap((body) => notedIn(body)!.commits))).toEqual(newest(heard));
        for (const body of read)
          if (Object.keys(JSON.parse(body).streams).length > 1) expect(body.length).toBeLessThan(most + 60);
      }),
    );
  });

  it('takes a thousand commits of a batch in one message that SQS counts as one request', async () => {
    const queue = memoryQueue();
    const all = Array.from({ length: 1_000 }, (_, i) =>
      toNoted(deposit(`7f3a0c1e-8d5b-4b8e-9f6a-${String(i).padStart(12, '0')}`, 12)),
    );
    await note({ queue, most: sweepSettings.noteBytes }, all);
    const bytes = queue.sent.map((message) => JSON.stringify(message).length);
    expect(bytes.reduce((sum, each) => sum + each) / 1_000).toBeLessThan(60);
    expect(bytes.length).toBeLessThanOrEqual(2);
    for (const each of bytes) expect(each).toBeLessThanOrEqual(64 * 1024);
  });
});
