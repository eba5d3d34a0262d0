import { beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot, Snapshots } from '../../lib/engine/ports.ts';
import { freshStream } from '../support/store/commits.ts';

const snapshotOf = (stream: string, commit: number, over: Partial<Snapshot> = {}): Snapshot => ({
  stream,
  code: 'c0de',
  commit,
  version: commit * 2,
  bytes: commit * 300,
  at: '2026-11-21T12:00:00.000Z',
  hash: `hash-${commit}`,
  state: { balance: commit, tags: ['a', ''], none: null, '🔑': {} },
  recent: '00112233445500000001ffeeddccbbaa00000009',
  sent: '0011223344550000000a',
  sentFrom: 1,
  ...over,
});

/** Text that hardly becomes smaller by compression. */
const noise = (characters: number): string => {
  let state = 1;
  return Array.from({ length: characters }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(33 + ((state >>> 8) % 90));
  }).join('');
};

/** Snapshots to test, and ways to spoil one that is kept, each with its name. */
export type Spoilable = Readonly<{
  snapshots: Snapshots;
  spoil: Readonly<Record<string, (stream: string, code: string) => Promise<void> | void>>;
}>;

/** The promises of every snapshot store. */
export const snapshotsContract = (name: string, make: () => Spoilable | Promise<Spoilable>) =>
  describe(`snapshots: ${name}`, () => {
    let snapshots: Snapshots;
    let spoil: Spoilable['spoil'];
    beforeAll(async () => {
      ({ snapshots, spoil } = await make());
    });

    it('answers one that cannot be read as none, and then replaces it by any that can', async () => {
      expect(Object.keys(spoil)).not.toEqual([]);
      for (const [how, spoilIt] of Object.entries(spoil)) {
        const stream = freshStream();
        await snapshots.save(snapshotOf(stream, 9, { state: { text: 'x'.repeat(5_000) } }));
        await spoilIt(stream, 'c0de');
        expect(await snapshots.load(stream, 'c0de'), how).toBeUndefined();
        await snapshots.save(snapshotOf(stream, 4));
        expect(await snapshots.load(stream, 'c0de'), how).toStrictEqual(snapshotOf(stream, 4));
        await snapshots.save(snapshotOf(stream, 3));
        expect((await snapshots.load(stream, 'c0de'))?.commit, how).toBe(4);
      }
    });

    it('answers undefined where there is none', async () => {
      expect(await snapshots.load(freshStream(), 'c0de')).toBeUndefined();
    });

    it.each([
      ['small', {}],
      ['large', { state: { text: 'naïve 日本語'.repeat(5_000) } }],
      ['of nothing', { state: null, recent: '', sent: '' }],
      ['with all ids', { recent: '0123456789ab000000ff'.repeat(256), sent: 'fedcba987654000000ff'.repeat(256), sentFrom: 7 }],
    ])('gives back exactly what it was given: %s', async (_, over) => {
      const snapshot = snapshotOf(freshStream(), 3, over);
      await snapshots.save(snapshot);
      expect(await snapshots.load(snapshot.stream, 'c0de')).toStrictEqual(snapshot);
    });

    it('never gives the state of one code to another', async () => {
      const stream = freshStream();
      await snapshots.save(snapshotOf(stream, 3));
      await snapshots.save(snapshotOf(stream, 1, { code: 'other' }));
      expect((await snapshots.load(stream, 'c0de'))?.commit).toBe(3);
      expect((await snapshots.load(stream, 'other'))?.commit).toBe(1);
      expect(await snapshots.load(stream, 'third')).toBeUndefined();
    });

    it('replaces an older one by a newer, a newer never by an older, and says nothing of it', async () => {
      const stream = freshStream();
      await snapshots.save(snapshotOf(stream, 9));
      await snapshots.save(snapshotOf(stream, 10));
      await snapshots.save(snapshotOf(stream, 9));
      await snapshots.save(snapshotOf(stream, 10, { state: 'another' }));
      expect(await snapshots.load(stream, 'c0de')).toStrictEqual(snapshotOf(stream, 10));
    });

    it('replaces the one that was found impossible, and only that one', async () => {
      const stream = freshStream();
      const impossible = snapshotOf(stream, 50);
      await snapshots.save(impossible);
      await snapshots.save(snapshotOf(stream, 2), { ...impossible, hash: 'of another' });
      await snapshots.save(snapshotOf(stream, 2), { ...impossible, commit: 49 });
      expect((await snapshots.load(stream, 'c0de'))?.commit).toBe(50);
      await snapshots.save(snapshotOf(stream, 2), impossible);
      expect(await snapshots.load(stream, 'c0de')).toStrictEqual(snapshotOf(stream, 2));
    });

    it('does not keep what is too large, and keeps what was there', async () => {
      const stream = freshStream();
      await snapshots.save(snapshotOf(stream, 1));
      await snapshots.save(snapshotOf(stream, 2, { state: noise(500_000) }));
      expect((await snapshots.load(stream, 'c0de'))?.commit).toBe(1);
    });

    it('keeps the newest of many that come at once', async () => {
      const stream = freshStream();
      await Promise.all([4, 9, 2, 7, 12, 1, 11].map((commit) => snapshots.save(snapshotOf(stream, commit))));
      expect(await snapshots.load(stream, 'c0de')).toStrictEqual(snapshotOf(stream, 12));
    });

    it('keeps nothing in common with what it was given', async () => {
      const state = { tags: ['a'] };
      const snapshot = snapshotOf(freshStream(), 1, { state });
      await snapshots.save(snapshot);
      state.tags.push('b');
      expect((await snapshots.load(snapshot.stream, 'c0de'))?.state).toStrictEqual({ tags: ['a'] });
    });
  });
