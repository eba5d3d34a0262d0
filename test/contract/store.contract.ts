import assert from 'node:assert/strict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Commit } from '../../lib/core/commit.ts';
import { dynamoDb } from '../../lib/engine/limits.ts';
import type { Range, Store } from '../../lib/engine/ports.ts';
import { itemSize } from '../../lib/engine/store/size.ts';
import { levels, storable } from '../../lib/engine/store/storable.ts';
import { nested, plainJson } from '../support/json.ts';
import { commitOf, commitWith, freshStream } from '../support/store/commits.ts';

const fill = async (store: Store, stream: string, count: number, characters = 1): Promise<readonly Commit[]> => {
  const commits = Array.from({ length: count }, (_, i) => commitWith(stream, i + 1, characters));
  for (const commit of commits) expect(await store.append(commit)).toEqual({ stored: true });
  return commits;
};

const numbers = (commits: readonly Commit[]) => commits.map(({ commit }) => commit);

/** Follows `next` to the end, in whichever direction. */
const walk = async (store: Store, stream: string, range: Range): Promise<readonly (readonly Commit[])[]> => {
  const { commits, next } = await store.read(stream, range);
  if (next === undefined) return [commits];
  const [from, to] = range.newestFirst ? [range.from, next] : [next, range.to ?? next];
  expect(from, 'a range that only becomes smaller').toBeLessThanOrEqual(to);
  expect(range.newestFirst ? next < (range.to ?? next + 1) : next > range.from, 'a place further on').toBe(true);
  return [commits, ...(await walk(store, stream, range.newestFirst ? { ...range, to: next } : { ...range, from: next }))];
};

/** The promises of every store, whatever keeps its commits. */
export const storeContract = (name: string, makeStore: () => Store | Promise<Store>) =>
  describe(`store: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await makeStore();
    });

    describe('append', () => {
      it('stores a commit with all its fields, and finds it', async () => {
        const stream = freshStream();
        const commit = commitOf(stream, 1, {
          digest: 'd',
          prev: 'p',
          imported: 'i',
          refused: { reason: 'no', detail: { balance: 1.5 } },
          siblings: [{ stream: 'account-2', commit: 7 }],
          meta: { actor: 'ada', correlation: 'c', causation: 'r', network: '10.0.0.0/24', traceparent: '00-1-2-01' },
        });
        expect(await store.append(commit)).toEqual({ stored: true });
        expect(await store.find(stream, 1)).toStrictEqual(commit);
      });

      it('leaves out what is undefined', async () => {
        const stream = freshStream();
        await store.append(commitOf(stream, 1, { digest: undefined, prev: undefined }));
        expect(Object.keys((await store.find(stream, 1)) ?? {})).not.toEqual(expect.arrayContaining(['digest']));
      });

      it('refuses a number that is taken, hands back what took it, and changes nothing', async () => {
        const stream = freshStream();
        const first = commitOf(stream, 1, { events: [{ type: 'A', v: 1, data: nested(5) }], prev: 'p' });
        await store.append(first);
        const answer = await store.append(commitOf(stream, 1));
        expect(answer).toStrictEqual({ stored: false, winner: first });
        expect(await store.find(stream, 1)).toStrictEqual(first);
      });

      it('shows its own commit to a sender whose answer was lost', async () => {
        const commit = commitOf(freshStream(), 1);
        await store.append(commit);
        expect(await store.append(commit)).toStrictEqual({ stored: false, winner: commit });
      });

      it('lets exactly one of many that come at once succeed, and shows it to all others', async () => {
        const stream = freshStream();
        const rivals = Array.from({ length: 24 }, () => commitOf(stream, 1));
        const answers = await Promise.all(rivals.map((commit) => store.append(commit)));
        const stored = rivals.filter((_, i) => answers[i]?.stored);
        expect(stored).toHaveLength(1);
        expect(answers.filter((answer) => !answer.stored)).toStrictEqual(
          Array.from({ length: 23 }, () => ({ stored: false, winner: stored[0] })),
        );
        expect(await store.find(stream, 1)).toStrictEqual(stored[0]);
      });

      it('keeps nothing in common with what it was given and what it answers', async () => {
        const stream = freshStream();
        const data = { tags: ['a'] };
        await store.append(commitOf(stream, 1, { events: [{ type: 'A', v: 1, data }] }));
        data.tags.push('b');
        const found = (await store.find(stream, 1)) as { events: { data: typeof data }[] } | undefined;
        found?.events[0]?.data.tags.push('c');
        expect((await store.find(stream, 1))?.events[0]?.data).toStrictEqual({ tags: ['a'] });
      });

      it('takes an item up to the limit by its own measure, and no larger one', async () => {
        const stream = freshStream();
        const empty = itemSize(commitWith(stream, 1, 0));
        expect(await store.append(commitWith(stream, 1, dynamoDb.itemBytes - empty))).toEqual({ stored: true });
        await expect(store.append(commitWith(stream, 2, dynamoDb.itemBytes + 100))).rejects.toThrow();
        expect(await store.find(stream, 2)).toBeUndefined();
      });

      it.each([
        ['nothing', {}],
        ['empty values', { text: '', list: [], map: {}, none: null, no: false, zero: 0 }],
        ['other scripts', { 'ключ 🔑': 'naïve 日本語 👩‍👩‍👧 \u0000 \uffff' }],
        ['names that mean something to JavaScript', { constructor: { name: 'Set' }, toString: 1, S: 'x', N: { B: [] } }],
        ['large and small numbers', [1e21, 2 ** 60, -9.9e125, 1e-130, 0.1 + 0.2, Number.MAX_SAFE_INTEGER, 5e-10]],
        ['the deepest nesting', nested(levels)],
        ['a list in a list', [[[]], [[1], []]]],
      ])('gives back exactly what it was given: %s', async (_, data) => {
        const commit = commitOf(freshStream(), 1, { events: [{ type: 'A', v: 1, data: storable(data) }] });
        await store.append(commit);
        // Not toStrictEqual, which takes a property named `constructor` for the class.
        assert.deepStrictEqual(await store.find(commit.stream, 1), commit);
      });

      it('returns exactly what it was given, for everything that storable() accepts', async () => {
        await fc.assert(
          fc.asyncProperty(plainJson, async (data) => {
            const commit = commitOf(freshStream(), 1, { events: [{ type: 'A', v: 1, data: storable(data) }] });
            await store.append(commit);
            assert.deepStrictEqual(await store.find(commit.stream, 1), commit);
          }),
          { numRuns: 40 },
        );
      });
    });

    describe('append together', () => {
      it('stores all', async () => {
        const commits = Array.from({ length: 5 }, () => commitOf(freshStream(), 1));
        expect(await store.appendTogether(commits, [])).toEqual({ stored: true });
        expect(await Promise.all(commits.map(({ stream }) => store.find(stream, 1)))).toStrictEqual(commits);
      });

      it('stores none if one is in the way, and hands back those that are', async () => {
        const [a, b, c] = [commitOf(freshStream(), 1), commitOf(freshStream(), 1), commitOf(freshStream(), 1)];
        await store.append(b);
        await store.append(c);
        const answer = await store.appendTogether([a, commitOf(b.stream, 1), commitOf(c.stream, 1)], []);
        expect(answer).toStrictEqual({ stored: false, winners: [b, c] });
        expect(await store.find(a.stream, 1)).toBeUndefined();
      });

      it('shows its own commits to a sender whose answer was lost', async () => {
        const commits = [commitOf(freshStream(), 1), commitOf(freshStream(), 1)];
        await store.appendTogether(commits, []);
        expect(await store.appendTogether(commits, [])).toStrictEqual({ stored: false, winners: commits });
      });

      it('lets exactly one of several overlapping transactions succeed, whole', async () => {
        const shared = freshStream();
        const rivals = Array.from({ length: 8 }, () => [commitOf(freshStream(), 1), commitOf(shared, 1)]);
        const answers = await Promise.all(rivals.map((commits) => store.appendTogether(commits, [])));
        expect(answers.filter(({ stored }) => stored)).toHaveLength(1);
        const winner = rivals[answers.findIndex(({ stored }) => stored)]!;
        expect(await store.find(shared, 1)).toStrictEqual(winner[1]);
        const firsts = await Promise.all(rivals.map(([own]) => store.find(own!.stream, 1)));
        expect(firsts.filter((commit) => commit !== undefined)).toStrictEqual([winner[0]]);
      });

      it('lets a transaction and single appends on one number have one winner', async () => {
        const shared = freshStream();
        const own = freshStream();
        const single = commitOf(shared, 1);
        const [together, alone] = await Promise.all([
          store.appendTogether([commitOf(own, 1), commitOf(shared, 1)], []),
          store.append(single),
        ]);
        expect([together.stored, alone.stored].filter(Boolean)).toHaveLength(1);
        expect((await store.find(own, 1)) !== undefined).toBe(together.stored);
      });

      it('refuses one commit twice, none at all, more than 100, and more than 4 MB', async () => {
        const commit = commitOf(freshStream(), 1);
        await expect(store.appendTogether([commit, commit], [])).rejects.toThrow();
        await expect(store.appendTogether([], [])).rejects.toThrow();
        const many = Array.from({ length: 101 }, () => commitOf(freshStream(), 1));
        await expect(store.appendTogether(many, [])).rejects.toThrow();
        const large = Array.from({ length: 14 }, () => commitWith(freshStream(), 1, 350_000));
        await expect(store.appendTogether(large, [])).rejects.toThrow('4 MB');
        expect(await store.find(commit.stream, 1)).toBeUndefined();
      });
    });

    describe('append together, if other streams have not moved', () => {
      const at = (stream: string, commit: number) => ({ stream, commit });

      it('stores one commit or several if none of those streams has a next commit, be it its first', async () => {
        const [read, empty] = [freshStream(), freshStream()];
        await fill(store, read, 2);
        const commits = [commitOf(freshStream(), 1), commitOf(freshStream(), 1)];
        expect(await store.appendTogether(commits, [at(read, 2), at(empty, 0)])).toEqual({ stored: true });
        const alone = commitOf(freshStream(), 1);
        expect(await store.appendTogether([alone], [at(read, 2)])).toEqual({ stored: true });
        expect(await store.find(alone.stream, 1)).toStrictEqual(alone);
        expect(await store.find(empty, 1)).toBeUndefined();
        expect(await store.find(read, 3)).toBeUndefined();
      });

      it('stores none if any of them has moved, and hands back the commits after the given ones', async () => {
        const [still, moved, own] = [freshStream(), freshStream(), freshStream()];
        const [, second] = await fill(store, moved, 3);
        const [first] = await fill(store, own, 1);
        const fresh = commitOf(freshStream(), 1);
        expect(await store.appendTogether([fresh], [at(still, 0), at(moved, 1)])).toStrictEqual({
          stored: false,
          winners: [second],
        });
        expect(await store.appendTogether([fresh, commitOf(own, 1)], [at(moved, 1)])).toStrictEqual({
          stored: false,
          winners: [first, second],
        });
        expect(await store.find(fresh.stream, 1)).toBeUndefined();
      });

      it('lets one of two succeed that each append to what the other has read', async () => {
        const pairs = Array.from({ length: 6 }, () => [freshStream(), freshStream()] as const);
        const answers = await Promise.all(
          pairs.map(([a, b]) =>
            Promise.all([store.appendTogether([commitOf(a, 1)], [at(b, 0)]), store.appendTogether([commitOf(b, 1)], [at(a, 0)])]),
          ),
        );
        expect(answers.map((two) => two.filter(({ stored }) => stored).length)).toEqual(pairs.map(() => 1));
      });

      it('shows its own commit to a sender whose answer was lost, though the other stream has moved since', async () => {
        const [read, own] = [freshStream(), commitOf(freshStream(), 1)];
        await store.appendTogether([own], [at(read, 0)]);
        const [later] = await fill(store, read, 1);
        expect(await store.appendTogether([own], [at(read, 0)])).toStrictEqual({ stored: false, winners: [own, later] });
      });

      it('refuses a check of a stream that it appends to, one stream twice, and more than 100 items in all', async () => {
        const own = commitOf(freshStream(), 1);
        await expect(store.appendTogether([own], [at(own.stream, 0)])).rejects.toThrow('leave out the check');
        await expect(store.appendTogether([own], [at(own.stream, 4)])).rejects.toThrow('leave out the check');
        const other = freshStream();
        await expect(store.appendTogether([own], [at(other, 0), at(other, 1)])).rejects.toThrow('check it once');
        const many = Array.from({ length: 100 }, () => at(freshStream(), 0));
        await expect(store.appendTogether([own], many)).rejects.toThrow('100 commits and checks');
        await expect(store.appendTogether([], [at(other, 0)])).rejects.toThrow('at least one');
        expect(await store.find(own.stream, 1)).toBeUndefined();
        expect(await store.appendTogether([own], many.slice(1))).toEqual({ stored: true });
      });
    });

    describe('read', () => {
      const stream = freshStream();
      let commits: readonly Commit[];
      beforeAll(async () => {
        commits = await fill(store, stream, 12);
        await fill(store, `${stream}0`, 2);
      });

      it('answers nothing of a stream that is not there', async () => {
        expect(await store.read(freshStream(), { from: 1 })).toEqual({ commits: [] });
        expect(await store.find(freshStream(), 1)).toBeUndefined();
      });

      it('answers a stream in the order of its numbers, which is not that of their digits', async () => {
        expect(await store.read(stream, { from: 1 })).toStrictEqual({ commits });
      });

      it.each<[Range, number[]]>([
        [{ from: 10 }, [10, 11, 12]],
        [{ from: 13 }, []],
        [{ from: 2, to: 4 }, [2, 3, 4]],
        [{ from: 3, to: 3 }, [3]],
        [{ from: 4, to: 3 }, []],
        [{ from: 11, to: 99 }, [11, 12]],
        [{ from: 1, newestFirst: true, limit: 1 }, [12]],
        [{ from: 1, to: 5, newestFirst: true, limit: 2 }, [5, 4]],
        [{ from: 4, limit: 3 }, [4, 5, 6]],
        [{ from: 10, to: 11, newestFirst: true }, [11, 10]],
      ])('answers the range %j', async (range, expected) => {
        expect(numbers((await store.read(stream, range)).commits)).toEqual(expected);
      });

      it.each<Range>([
        { from: 2, limit: 3 },
        { from: 2, to: 11, limit: 5 },
        { from: 2, limit: 4, newestFirst: true },
        { from: 2, to: 11, limit: 5, newestFirst: true },
      ])('walks %j page by page, with nothing skipped and nothing twice', async (range) => {
        const whole = commits.filter(({ commit }) => commit >= range.from && commit <= (range.to ?? 12));
        const pages = await walk(store, stream, range);
        expect(pages.flat()).toStrictEqual(range.newestFirst ? whole.toReversed() : whole);
        expect(Math.max(...pages.map(({ length }) => length))).toBe(range.limit);
      });

      it('ends with the page that reached the end of its range', async () => {
        expect((await store.read(stream, { from: 2, to: 4, limit: 3 })).next).toBeUndefined();
        expect((await store.read(stream, { from: 2, to: 4, limit: 3, newestFirst: true })).next).toBeUndefined();
        expect((await store.read(stream, { from: 2, to: 5, limit: 3 })).next).toBe(5);
        expect((await store.read(stream, { from: 2, to: 5, limit: 3, newestFirst: true })).next).toBe(2);
      });

      it('answers a stream of more than a megabyte in several pages', async () => {
        const long = freshStream();
        const large = await fill(store, long, 9, 300_000);
        for (const newestFirst of [false, true]) {
          const pages = await walk(store, long, { from: 1, newestFirst });
          expect(pages.length).toBeGreaterThan(2);
          expect(pages[0]?.length).toBeGreaterThan(1);
          expect(pages.flat()).toStrictEqual(newestFirst ? large.toReversed() : large);
        }
      });

      it('sees what was acknowledged before it began', async () => {
        const own = freshStream();
        for (let n = 1; n <= 20; n++) {
          await store.append(commitOf(own, n));
          expect(numbers((await store.read(own, { from: n })).commits)).toEqual([n]);
        }
      });
    });
  });
