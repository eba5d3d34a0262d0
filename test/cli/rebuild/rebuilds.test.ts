import { describe, expect, it } from 'vitest';
import { endLines, estimateLines, isGood, listLine, reportLines } from '../../../lib/cli/rebuild/lines.ts';
import { watched } from '../../../lib/cli/rebuild/watch.ts';
import type { PartProgress, Rebuild, RollBack } from '../../../lib/engine/rebuild/ports.ts';
import { defaultRebuildSettings } from '../../../lib/engine/rebuild/settings.ts';
import { memoryActives, memoryExecutions, memoryRebuilds } from '../../../lib/testing/memory/rebuild.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

const at = '2026-11-21T12:00:00.000Z';
const running: Rebuild = {
  id: 'r-1',
  projection: 'account-balance',
  revision: 2,
  from: 1,
  kind: 'rebuild',
  state: 'filling',
  since: at,
  by: 'cli/ada',
  why: 'a new field',
  startedAt: at,
  settings: { ...defaultRebuildSettings, segments: 2 },
  aboutCommits: 2_000,
};
const part = (over: Partial<PartProgress> = {}): PartProgress => ({
  part: 'fill',
  number: 0,
  done: true,
  commits: 1_000,
  streams: 10,
  dirty: 2,
  readUnits: 100,
  writeUnits: 10,
  differences: [],
  found: 0,
  ...over,
});
const progress = {
  commits: 2_000,
  aboutCommits: 2_000,
  streams: 20,
  dirty: 4,
  drained: 4,
  commitsPerSecond: 500,
  segments: { done: 2, of: 2 },
  readUnits: 200.4,
  writeUnits: 20,
};
const ended = { ...running, endedAt: '2026-11-21T12:00:04.000Z', progress };

const back: RollBack = {
  id: 'b-1',
  projection: 'account-balance',
  revision: 1,
  from: 2,
  kind: 'roll-back',
  state: 'switched',
  since: at,
  by: 'cli/ada',
  why: 'wrong sums',
  startedAt: at,
  endedAt: at,
};

describe('the command line’s output about rebuilds', () => {
  it('is of a roll back where it led', () => {
    expect(listLine(back)).toBe(`${at} b-1 roll back of account-balance from r2 to r1, by cli/ada, "wrong sums"`);
    expect(reportLines(back)).toEqual([
      'b-1: roll back of account-balance from r2 to r1',
      `  asked by cli/ada at ${at}: wrong sums`,
    ]);
  });

  it('is who asked for what and why, and how it is', () => {
    expect(listLine(running)).toBe(`${at} r-1 rebuild of account-balance.r2: filling, by cli/ada, "a new field"`);
    const failed = { ...running, state: 'failed', reason: '2 differences.' } as const;
    expect(listLine(failed)).toBe(`${at} r-1 rebuild of account-balance.r2: failed, by cli/ada, "a new field"; 2 differences.`);
    expect(reportLines({ ...running, progress })).toEqual([
      'r-1: rebuild of account-balance.r2, filling',
      `  asked by cli/ada at ${at}: a new field`,
      '  2,000 commits of about 2,000, 20 streams, 4 of 4 noted streams drained, 2 of 2 segments, 200 read units, 20 write units',
    ]);
  });

  it('ends with what it came to', () => {
    const [switched] = endLines({ ...ended, state: 'switched', found: 0 });
    expect(switched).toBe(
      'account-balance.r2 is live now; foldstream roll-back account-balance makes r1 live again. 2,000 commits of 20 streams in 4.0 s, 200 read and 20 write units.',
    );
    const audit = { ...ended, kind: 'audit', state: 'audited' } as const;
    expect(endLines({ ...audit, found: 0 })[0]).toContain('account-balance.r2 is right: it is what a fold of its commits gives.');
    expect(endLines({ ...audit, found: 0, ordered: 3 })[0]).toContain('3 refolds requested, and no difference is left.');
    const differences = [
      { stream: 'account-1', what: 'differs', detail: 'row /balance' },
      { row: 'ada', what: 'total-differs', detail: 'sums.EUR' },
    ] as const;
    expect(endLines({ ...audit, found: 5, differences })).toEqual([
      expect.stringContaining('account-balance.r2: 5 differences.'),
      '  account-1: row /balance',
      '  row ada: sums.EUR',
      '  and 3 more',
    ]);
  });

  it('is good news only where what was asked for is so', () => {
    const states = ['filling', 'switched', 'replayed', 'audited', 'failed', 'cancelled'] as const;
    expect(states.filter((state) => isGood({ state }))).toEqual(['switched', 'replayed', 'audited']);
    expect(isGood({ state: 'audited', found: 1 })).toBe(false);
  });

  it('of one that is only estimated is what it would take', () => {
    const [first, second] = estimateLines({
      projection: 'account-balance',
      revision: 2,
      commits: 20_000,
      streams: 1_000,
      readUnits: 2_500,
      writeUnits: 1_000,
      price: 0.0012,
      seconds: 92,
      sample: { commits: 20_000, segments: 1, of: 1 },
      settings: defaultRebuildSettings,
    });
    expect(first).toBe('account-balance.r2 would take about 92 s and less than 0.01 USD.');
    expect(second).toBe('  about 20,000 commits of 1,000 streams, 2,500 read units, 1,000 write units');
  });
});

describe('watching a rebuild', () => {
  const begun = async () => {
    const [rebuilds, clock] = [memoryRebuilds(memoryActives()), memoryClock(Date.parse(at))];
    const executions = memoryExecutions();
    await rebuilds.begin(running);
    await executions.start(running.id);
    await rebuilds.savePart(running.id, part());
    return { rebuilds, clock, executions };
  };

  it('shows how far it is until it is over', async () => {
    const ordering = await begun();
    const shown: unknown[] = [];
    const show = async (progress: unknown) => {
      shown.push(progress);
      if (shown.length === 2) await ordering.rebuilds.savePart(running.id, part({ number: 1 }));
      if (shown.length === 3) await ordering.rebuilds.move(running.id, ['filling'], { state: 'switched', endedAt: at });
    };
    const report = await watched(ordering, running.id, { show, end: () => {} }, new AbortController().signal);
    expect(report).toMatchObject({ state: 'switched' });
    expect(shown.slice(0, 3)).toEqual([
      { done: 1_000, about: 2_000, more: 'filling, 1 of 2 segments, 0 of 2 noted streams drained' },
      { done: 1_000, about: 2_000, more: 'filling, 1 of 2 segments, 0 of 2 noted streams drained' },
      { done: 2_000, about: 2_000, more: 'filling, 2 of 2 segments, 0 of 4 noted streams drained' },
    ]);
  });

  it('goes on looking where it cannot see for a moment, and not for ever', async () => {
    const ordering = await begun();
    let blind = 5;
    const load: typeof ordering.rebuilds.load = (id) => {
      blind -= 1;
      return blind >= 0 ? Promise.reject(new Error('The network is gone.')) : ordering.rebuilds.load(id);
    };
    const show = () => ordering.rebuilds.move(running.id, ['filling'], { state: 'cancelled', endedAt: at });
    const watching = () =>
      watched(
        { ...ordering, rebuilds: { ...ordering.rebuilds, load } },
        running.id,
        { show, end: () => {} },
        new AbortController().signal,
      );
    expect(await watching()).toMatchObject({ state: 'cancelled' });
    blind = 100;
    await expect(watching()).rejects.toThrow('The network is gone.');
    await expect(watched(ordering, 'r-none', { show, end: () => {} }, new AbortController().signal)).rejects.toThrow('r-none');
  });

  it('ends when its reader stops, and the rebuild goes on', async () => {
    const { clock, ...ordering } = await begun();
    const controller = new AbortController();
    const patient = { now: clock.now, wait: () => new Promise<void>(() => {}) };
    const watching = watched(
      { ...ordering, clock: patient },
      running.id,
      { show: () => controller.abort(), end: () => {} },
      controller.signal,
    );
    expect(await watching).toMatchObject({ state: 'filling' });
    expect(await ordering.executions.status(running.id)).toBe('running');
  });
});
