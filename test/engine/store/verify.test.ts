import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { commitHash } from '../../../lib/engine/store/known.ts';
import { verifyStream } from '../../../lib/engine/store/verify.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryKeys, memoryProofs } from '../../../lib/testing/memory/system.ts';

const keys = memoryKeys();
const stream = 'account-a1';

/** A history that holds. */
const history = (length: number): readonly Commit[] => {
  const commits: Commit[] = [];
  for (let commit = 1; commit <= length; commit++) {
    const before = commits.at(-1);
    commits.push({
      stream,
      commit,
      version: commit,
      events: [{ type: 'MoneyDeposited', v: 1, data: { amount: commit, currency: 'EUR' } }],
      command: `http/${commit}`,
      at: new Date(Date.UTC(2026, 10, 21, 12, 0, commit)).toISOString(),
      meta: { actor: 'ada', correlation: `c-${commit}`, causation: 'r' },
      ...(before && { prev: commitHash(keys, before) }),
    });
  }
  return commits;
};

const changes: Readonly<Record<string, (commit: Commit) => Commit>> = {
  amount: (commit) => ({ ...commit, events: [{ type: 'MoneyDeposited', v: 1, data: { amount: 1_000_000, currency: 'EUR' } }] }),
  actor: (commit) => ({ ...commit, meta: { ...commit.meta, actor: 'mallory' } }),
  time: (commit) => ({ ...commit, at: '2026-11-21T12:00:00.001Z' }),
  command: (commit) => ({ ...commit, command: 'http/other' }),
  predecessor: (commit) => ({ ...commit, prev: 'f'.repeat(64) }),
  version: (commit) => ({ ...commit, version: commit.version + 1 }),
};

const stored = async (commits: readonly Commit[]) => {
  const store = memoryStore();
  for (const commit of commits) await store.append(commit);
  return store;
};

it('holds for what was appended, and for an import, whose mark is outside of the chain', async () => {
  const commits = history(7).map((commit) => ({ ...commit, imported: 'run-1' }));
  expect(await verifyStream(await stored(commits), { keys, proofs: memoryProofs() }, stream)).toEqual({ stream, commits: 7 });
});

it('finds any change of any commit that another vouches for, and any that is missing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 9 }),
      fc.nat(),
      fc.constantFrom(...Object.keys(changes), 'removal'),
      async (length, pick, change) => {
        const place = pick % (length - 1);
        const commits = history(length);
        const forged =
          change === 'removal' ? commits.toSpliced(place, 1) : commits.with(place, changes[change]!(commits[place]!));
        const verified = await verifyStream(await stored(forged), { keys, proofs: memoryProofs() }, stream);
        expect(verified).toHaveProperty('fault');
        const found = 'fault' in verified ? verified.commit : 0;
        expect([place + 1, place + 2]).toContain(found);
      },
    ),
  );
});
