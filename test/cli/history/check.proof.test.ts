import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { manifest } from '../../../domains/index.ts';
import { checkVerb } from '../../../lib/cli/history/check.ts';
import { readLine } from '../../../lib/cli/history/export-line.ts';
import { historyCheck } from '../../../lib/cli/history/history-check.ts';
import type { Commit, StoredEvent } from '../../../lib/core/commit.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';

const opened: StoredEvent = { type: 'AccountOpened', v: 1, data: { owner: 'ada', currency: 'EUR' } };
const deposited = (amount: unknown, v = 1): StoredEvent => ({ type: 'MoneyDeposited', v, data: { amount, currency: 'EUR' } });

/** A stream's commits, of these events. */
const history = (stream: string, ...commits: readonly (readonly StoredEvent[])[]): Commit[] => {
  let version = 0;
  return commits.map((events, i) => {
    version += events.length;
    const meta = { actor: 'ada', correlation: 'c-1', causation: 'r-1' };
    return { stream, commit: i + 1, version, events, command: `http/${i}`, at: `2026-11-21T12:00:0${i}.000Z`, meta };
  });
};
const one = history('account-1', [opened, deposited(5)], [deposited(7)]);
const two = history('account-2', [opened], [deposited(100)]);
/** The state of an account after deposits. */
const state = (deposits: readonly number[], over: object = {}) => {
  const balance = deposits.reduce((sum, amount) => sum + amount, 0);
  return {
    ...account.initial,
    status: 'open',
    owner: 'ada',
    currency: 'EUR',
    balance,
    unstated: { ...account.initial.unstated, paidIn: balance, movements: deposits.length },
    ...over,
  };
};

const reportOf = (commits: readonly Commit[], given: Manifest = manifest, states: readonly [string, number, unknown][] = []) => {
  const check = historyCheck(given);
  for (const [stream, version, state] of states) check.state({ stream, version, state });
  for (const commit of commits) check.commit(commit);
  return check.report();
};

/** Today's rules, if they had been others. */
const withDeposits = (evolve: (balance: number, amount: number) => number): Manifest => ({
  ...manifest,
  aggregates: [
    {
      ...account,
      evolve: {
        ...account.evolve,
        MoneyDeposited: (state, data) => ({
          ...account.evolve.MoneyDeposited(state, data),
          balance: evolve(state.balance, data.amount),
        }),
      },
    } satisfies typeof account,
  ],
});

describe('folding a history', () => {
  it('takes what fits, streams mixed', () =>
    expect(reportOf([one[0]!, two[0]!, two[1]!, one[1]!])).toEqual({
      commits: 4,
      streams: 2,
      repeated: 0,
      compared: 0,
      failures: [],
      differing: [],
      uncompared: [],
    }));

  it('names the first commit of each stream that does not fold, and goes on with the others', () => {
    const bad = history('account-3', [opened], [deposited('much')], [deposited(5)]);
    const future = history('account-4', [deposited(5, 9)]);
    const { failures } = reportOf([bad[0]!, ...one, bad[1]!, future[0]!, bad[2]!, ...two]);
    expect(failures).toMatchObject([
      {
        stream: 'account-3',
        commit: 2,
        by: 'the decider of account',
        reason: expect.stringMatching(/UnreadableEvent: MoneyDeposited v1 does not fit.*amount/),
      },
      {
        stream: 'account-4',
        commit: 1,
        by: 'the decider of account',
        reason: expect.stringContaining('this release reads up to v1'),
      },
    ]);
  });

  it('names an event type and a category that are gone', () => {
    const { MoneyDeposited: _, ...events } = account.events;
    expect(reportOf(one, { ...manifest, aggregates: [{ ...account, events } as never] }).failures).toMatchObject([
      { commit: 1, reason: expect.stringContaining('MoneyDeposited is unknown to this release') },
    ]);
    expect(reportOf(one, { aggregates: [], projections: [] }).failures).toMatchObject([
      { commit: 1, by: 'the history', reason: "Error: no aggregate of the manifest has the category 'account'" },
    ]);
  });

  it('names the first commit that a view cannot take, while decider and other views go on', () => {
    const picky = {
      ...accountBalance,
      name: 'picky',
      on: {
        ...accountBalance.on,
        MoneyDeposited: () => {
          throw new RangeError('no deposits here');
        },
      },
    };
    const report = reportOf(one, { ...manifest, projections: [picky, accountBalance] }, [['account-1', 3, state([5, 7])]]);
    expect(report.failures).toEqual([
      { stream: 'account-1', commit: 1, by: 'the view picky', reason: 'Error: RangeError: no deposits here' },
    ]);
    expect(report.compared).toBe(1);
  });

  it('tells a hole and a wrong version from a repeat', () => {
    expect(reportOf([one[0]!, one[0]!, one[1]!, one[0]!])).toMatchObject({ repeated: 2, failures: [] });
    expect(reportOf([one[1]!]).failures).toMatchObject([
      { commit: 2, by: 'the history', reason: 'Error: commit 1 is missing before it' },
    ]);
    expect(reportOf([one[0]!, { ...one[1]!, version: 4 }]).failures).toMatchObject([
      { commit: 2, reason: 'Error: its 1 events cannot lead from version 2 to version 4' },
    ]);
  });
});

describe('comparing with the last release', () => {
  it('finds no difference where there is none', () =>
    expect(
      reportOf([...one, ...two], manifest, [
        ['account-1', 2, state([5])],
        ['account-1', 3, state([5, 7])],
        ['account-2', 2, state([100])],
      ]),
    ).toMatchObject({
      compared: 3,
      differing: [],
      uncompared: [],
    }));

  it('finds each field that differs, in each state', () => {
    const report = reportOf(
      [...one, ...two],
      withDeposits((balance, amount) => balance + amount - 1),
      [
        ['account-1', 2, state([5])],
        ['account-1', 3, state([5, 7], { note: 'x' })],
      ],
    );
    expect(report.differing).toEqual([
      { stream: 'account-1', version: 2, changes: [{ path: '/balance', from: 5, to: 4 }] },
      {
        stream: 'account-1',
        version: 3,
        changes: [
          { path: '/balance', from: 12, to: 10 },
          { path: '/note', from: 'x' },
        ],
      },
    ]);
  });

  it('says which states it could not compare', () => {
    const check = historyCheck(manifest);
    check.state({ stream: 'account-1', version: 1, state: state([]) });
    check.state({ stream: 'account-9', version: 1, state: state([]) });
    for (const commit of one) check.commit(commit);
    check.state({ stream: 'account-1', version: 2, state: state([5]) });
    check.state({ stream: 'account-1', version: 3, state: state([5, 7]) });
    expect(check.report()).toMatchObject({
      compared: 1,
      uncompared: [
        { stream: 'account-1', version: 2 },
        { stream: 'account-1', version: 1 },
        { stream: 'account-9', version: 1 },
      ],
    });
  });
});

describe('a line of an export', () => {
  const [commit] = one;
  const envelope = (type: string, data: unknown) =>
    JSON.stringify({ specversion: '1.0', id: 'x', source: 'foldstream', type, data });

  it('is a commit or a state, bare or in a CloudEvents envelope', () => {
    expect(readLine(JSON.stringify(commit))).toEqual({ commit });
    expect(readLine(envelope('foldstream.commit', commit))).toEqual({ commit });
    const line = { stream: 'account-1', version: 2, state: state([5]) };
    expect(readLine(JSON.stringify(line))).toEqual({ state: line });
    expect(readLine(envelope('foldstream.state', line))).toEqual({ state: line });
    expect(readLine(envelope('com.example.ordered', {}))).toEqual({ other: 'com.example.ordered' });
  });

  it('may lack what folding does not need', () => {
    const bare = { stream: 'account-1', commit: 1, version: 1, events: [opened] };
    expect(readLine(JSON.stringify(bare))).toEqual({
      commit: { ...bare, command: '', at: '', meta: { actor: '', correlation: '', causation: '' } },
    });
  });

  it.each([
    ['{', 'is not JSON'],
    ['5', 'is no commit'],
    ['{"stream":"account-1","commit":0,"version":0,"events":[]}', 'is no commit: .*commit'],
    [envelope('foldstream.commit', { state: 1 }), 'is no commit'],
    [envelope('foldstream.state', commit), 'is no state'],
  ])('is refused: %s', (text, reason) => expect(() => readLine(text)).toThrow(new RegExp(reason)));
});

describe('foldstream check --against', () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  const file = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it('reads an export with its states, compressed or not, with or without a last line feed', async () => {
    const text = lines([...one, { stream: 'account-1', version: 3, state: state([5, 7]) }, ...two]);
    for (const against of [file('a.ndjson', text), file('b.ndjson', `\n${text.trimEnd()}`), file('c.ndjson.gz', gzipSync(text))])
      expect(await checkVerb({ manifest, against })).toMatchObject({
        ok: true,
        lines: ['4 commits of 2 streams read; 1 state compared.', 'All of it folds, and nothing differs.'],
      });
  });

  it('reads characters that two chunks share', async () => {
    const owner = 'äöü€😀'.repeat(9);
    const many = Array.from({ length: 2_000 }, (_, i) =>
      history(`account-${i}`, [{ ...opened, data: { owner, currency: 'EUR' } }]),
    ).flat();
    const saveStates = join(folder, 'owners.ndjson');
    await checkVerb({ manifest, against: file('d.ndjson', lines(many)), saveStates });
    const owners = readFileSync(saveStates, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).state.owner);
    expect([owners.length, new Set(owners)]).toEqual([2_000, new Set([owner])]);
  });

  it('reports what fails and what differs, readably, and is not ok', async () => {
    const bad = history('account-3', [deposited('much')]);
    const against = file(
      'e.ndjson',
      lines([
        ...one,
        { stream: 'account-1', version: 3, state: state([5, 7], { balance: 13 }) },
        ...bad,
        { stream: 'account-7', version: 1, state: 0 },
      ]),
    );
    const { ok, lines: said } = await checkVerb({ manifest, against });
    expect(ok).toBe(false);
    expect(said).toEqual([
      '3 commits of 2 streams read; 1 state compared.',
      "1 failure: today's code cannot take",
      expect.stringMatching(/^ {2}account-3, commit 1: the decider of account: UnreadableEvent: MoneyDeposited v1 does not fit/),
      "1 state that today's code computes differently:",
      '  account-1 at version 3: /balance was 13, is 12',
      '1 state that no commit of the export came to:',
      '  account-7 at version 1',
      'Look at these before you deploy.',
    ]);
  });

  it('lists twenty of a kind and counts the rest', async () => {
    const many = Array.from({ length: 25 }, (_, i) => history(`account-${i}`, [deposited('much')])).flat();
    const { ok, lines: said } = await checkVerb({ manifest, against: file('f.ndjson', lines(many)) });
    expect([ok, said.length, said[1], said.at(-2)]).toEqual([false, 24, "25 failures: today's code cannot take", '  and 5 more']);
  });

  it('saves the states of one release for the next to compare with', async () => {
    const against = file('g.ndjson', lines([one[0], two[0], one[1], two[1]]));
    const saveStates = join(folder, 'states.ndjson');
    await checkVerb({ manifest, against, saveStates });
    expect(readFileSync(saveStates, 'utf8')).toBe(
      lines([
        { stream: 'account-1', version: 3, state: state([5, 7]) },
        { stream: 'account-2', version: 2, state: state([100]) },
      ]),
    );
    expect(await checkVerb({ manifest, against, states: saveStates })).toMatchObject({ ok: true, report: { compared: 2 } });
    const changed = await checkVerb({ manifest: withDeposits(Math.max), against, states: saveStates });
    expect(changed).toMatchObject({
      ok: false,
      report: { differing: [{ stream: 'account-1', version: 3, changes: [{ path: '/balance', from: 12, to: 7 }] }] },
    });
  });

  it('says what is wrong with the file', async () => {
    const failing = (against: string, states?: string) => checkVerb({ manifest, against, ...(states && { states }) });
    await expect(failing(join(folder, 'none'))).rejects.toThrow('none does not exist');
    await expect(failing(file('h.ndjson', `${lines(one)}\n{"stream"`))).rejects.toThrow('h.ndjson, line 4: it is not JSON.');
    await expect(failing(file('i.ndjson', '\n'))).rejects.toThrow('i.ndjson holds no commit');
    await expect(failing(file('j.gz', 'no gzip'))).rejects.toThrow('j.gz cannot be read to its end: incorrect header check');
    const cut = gzipSync(lines(Array.from({ length: 50 }, () => one).flat()));
    await expect(failing(file('k.gz', cut.subarray(0, -20)))).rejects.toThrow(
      'k.gz cannot be read to its end: unexpected end of file',
    );
    const good = file('l.ndjson', lines(one));
    await expect(failing(good, good)).rejects.toThrow('l.ndjson, line 1: it is no state.');
  });
});
