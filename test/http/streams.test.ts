import { describe, expect, it } from 'vitest';
import { user } from '../../lib/core/access.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { type FoundStreams, unitsPerPage } from '../../lib/engine/history/find-streams.ts';
import type { StoredPage } from '../../lib/engine/history/stored.ts';
import { answerSize, pageBytes } from '../../lib/engine/query/answer-size.ts';
import { answerStreams } from '../../lib/http/operate/streams.ts';
import type { HttpRequest } from '../../lib/http/request.ts';
import { memoryStore } from '../../lib/testing/memory/store.ts';
import { memoryScanner } from '../../lib/testing/memory/sweep.ts';
import { commitOf, commitWith } from '../support/store/commits.ts';

const asking = async (commits: readonly Commit[]) => {
  const store = memoryStore();
  store.restore(commits);
  const streams = { store, scanner: memoryScanner(store) };
  return async (route: string, over: Partial<HttpRequest>) =>
    (
      await answerStreams(streams, {
        route,
        path: {},
        query: {},
        headers: {},
        actor: user('olga', 'operator'),
        ...over,
      } as HttpRequest)
    ).body;
};

const stored = 'GET /ops/streams/{category}/{id}/stored';
const path = { category: 'account', id: 'a' };
const ofBob = { actor: 'bob', correlation: 'c-2', causation: 'request-2' };

describe('the stored commits of a stream', () => {
  it('come as they are, page by page', async () => {
    const commits = Array.from({ length: 5 }, (_, i) => commitOf('account-a', i + 1));
    const ask = await asking(commits);
    const first = (await ask(stored, { path, query: { limit: '3' } })) as StoredPage;
    const rest = (await ask(stored, { path, query: { from: String(first.next) } })) as StoredPage;
    expect([...first.commits, ...rest.commits]).toEqual(commits);
    expect([first.next, rest.next]).toEqual([4, undefined]);
  });

  it('end before an answer would be too large, and lack none', async () => {
    // A quote is four bytes in a function's answer: three of these are over its size, and one page of the table.
    const quotes = { type: 'Noted', v: 1, data: '"'.repeat(300_000) };
    const ask = await asking([1, 2, 3].map((n) => commitOf('account-a', n, { events: [quotes] })));
    const seen: number[] = [];
    for (let from: number | undefined = 1; from !== undefined; ) {
      const page = (await ask(stored, { path, query: { from: String(from) } })) as StoredPage;
      expect(answerSize(page.commits)).toBeLessThan(pageBytes);
      seen.push(...page.commits.map(({ commit }) => commit));
      from = page.next;
    }
    expect(seen).toEqual([1, 2, 3]);
  });

  it.each([
    [{ path: { category: 'account', id: 'none' } }, 404],
    [{ path: { category: 'a-b', id: 'a' } }, 400],
    [{ path, query: { from: '0' } }, 400],
    [{ path, query: { limit: '1001' } }, 400],
    [{ path, query: { order: 'newest-first' } }, 400],
    [{ path, actor: user('ada') }, 403],
  ])('%j is refused with %d', async (over, status) => {
    const ask = await asking([commitOf('account-a', 1)]);
    await expect(ask(stored, over)).rejects.toMatchObject({ problem: { status } });
  });
});

describe('the search for streams', () => {
  const commits = [
    commitOf('account-a', 1),
    commitOf('account-a', 2, { meta: ofBob, at: '2026-11-22T12:00:00.000Z' }),
    commitOf('account-b', 1, { meta: ofBob }),
    commitOf('transfer-t', 1, { events: [{ type: 'TransferRequested', v: 1, data: {} }] }),
    commitOf('unique-account.x', 1),
  ];
  const find = async (query: HttpRequest['query']) =>
    (((await (await asking(commits))('GET /ops/streams', { query })) as FoundStreams).streams ?? [])
      .map(({ stream, found, commit }) => `${stream} ${found} ${commit}`)
      .sort();

  it.each([
    [{}, ['account-a 2 2', 'account-b 1 1', 'transfer-t 1 1']],
    [{ category: 'account' }, ['account-a 2 2', 'account-b 1 1']],
    [{ category: 'unique' }, ['unique-account.x 1 1']],
    [{ type: 'TransferRequested' }, ['transfer-t 1 1']],
    [{ actor: 'bob' }, ['account-a 1 2', 'account-b 1 1']],
    [{ actor: 'bob', since: '2026-11-22T00:00:00Z' }, ['account-a 1 2']],
    [{ until: '2026-11-21T12:00:00Z', actor: 'bob' }, ['account-b 1 1']],
  ])('%j finds %j', async (query, expected) => expect(await find(query)).toEqual(expected));

  it('says how much it looked through, ends a page at its units, and goes on by the cursor', async () => {
    // One commit is about 100 units: three are over the limit.
    const many = Array.from({ length: 9 }, (_, i) => commitWith(`account-a${i}`, 1, 380_000));
    const ask = await asking(many);
    const [seen, pages] = [new Set<string>(), [] as FoundStreams[]];
    for (let cursor: string | undefined; pages.length === 0 || cursor !== undefined; ) {
      const page = (await ask('GET /ops/streams', { query: { category: 'account', ...(cursor && { cursor }) } })) as FoundStreams;
      for (const { stream } of page.streams) seen.add(stream);
      pages.push(page);
      cursor = page.cursor;
    }
    expect(seen.size).toBe(9);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages[0]!.looked.units).toBeGreaterThanOrEqual(unitsPerPage);
    expect(pages.map(({ looked }) => looked.commits).reduce((a, b) => a + b)).toBe(9);
    await expect(ask('GET /ops/streams', { query: { category: 'transfer', cursor: pages[0]!.cursor } })).rejects.toMatchObject({
      problem: { status: 400 },
    });
  });

  it.each([
    [{ query: { since: 'yesterday' } }, 400],
    [{ query: { order: 'newest-first' } }, 400],
    [{ query: { category: '' } }, 400],
    [{ query: { cursor: 'x' } }, 400],
    [{ actor: user('ada') }, 403],
  ])('%j is refused with %d', async (over, status) => {
    await expect((await asking(commits))('GET /ops/streams', over as never)).rejects.toMatchObject({ problem: { status } });
  });
});
