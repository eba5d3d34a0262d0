import { describe, expect, it } from 'vitest';
import type { Box, OpeningKeys, OperatedKeys, SealingKeys, Tombstone } from '../../../lib/engine/personal/ports.ts';

export type SubjectKeys = Readonly<{
  sealing: SealingKeys;
  opening: OpeningKeys;
  operated: OperatedKeys;
  box: Box;
  /** True if anything of a key pair of the subject is still stored. */
  stored?: (subject: string) => Promise<boolean>;
  /** Does this once while the next pair is made, before it is put. */
  whileMaking?: (act: () => Promise<unknown>) => void;
}>;

const bytes = (text: string) => Buffer.from(text);
const tombstone: Tombstone = { at: '2026-11-21T12:00:00.000Z', by: 'olga', why: 'ticket 7', correlation: 'c-1' };
const racers = 8;

/** The promises of the keys of subjects. */
export const subjectKeysContract = (name: string, make: () => Promise<SubjectKeys>) =>
  describe(`keys of subjects: ${name}`, () => {
    const sealedFor = async ({ sealing, box }: SubjectKeys, subject: string, text: string) => {
      const half = await sealing.publicHalf(subject);
      if (half === 'erased') throw new Error(`${subject} is erased.`);
      const { encapsulation, ciphertexts } = await box.seal(half, [{ plaintext: bytes(text), aad: bytes(subject) }]);
      return { version: half.version, encapsulation, value: { ciphertext: ciphertexts[0]!, aad: bytes(subject) } };
    };
    const read = async (
      { opening, box }: SubjectKeys,
      subject: string,
      { version, encapsulation, value }: Awaited<ReturnType<typeof sealedFor>>,
    ) => {
      const half = await opening.privateHalf(subject, version);
      return !half || half === 'erased' ? half : Buffer.from(await box.open(half, encapsulation, value)).toString();
    };

    it('seal and open; whoever comes at the same time gets the same pair, and nobody without a value gets one', async () => {
      const keys = await make();
      expect(await keys.sealing.existing('ada')).toBeUndefined();
      expect(await keys.opening.privateHalf('ada', 1)).toBeUndefined();
      const halves = await Promise.all(Array.from({ length: racers }, () => keys.sealing.publicHalf('ada')));
      expect(new Set(halves.map((half) => JSON.stringify(half))).size).toBe(1);
      expect(halves[0]).toEqual(await keys.sealing.existing('ada'));
      const other = await keys.sealing.publicHalf('bob/7 \u00e9');
      expect(other).not.toMatchObject({ hashSecret: (halves[0] as { hashSecret: Uint8Array }).hashSecret });
      expect(await read(keys, 'ada', await sealedFor(keys, 'ada', 'Ada'))).toBe('Ada');
      expect(await read(keys, 'bob/7 \u00e9', await sealedFor(keys, 'bob/7 \u00e9', 'Bob'))).toBe('Bob');
      expect(await keys.opening.privateHalf('ada', 2)).toBeUndefined();
    });

    it('rotate: new values go under the next version, old ones are read, and hashes are compared', async () => {
      const keys = await make();
      expect(await keys.operated.rotate('ada')).toBeUndefined();
      const old = await sealedFor(keys, 'ada', 'old');
      const before = await keys.sealing.publicHalf('ada');
      expect(await Promise.all([keys.operated.rotate('ada'), keys.operated.rotate('ada')])).toEqual(
        expect.arrayContaining([2, 3]),
      );
      const now = await sealedFor(keys, 'ada', 'new');
      expect([old.version, now.version]).toEqual([1, 3]);
      expect([await read(keys, 'ada', old), await read(keys, 'ada', now)]).toEqual(['old', 'new']);
      expect(await keys.sealing.publicHalf('ada')).toMatchObject({ hashSecret: (before as { hashSecret: unknown }).hashSecret });
    });

    it('erase all versions for good: no reader gets a key, and no later command makes one', async () => {
      const keys = await make();
      const [value, other] = [await sealedFor(keys, 'ada', 'Ada'), await sealedFor(keys, 'bob', 'Bob')];
      await keys.operated.rotate('ada');
      expect(await keys.operated.tombstone('ada')).toBeUndefined();
      expect(await keys.operated.erase('ada', tombstone)).toEqual(tombstone);
      expect(await keys.operated.tombstone('ada')).toEqual(tombstone);
      expect(await keys.operated.tombstone('bob')).toBeUndefined();
      expect(await keys.operated.erase('ada', { ...tombstone, why: 'again' })).toEqual(tombstone);
      const asked = Array.from({ length: racers }, () => keys.sealing.publicHalf('ada'));
      expect(new Set(await Promise.all(asked))).toEqual(new Set(['erased']));
      expect([await keys.sealing.existing('ada'), await keys.operated.rotate('ada')]).toEqual(['erased', 'erased']);
      expect([await read(keys, 'ada', value), await keys.opening.privateHalf('ada', 9)]).toEqual(['erased', 'erased']);
      expect(await read(keys, 'bob', other)).toBe('Bob');
      if (keys.stored) expect([await keys.stored('ada'), await keys.stored('bob')]).toEqual([false, true]);
    });

    it('make no pair for a subject that is erased while it is made', async () => {
      const keys = await make();
      keys.whileMaking?.(() => keys.operated.erase('late', tombstone));
      if (!keys.whileMaking) await keys.operated.erase('late', tombstone);
      expect(await keys.sealing.publicHalf('late')).toBe('erased');
      expect(await keys.stored?.('late')).not.toBe(true);
    });

    it('erase a subject that never had keys, and one that gets its first at the same time', async () => {
      const keys = await make();
      await keys.operated.erase('nobody', tombstone);
      expect(await keys.sealing.publicHalf('nobody')).toBe('erased');
      const subjects = Array.from({ length: racers }, (_, i) => `new-${i}`);
      await Promise.all(subjects.flatMap((each) => [keys.sealing.publicHalf(each), keys.operated.erase(each, tombstone)]));
      expect(new Set(await Promise.all(subjects.map((each) => keys.sealing.publicHalf(each))))).toEqual(new Set(['erased']));
      expect(new Set(await Promise.all(subjects.map((each) => keys.opening.privateHalf(each, 1))))).toEqual(new Set(['erased']));
      for (const each of keys.stored ? subjects : []) expect(await keys.stored?.(each)).toBe(false);
    });

    it('have one secret for what is found among all subjects, which an erasure leaves as it is', async () => {
      const keys = await make();
      const secrets = await Promise.all(Array.from({ length: racers }, () => keys.sealing.findSecret()));
      await keys.operated.erase('ada', tombstone);
      const all = [...secrets, await keys.sealing.findSecret()].map((secret) => Buffer.from(secret).toString('hex'));
      expect(new Set(all).size).toBe(1);
    });
  });
