import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf, fieldsOf, valuesOf } from '../../console/parts/form/fields.ts';
import { merged, wantedIn } from '../../console/screens/streams/found.ts';
import { commitAt, inSight, madeBy, placeOf, seen } from '../../console/screens/streams/place.ts';
import { manifest } from '../../domains/index.ts';
import { literal } from '../../lib/console/literal.ts';
import { sha256 } from '../../lib/console/sha256.ts';
import { type StreamCalls, streamCalls } from '../../lib/console/stream-calls.ts';
import { walking } from '../../lib/console/walk.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { chained, deposited, longAccount, opened, withdrawn } from '../support/console/chained.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

const nasty = '<img src=x onerror="alert(1)">';
const account = chained('account-a1', [[opened], [deposited(50), deposited(5)], [withdrawn(20)], [deposited(7)]]);

const opening = (commits: readonly Commit[]): StreamCalls => {
  const calls = streamCalls(manifest);
  calls.openStream({ stream: commits[0]!.stream });
  // As they come: page by page.
  calls.addCommits({ commits: commits.slice(0, 2) });
  calls.addCommits({ commits: commits.slice(2) });
  return calls;
};

describe('the code of the page', () => {
  it('hashes as Node does', () => {
    for (const text of ['', 'abc', 'ä€😀', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'y'.repeat(1_000)])
      expect(sha256(text)).toBe(hash(text));
  });

  it('walks to any state, back and forth, with few steps', () => {
    let steps = 0;
    const numbers = Array.from({ length: 1_000 }, (_, i) => i + 1);
    const sumTo = walking(numbers, 0, (sum, n) => {
      steps += 1;
      return sum + n;
    });
    expect(sumTo(1_000)).toBe(500_500);
    expect(steps).toBe(1_000);
    for (const to of [999, 3, 500, 0, 1_000, 101, 100]) expect(sumTo(to)).toBe((to * (to + 1)) / 2);
    // A hundred at most for each that goes back.
    expect(steps).toBeLessThan(1_000 + 7 * 100);
  });

  it('follows the chain, and finds a commit that was changed', async () => {
    expect(await opening(account).verifyStream()).toEqual({ stream: 'account-a1', commits: 4 });
    const changed = account.map((commit) =>
      commit.commit === 2 ? { ...commit, events: [deposited(50), deposited(6)] } : commit,
    );
    expect(await opening(changed).verifyStream()).toMatchObject({
      commit: 3,
      fault: expect.stringContaining('hash of commit 2'),
    });
    const blanked = account.map((commit) => ({ ...commit, purged: 5 }));
    expect(await opening(blanked).verifyStream()).toEqual({ stream: 'account-a1', purged: true });
  });

  it('follows a long chain in turns, and answers other calls between them', async () => {
    const calls = opening(longAccount('a1', 1_000));
    const done: string[] = [];
    const following = Promise.resolve(calls.verifyStream()).then((chain) => {
      done.push('chain');
      return chain;
    });
    // A message of the page is a task of its own, as this is.
    await new Promise((resolve) => setTimeout(resolve));
    done.push('step');
    expect(calls.step({ kind: 'decider', name: 'account', commit: 3 })).toMatchObject({ after: { balance: 10 } });
    expect(await following).toEqual({ stream: 'account-a1', commits: 1_000 });
    expect(done).toEqual(['step', 'chain']);
  });

  it('says what a stream can be walked through, and has a form for each command with a route', () => {
    const { throughs, forms } = streamCalls(manifest).openStream({ stream: 'account-a1' });
    expect(throughs.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
      expect.arrayContaining(
        ['decider account', 'view account-balance', 'view account-statement', 'process transferProcess'].slice(0, 3),
      ),
    );
    expect(forms.map(({ type }) => type)).toEqual(expect.arrayContaining(['Open', 'Withdraw']));
    expect(forms.map(({ type }) => type)).not.toContain('Debit');
    expect(streamCalls(manifest).openStream({ stream: 'nobody-1' })).toEqual({ throughs: [], forms: [] });
  });

  it('gives the state, the row and the rows before and after each commit, whichever way one goes', () => {
    const calls = opening(account);
    const balances = [4, 1, 3, 2].map((commit) => {
      const { before, after } = calls.step({ kind: 'decider', name: 'account', commit });
      return [before, after].map((state) => (state as { balance: number }).balance);
    });
    expect(balances).toEqual([
      [35, 42],
      [0, 0],
      [55, 35],
      [0, 55],
    ]);
    expect(calls.step({ kind: 'view', name: 'account-balance', commit: 3 })).toMatchObject({
      before: { balance: 55 },
      after: { balance: 35 },
      events: [{ type: 'MoneyWithdrawn', version: 4 }],
    });
    const { before, after } = calls.step({ kind: 'view', name: 'account-statement', commit: 2 }) as never as {
      before: { rows: object };
      after: { rows: object };
    };
    expect(Object.values(before.rows)).toEqual([undefined, undefined]);
    expect(Object.values(after.rows)).toMatchObject([{ amount: 50 }, { amount: 5 }]);
  });

  it('goes no further than a commit that it cannot fold, and says why', () => {
    const broken = chained('account-a1', [
      [opened],
      [{ type: 'MoneyDeposited', v: 1, data: { amount: 'much' } }],
      [deposited(1)],
    ]);
    const { after, fault } = opening(broken).step({ kind: 'decider', name: 'account', commit: 3 });
    expect(after).toMatchObject({ balance: 0 });
    expect(fault).toContain('MoneyDeposited');
  });

  it('tries a command on a past state', () => {
    const calls = opening(account);
    const tried = (commit: number, amount: number, actor = 'ada') =>
      calls.tryAt({
        ...{ commit, at: '2026-11-21T12:00:00.000Z', actor: { id: actor, kind: 'user', roles: [] } },
        command: { type: 'Withdraw', data: { amount, currency: 'EUR' } },
      });
    expect(tried(2, 55)).toMatchObject({ events: [{ type: 'MoneyWithdrawn' }] });
    expect(tried(3, 55)).toEqual({ refused: 'insufficient-funds', detail: { balance: 35 } });
    expect(tried(3, 5, 'bob')).toEqual({ refused: 'not-yours' });
  });
});

describe('a process', () => {
  const transfer = chained('transfer-t1', [
    [{ type: 'TransferRequested', v: 1, data: { owner: 'ada', from: 'a1', to: 'a2', amount: 200, currency: 'EUR' } }],
  ]);

  it('reacts again to a commit, by the code that decided', () => {
    const calls = opening(transfer);
    expect(calls.instances({ name: 'transferProcess', commit: 1 })).toEqual(['transferProcess-t1']);
    const reacted = calls.react({ name: 'transferProcess', commit: 1, instance: 'transferProcess-t1', history: [] });
    expect(reacted).toMatchObject({
      before: { status: 'running' },
      after: { memory: { from: 'a1', amount: 200 }, waiting: ['Debit to account-a1'] },
      sends: [{ to: 'account-a1', command: 'Debit' }],
    });
    expect(Object.keys(reacted.deadlines)).toEqual(['debit']);
  });
});

describe('a copied test', () => {
  let folder: string;
  beforeAll(async () => {
    // Within the repository, for the package's own name; not among the tests, which other tests list meanwhile.
    const cache = join(import.meta.dirname, '..', '..', '.cache');
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, 'copied-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  let count = 0;
  /** Runs the text: the only thing changed is that `test` runs at once, within this one. */
  const runs = async (text: string) => {
    count += 1;
    const file = join(folder, `copied-${count}.ts`);
    const shim = 'const test = (_: string, run: () => void) => run();';
    const now = text.replace(
      /import \{ (expect, )?test \} from 'vitest';/,
      (_, also) => `${also ? "import { expect } from 'vitest';" : ''}${shim}`,
    );
    await writeFile(file, now);
    await import(/* @vite-ignore */ file);
  };
  const textOf = (commits: readonly Commit[], asked: Parameters<StreamCalls['asTest']>[0]): string => {
    const made = opening(commits).asTest(asked);
    if ('none' in made) throw new Error(made.none);
    return made.text;
  };
  const at = '2026-11-21T12:00:00.000Z';
  const withdraw = (amount: number, id = 'ada') => ({
    command: { type: 'Withdraw', data: { amount, currency: 'EUR' } },
    actor: { id, kind: 'user' as const, roles: [] },
    at,
  });
  const decider = { kind: 'decider', name: 'account' } as const;

  it.each([
    ['a state', { ...decider, commit: 3 }, 'balance: 35', 'balance: 36'],
    ['a command that takes effect', { ...decider, commit: 3, tried: withdraw(5) }, 'amount: 5,', 'amount: 6,'],
    ['a refusal', { ...decider, commit: 3, tried: withdraw(500) }, 'balance: 35', 'balance: 36'],
    ['a command of somebody else', { ...decider, commit: 3, tried: withdraw(5, 'bob') }, '.forbidden()', '.invalid()'],
    ['a row', { kind: 'view', name: 'account-balance', commit: 4 }, 'balance: 42', 'balance: 43'],
    ['rows', { kind: 'view', name: 'account-statement', commit: 4 }, 'amount: 7', 'amount: 8'],
    ['shared rows', { kind: 'view', name: 'account-totals', commit: 4 }, '42', '43'],
  ] as const)('of %s is green, and red with another expectation', async (_, asked, right, wrong) => {
    const text = textOf(account, asked);
    await runs(text);
    const at = text.lastIndexOf(right);
    expect(at).toBeGreaterThan(0);
    await expect(runs(text.slice(0, at) + wrong + text.slice(at + right.length))).rejects.toThrow();
  });

  it("of a process's first reaction is green", async () => {
    const transfer = chained('transfer-t1', [
      [{ type: 'TransferRequested', v: 1, data: { owner: 'ada', from: 'a1', to: 'a2', amount: 200, currency: 'EUR' } }],
    ]);
    const calls = opening(transfer);
    const asked = { kind: 'process', name: 'transferProcess', commit: 1 } as const;
    expect(calls.asTest(asked)).toHaveProperty('none');
    calls.react({ ...asked, instance: 'transferProcess-t1', history: [] });
    const { text } = calls.asTest(asked) as { text: string };
    expect(text).toContain('setDeadlines');
    await runs(text);
    await expect(runs(text.replace("'Debit'", "'Credit'"))).rejects.toThrow();
  });

  it('holds any text as a literal', () => {
    for (const value of [nasty, "it's", '\\"', '`$`', 'a\nb\u2028', { 'odd-key': [null, true, { deep: "'" }] }, 'x'.repeat(200)])
      expect(new Function(`return ${literal(value)}`)()).toEqual(value);
  });

  it('is not made where nobody could read it, and says so', () => {
    const long = chained('account-a1', [[opened], ...Array.from({ length: 400 }, () => [deposited(1)])]);
    expect(opening(long).asTest({ ...decider, commit: 350 })).toEqual({ none: expect.stringContaining('300') });
  });
});

describe('the place in a stream', () => {
  const refused = { ...account[3]!, commit: 5, version: 5, events: [], refused: { reason: 'account-not-open' } };
  const commits = [...account, refused];

  it('is found by a version or a commit, and named by what tells it apart', () => {
    const at = (query: object) => commitAt(commits, new URLSearchParams(query as Record<string, string>));
    expect([
      at({}),
      at({ at: '0' }),
      at({ at: '1' }),
      at({ at: '2' }),
      at({ at: '3' }),
      at({ at: '5' }),
      at({ at: '99' }),
    ]).toEqual([5, 0, 1, 2, 2, 4, 5]);
    expect([at({ commit: '5', at: '5' }), at({ commit: '77' }), at({ commit: 'x' })]).toEqual([5, 5, 0]);
    for (let commit = 0; commit <= 5; commit++) {
      const { at: version, commit: named } = placeOf(commits, commit);
      expect(at({ at: String(version), ...(named !== undefined && { commit: String(named) }) })).toBe(commit);
    }
  });

  it('says what made a commit', () => {
    expect(commits.map(madeBy)).toEqual(['command', 'command', 'command', 'command', 'refused: account-not-open']);
    expect(madeBy({ ...account[0]!, command: 'process/transferProcess-t1/1/1' })).toBe('process transferProcess');
  });

  it('comes into sight by as little as it takes', () => {
    const topOf = (row: number, top: number) => inSight({ row, top, height: 46, room: 460 });
    expect([topOf(3, 0), topOf(3, 138), topOf(9, 0), topOf(10, 0), topOf(2, 138), topOf(5_000, 0), topOf(-1, 138)]).toEqual([
      0,
      138,
      0,
      46,
      92,
      46 * 4_991,
      0,
    ]);
  });

  it('has only the rows in sight on the page', () => {
    const [height, room] = [46, 460];
    expect(seen({ count: 3, height, top: 0, room })).toEqual({ from: 0, to: 3 });
    const sizes = new Set<number>();
    for (let top = 0; top <= 10_000 * height - room; top += 997) {
      const { from, to } = seen({ count: 10_000, height, top, room });
      // Whatever is in sight, with a few before and after it where there are any.
      expect(from).toBeLessThanOrEqual(Math.max(0, Math.floor(top / height) - 4));
      expect(to).toBeGreaterThanOrEqual(Math.min(10_000, Math.ceil((top + room) / height) + 4));
      sizes.add(to - from);
    }
    expect([...sizes]).toEqual([22]);
  });
});

describe('a form', () => {
  const schema = {
    type: 'object',
    properties: {
      amount: { type: 'integer' },
      note: { type: 'string' },
      urgent: { type: 'boolean' },
      in: { enum: ['EUR', 'USD'] },
      more: { type: 'array' },
    },
    required: ['amount', 'in'],
  };
  const fields = fieldsOf(schema);

  it('has an input for each field, and reads the data that it shows', () => {
    expect(fields.map(({ kind }) => kind)).toEqual(['number', 'text', 'yes-no', 'choice', 'json']);
    const data = { amount: 5, note: nasty, urgent: false, in: 'EUR', more: [{ a: 1 }] };
    expect(dataOf(fields, valuesOf(fields, data))).toEqual({ data, faults: {} });
    expect(dataOf(fields, { amount: 'much', more: '[', in: 'EUR' })).toEqual({
      data: { in: 'EUR' },
      faults: { amount: 'must be a number', more: 'must be JSON' },
    });
  });

  it('has an input for each field of a part, and makes a part where it is required or something is in it', () => {
    const place = { type: 'object', properties: { street: { type: 'string' }, no: { type: 'integer' } }, required: ['street'] };
    const open = { type: 'object', additionalProperties: { type: 'string' } };
    const properties = { home: place, work: place, extra: { type: 'object', properties: { on: { type: 'boolean' } } }, open };
    const parts = fieldsOf({ type: 'object', properties, required: ['home', 'extra'] });
    expect(parts.map(({ name, isRequired }) => `${name}${isRequired ? '' : '?'}`)).toEqual([
      ...['home.street', 'home.no?', 'work.street?', 'work.no?', 'extra.on?', 'open?'],
    ]);
    const data = { home: { street: 'Elm' }, work: { street: 'Row', no: 3 }, extra: { on: true }, open: { a: 'b' } };
    expect(dataOf(parts, valuesOf(parts, data))).toEqual({ data, faults: {} });
    expect(dataOf(parts, { 'home.street': 'Elm', 'work.no': 'x' })).toEqual({
      data: { home: { street: 'Elm' }, extra: {} },
      faults: { 'work.no': 'must be a number' },
    });
  });

  it('takes JSON where the data is no object', () => {
    const one = fieldsOf({ type: 'string' });
    expect(dataOf(one, valuesOf(one, 'x'))).toEqual({ data: 'x', faults: {} });
  });
});

it('the streams of several pages are each there once, the newest commit first', () => {
  const of = (stream: string, commit: number, at: string) => ({
    ...{ stream, found: 1, commit, version: commit, at, actor: 'a', correlation: 'c' },
    types: [],
  });
  const all = merged(merged([], [of('a-1', 5, '2026-01-05'), of('a-2', 1, '2026-01-09')]), [of('a-1', 2, '2026-01-02')]);
  expect(all.map(({ stream, found, commit }) => [stream, found, commit])).toEqual([
    ['a-2', 1, 1],
    ['a-1', 2, 5],
  ]);
  expect(wantedIn(new URLSearchParams({ category: 'account', actor: '', other: 'x' }))).toEqual({ category: 'account' });
});
