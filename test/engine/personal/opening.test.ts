import { describe, expect, it } from 'vitest';
import { storedEvents } from '../../../lib/core/commit.ts';
import { Unsealed } from '../../../lib/core/personal/personal.ts';
import { partsOf, type Sealed, type SealedParts, sealedOf } from '../../../lib/core/personal/sealed.ts';
import { CannotOpen, erasedMark, opened } from '../../../lib/engine/personal/open.ts';
import { sealCommit } from '../../../lib/engine/personal/seal.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';

const box = memoryBox();
const keys = memorySubjectKeys();
const opening = { keys, box };

/** The sealed values of an event of a stream, by field. */
const sealed = async (values: Readonly<Record<string, unknown>>, stream = 'customer-ada', subject = 'ada') => {
  const data = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, new Unsealed(value, {})]));
  const commit = {
    stream,
    commit: 1,
    version: 1,
    events: [{ type: 'CustomerRegistered', v: 1, data }],
    command: 'http/1',
    at: '2026-11-21T12:00:00.000Z',
    meta: { actor: 'ada', correlation: 'c', causation: 'r' },
  };
  const answer = await sealCommit({ keys, box }, commit, () => subject);
  if ('erased' in answer) throw new Error('erased');
  return storedEvents(answer.commit)[0]!.data as Readonly<Record<string, Sealed>>;
};

const changed = (value: Sealed, change: (parts: SealedParts) => Partial<SealedParts>): Sealed => {
  const parts = partsOf(value);
  return sealedOf({ ...parts, ...change(parts) });
};
const flipped = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;

describe('a sealed value', () => {
  it('does not open anywhere else, or altered, or cut', async () => {
    const { name, email } = await sealed({ name: 'Ada', email: 'ada@example.com' });
    const { name: other } = await sealed({ name: 'Bob' }, 'customer-bob', 'bob');
    expect(await opened(opening, [name, email, other])).toEqual(['Ada', 'ada@example.com', 'Bob']);
    const wrong = [
      changed(name!, () => ({ subject: 'bob' })),
      changed(name!, ({ at: [, type, field] }) => ({ at: ['customer-bob/1', type, field] })),
      changed(name!, ({ at: [event, , field] }) => ({ at: [event, 'CustomerMoved', field] })),
      changed(name!, ({ at: [event, type] }) => ({ at: [event, type, '/email'] })),
      changed(name!, () => ({ ciphertext: partsOf(email!).ciphertext })),
      changed(name!, () => ({ encapsulation: partsOf(other!).encapsulation })),
      changed(name!, ({ ciphertext }) => ({ ciphertext: flipped(ciphertext) })),
      changed(name!, ({ ciphertext }) => ({ ciphertext: ciphertext.slice(0, -4) })),
      changed(name!, ({ ciphertext }) => ({ ciphertext: ciphertext.slice(0, 4) })),
      changed(name!, ({ hash }) => ({ hash: flipped(hash) })),
      changed(name!, () => ({ hashedFor: 'deployment' })),
      changed(name!, () => ({ version: 2 })),
    ];
    for (const value of wrong) await expect(opened(opening, { deep: [value] })).rejects.toThrow(CannotOpen);
    const foreign = { keys: memorySubjectKeys('another deployment'), box };
    await foreign.keys.publicHalf('ada');
    await expect(opened(foreign, name)).rejects.toThrow(CannotOpen);
    for (const damaged of [{ '~': '0saaaaaaaaaaaaBBBB' }, { ...name, at: [] }, { '~': 5 }, { ...name, more: 1 }])
      await expect(opened(opening, { rows: [damaged] })).rejects.toMatchObject({ name: 'CannotOpen', place: '/rows/0' });
  });

  it('is refused where the reader knows that another one belongs', async () => {
    const { name } = await sealed({ name: 'Ada' });
    const expectedOf = (stream: string) => (parts: SealedParts) =>
      parts.at[0].startsWith(`${stream}/`) ? undefined : `it is from ${parts.at[0]}`;
    expect(await opened(opening, { name }, expectedOf('customer-ada'))).toEqual({ name: 'Ada' });
    await expect(opened(opening, { name }, expectedOf('customer-bob'))).rejects.toThrow('wrong place');
  });

  it('opens under old versions of a key, and shows the mark once all are gone', async () => {
    const before = await sealed({ name: 'Eve' }, 'customer-eve', 'eve');
    keys.rotate('eve');
    const after = await sealed({ name: 'Eve' }, 'customer-eve', 'eve');
    expect([before, after].map(({ name }) => partsOf(name!).version)).toEqual([1, 2]);
    expect(partsOf(before.name!).hash).toBe(partsOf(after.name!).hash);
    expect(await opened(opening, [before.name, after.name])).toEqual(['Eve', 'Eve']);
    keys.erase('eve');
    keys.rotate('eve');
    expect(await opened(opening, [before.name, after.name])).toEqual([erasedMark, erasedMark]);
  });
});
