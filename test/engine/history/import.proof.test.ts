import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import { importHistory } from '../../../lib/engine/history/import-history.ts';
import { type ImportLine, readImportLine } from '../../../lib/engine/history/import-line.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { commitHash } from '../../../lib/engine/store/known.ts';
import { verifyStream } from '../../../lib/engine/store/verify.ts';
import { type MemoryStore, memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys, memoryProofs } from '../../../lib/testing/memory/system.ts';
import { runs } from '../../support/runs.ts';

const keys = memoryKeys();
const formatsOf = (category: string) => (category === 'account' ? account.events : undefined);
const unmarked = ({ imported: _, ...commit }: Commit) => commit;
const asLine = (commit: Commit) => commit as ImportLine;

/** Streams as the product makes them: dense, chained by their hashes. */
const historyOf = (counts: readonly number[]): readonly Commit[] =>
  counts.flatMap((count, i) => {
    let prev: string | undefined;
    return Array.from({ length: count }, (_, n): Commit => {
      const data = { amount: n + 1, currency: 'EUR' };
      const commit = {
        stream: `account-${i}`,
        commit: n + 1,
        version: 2 * (n + 1),
        events: [1, 2].map(() => ({ type: 'MoneyDeposited', v: 1, data })),
        command: `http/${i}-${n}`,
        at: new Date(Date.UTC(2026, 10, 21) + n).toISOString(),
        meta: { actor: 'ada', correlation: 'c', causation: 'r' },
        ...(prev !== undefined && { prev }),
      };
      prev = commitHash(keys, commit);
      return commit;
    });
  });

async function* each<T>(items: readonly T[]) {
  yield* items;
}

const importing = (store: Store, lines: readonly ImportLine[], mark = 'import/1', sources = 1) =>
  importHistory(
    { store, keys, mark },
    // A stream is in one source.
    Array.from({ length: sources }, (_, s) => each(lines.filter(({ stream }) => Number(stream.slice(8)) % sources === s))),
  );

const verified = async (store: MemoryStore) => {
  for (const stream of new Set(store.stored().map((commit) => commit.stream)))
    expect(await verifyStream(store, { keys, proofs: memoryProofs() }, stream)).not.toHaveProperty('fault');
};
const sorted = (commits: readonly Commit[]) =>
  commits.map(unmarked).toSorted((a, b) => a.stream.localeCompare(b.stream) || a.commit - b.commit);

const counts = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });
const cuts = (history: readonly Commit[]) => fc.nat(history.length);

/** Any mixture of the streams, each in its own order. */
const mixed = (history: readonly Commit[]) =>
  fc.infiniteStream(fc.nat()).map((dice) => {
    const left = [...Map.groupBy(history, ({ stream }) => stream).values()].map((own) => [...own]);
    const out: Commit[] = [];
    for (const roll of dice) {
      const open = left.filter((own) => own.length > 0);
      if (open.length === 0) break;
      out.push(open[roll % open.length]!.shift()!);
    }
    return out;
  });

describe('an import', () => {
  it('makes the same commits, marked, however streams are mixed, cut off, and begun again, and then writes nothing more', () =>
    fc.assert(
      fc.asyncProperty(
        counts
          .map(historyOf)
          .chain((history) => fc.tuple(fc.constant(history), mixed(history), cuts(history), fc.integer({ min: 1, max: 3 }))),
        async ([history, lines, cut, sources]) => {
          const store = memoryStore({ pageBytes: 700 });
          const first = await importing(store, lines.slice(0, cut).map(asLine), 'import/1', sources);
          expect(first).toMatchObject({ written: cut, skipped: 0, refused: 0 });
          const second = await importing(store, lines.map(asLine), 'import/2', sources);
          expect(second).toMatchObject({ written: history.length - cut, skipped: cut, refused: 0, refusals: [] });
          expect(sorted(store.stored())).toEqual(sorted(history));
          expect(store.stored().every(({ imported }) => imported === 'import/1' || imported === 'import/2')).toBe(true);
          await verified(store);
          expect(await importing(store, lines.map(asLine), 'import/3', sources)).toMatchObject({
            written: 0,
            skipped: history.length,
          });
        },
      ),
      { numRuns: runs(60) },
    ));

  it('of lines that lack what another store cannot know completes them the same way each time', () =>
    fc.assert(
      fc.asyncProperty(
        counts.map(historyOf).chain((history) => fc.tuple(fc.constant(history), mixed(history), cuts(history))),
        async ([history, lines, cut]) => {
          const bare = lines.map(({ stream, events, at }) => ({ stream, events, at }) as ImportLine);
          const store = memoryStore();
          await importing(store, bare.slice(0, cut));
          expect(await importing(store, bare, 'import/2')).toMatchObject({
            written: history.length - cut,
            skipped: cut,
            refused: 0,
          });
          await verified(store);
          expect(sorted(store.stored()).map(({ command, meta }) => [command, meta.actor])).toEqual(
            sorted(history).map(({ stream, commit }) => [`import/${stream}/${commit}`, 'import']),
          );
        },
      ),
      { numRuns: runs(40) },
    ));

  it('stops a stream at the first commit that does not fit, and no other', () =>
    fc.assert(
      fc.asyncProperty(
        counts.filter((all) => all.length > 1 && (all[0] ?? 0) > 2).map(historyOf),
        fc.constantFrom('fork', 'gap', 'prev', 'version', 'time', 'repeat'),
        async (history, kind) => {
          const store = memoryStore();
          const at = 1;
          const [before, other] = [history[at - 1]!, history[at]!];
          const spoiled: Readonly<Record<typeof kind, readonly [readonly Commit[], string]>> = {
            fork: [history, 'another commit is there: the histories have forked'],
            gap: [history.filter((commit) => commit !== other), 'commit 2 is missing before it'],
            prev: [
              history.with(at, { ...other, prev: 'f'.repeat(64) }),
              'it does not have the hash of commit 1: it follows on another one',
            ],
            version: [history.with(at, { ...other, version: 5 }), 'its 2 events cannot lead from version 2 to version 5'],
            time: [history.with(at, { ...other, at: '2000-01-01T00:00:00.000Z' }), 'its time is before that of commit 1'],
            repeat: [history.toSpliced(at, 0, before), 'it comes after commit 1: the commits of a stream must be in order'],
          };
          const mine: Commit = { ...other, command: 'http/mine' };
          if (kind === 'fork') for (const commit of [before, mine]) await store.append(commit);
          const there = store.stored();
          const [lines, reason] = spoiled[kind];
          const report = await importing(store, lines.map(asLine));
          const commit = kind === 'gap' ? 3 : kind === 'repeat' ? 1 : 2;
          expect(report.refusals).toEqual([{ stream: 'account-0', commit, reason }]);
          expect(report.written + report.skipped + report.refused).toBe(lines.length);
          expect(report.streams).not.toContain('account-0');
          // The commits that existed are unchanged, the other streams are complete, and this one has nothing after the faulty commit.
          expect(store.stored().slice(0, there.length)).toEqual(there);
          expect(sorted(store.stored().filter(({ stream }) => stream !== 'account-0'))).toEqual(
            sorted(history.filter(({ stream }) => stream !== 'account-0')),
          );
          const own = sorted(store.stored().filter(({ stream }) => stream === 'account-0'));
          expect(own).toEqual(sorted(kind === 'fork' ? [before, mine] : [before]));
        },
      ),
      { numRuns: runs(60) },
    ));

  it('goes on behind what is there, and not over a gap to it', async () => {
    const history = historyOf([4]);
    const store = memoryStore();
    for (const commit of history.slice(0, 2)) await store.append(commit);
    expect(await importing(store, history.slice(2).map(asLine))).toMatchObject({ written: 2, refused: 0 });
    const other = memoryStore();
    expect(await importing(other, history.slice(2).map(asLine))).toMatchObject({
      written: 0,
      refused: 2,
      refusals: [{ stream: 'account-0', commit: 3, reason: 'commit 2 is missing before it' }],
    });
  });

  it('knows its own commit again when an acknowledgement got lost', async () => {
    const history = historyOf([3]);
    const store = memoryStore();
    const deaf: Store = {
      ...store,
      append: async (commit) => {
        const { stored } = await store.append(commit);
        return stored ? { stored: false, winner: { ...commit } } : store.append(commit);
      },
    };
    expect(await importing(deaf, history.map(asLine))).toMatchObject({ written: 3, skipped: 0, refused: 0 });
  });

  it('reads what is there by pages rather than losing a race for each commit', async () => {
    const history = historyOf([100]);
    const store = memoryStore();
    await importing(store, history.map(asLine));
    let appends = 0;
    const counting: Store = {
      ...store,
      append: (commit) => {
        appends += 1;
        return store.append(commit);
      },
    };
    expect(await importing(counting, history.map(asLine), 'import/2')).toMatchObject({ skipped: 100 });
    expect(appends).toBeLessThanOrEqual(2);
  });

  it('throws what the store throws', async () => {
    const broken: Store = { ...memoryStore(), append: () => Promise.reject(new Error('The table is gone.')) };
    await expect(importing(broken, historyOf([3, 3]).map(asLine))).rejects.toThrow('The table is gone.');
  });
});

describe('a line', () => {
  const line = {
    stream: 'account-1',
    at: '2026-11-21T13:00:00+01:00',
    events: [{ type: 'MoneyDeposited', v: 1, data: { amount: 5, currency: 'EUR' } }],
  };
  const clock = memoryClock();
  const read = (value: unknown) =>
    readImportLine(typeof value === 'string' ? value : JSON.stringify(value), { formatsOf, clock });

  it('is a commit, bare or in an envelope, its time in one form', () => {
    const expected = { ...line, at: '2026-11-21T12:00:00.000Z' };
    expect(read(line)).toEqual(expected);
    expect(read({ specversion: '1.0', type: 'foldstream.commit', id: '1', source: 's', data: line })).toEqual(expected);
    expect(read({ specversion: '1.0', type: 'foldstream.state', data: {} })).toBe(undefined);
    expect(read({ stream: 'account-1', version: 1, state: {} })).toBe(undefined);
  });

  it('that comes from here is the same when it was read', () => {
    for (const commit of historyOf([3])) expect(read(commit)).toEqual(commit);
  });

  it('is not of the future: what follows in its stream would be dated so as well', () => {
    const at = (milliseconds: number) => ({ ...line, at: new Date(clock.now() + milliseconds).toISOString() });
    // As far as two clocks lie apart.
    expect(read(at(5 * 60_000))).toEqual(at(5 * 60_000));
    expect(() => read(at(5 * 60_000 + 1))).toThrow(
      /its time, 2026-11-21T12:05:00.001Z, is in the future: it is 2026-11-21T12:00/,
    );
    // Its year has five digits where it is read as UTC.
    expect(() => read({ ...line, at: '9999-12-31T23:59:59-23:59' })).toThrow(/is in the future/);
  });

  it.each<[string, unknown, RegExp]>([
    ['is not JSON', '{', /not JSON/],
    ['holds something else', { specversion: '1.0', type: 'com.shop.sold', data: line }, /type 'com.shop.sold' holds no commit/],
    ['is of no category', { ...line, stream: 'parcel-1' }, /the manifest has no category 'parcel'/],
    ['is of no stream', { ...line, stream: 'account' }, /is not a stream's name/],
    ['has an unknown event', { ...line, events: [{ type: 'Sold', v: 1, data: {} }] }, /event type Sold is unknown/],
    ['has a version of tomorrow', { ...line, events: [{ ...line.events[0], v: 99 }] }, /written as v99/],
    [
      'has data that does not fit',
      { ...line, events: [{ ...line.events[0], data: { amount: 'x' } }] },
      /does not fit its schema/,
    ],
    ['has no event', { ...line, events: [] }, /no events/],
    ['has no event, though it is numbered', { ...line, commit: 1, version: 0, events: [] }, /no events/],
    ['has no time', { ...line, at: 'yesterday' }, /is no commit: .*at/],
    ['has a field that this release does not know', { ...line, colour: 'red' }, /is no commit: .*colour/],
    ['is larger than any item', { ...line, command: 'x'.repeat(420_000) }, /over \d+ bytes/],
  ])('is refused where it %s', (_, value, message) => expect(() => read(value)).toThrow(message));
});
