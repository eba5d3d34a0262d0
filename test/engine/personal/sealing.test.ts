import { describe, expect, it } from 'vitest';
import { type Commit, storedEvents } from '../../../lib/core/commit.ts';
import { Unsealed } from '../../../lib/core/personal/personal.ts';
import { partsOf, type Sealed } from '../../../lib/core/personal/sealed.ts';
import { cachedOpening, cachedSealing } from '../../../lib/engine/personal/cached.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import { sealCommit } from '../../../lib/engine/personal/seal.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

const commitOf = (data: object, stream = 'customer-7f3a3c1e'): Commit => ({
  stream,
  commit: 1,
  version: 1,
  events: [{ type: 'CustomerRegistered', v: 1, data }],
  command: 'http/1',
  at: '2026-11-21T12:00:00.000Z',
  meta: { actor: 'ada', correlation: 'c', causation: 'r' },
});
const subject = () => '7f3a3c1e';
const sealedIn = async (keys = memorySubjectKeys(), data: object = {}, of = subject) => {
  const answer = await sealCommit({ keys, box: memoryBox() }, commitOf(data), of);
  if ('erased' in answer) throw new Error(`${answer.erased} is erased`);
  return answer.commit;
};
const plain = { name: 'Ada Lovelace', email: 'ada@example.com', birthDate: '1815-12-10' };
const unsealed = (find = false) =>
  Object.fromEntries(Object.entries(plain).map(([name, v]) => [name, new Unsealed(v, { find })]));
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('a commit with personal values', () => {
  it('shows none of them, and all open again', async () => {
    const keys = memorySubjectKeys();
    const commit = await sealedIn(keys, { ...unsealed(), plan: 'basic' });
    expect(JSON.stringify(commit)).not.toMatch(/Ada|example|1815/);
    const [event] = storedEvents(commit);
    expect(await opened({ keys, box: memoryBox() }, event!.data)).toEqual({ ...plain, plan: 'basic' });
    keys.erase('7f3a3c1e');
    const erased = { erased: true };
    expect(await opened({ keys, box: memoryBox() }, event!.data)).toEqual({
      name: erased,
      email: erased,
      birthDate: erased,
      plan: 'basic',
    });
  });

  it('takes at most 120 bytes more for the first of a subject, and 60 for each further one', async () => {
    const growth = async (names: readonly (keyof typeof plain)[]) => {
      const pick = (from: object) => Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name as never)));
      return bytesOf(await sealedIn(memorySubjectKeys(), pick(unsealed()))) - bytesOf(commitOf(pick(plain)));
    };
    const [first, two, three] = [
      await growth(['name']),
      await growth(['name', 'email']),
      await growth(Object.keys(plain) as never),
    ];
    expect(first).toBeLessThanOrEqual(120);
    expect(two - first).toBeLessThanOrEqual(60);
    expect(three - two).toBeLessThanOrEqual(60);
  });

  it('says where it has the id of another person, and has it a second time only if it is nowhere in plain', async () => {
    const other = 'b2b93f6c-6c1e-4a3b-9f57-0d2c7c1d8e55';
    const keys = memorySubjectKeys();
    const ways = [
      [{ to: { 'x/~y': [other] } }, ':0/to/x~1~0y/0'],
      [{ to: other, again: { it: other } }, ':0/to'],
      [{ to: `${other}!` }, `.${other}`],
      [{ [other]: true }, `.${other}`],
    ] as const;
    for (const [beside, ends] of ways) {
      const commit = await sealedIn(keys, { ...beside, ...unsealed() }, () => other);
      expect(commit.sealed?.map((each) => each.replace(/^\d+\.[\w-]+/, ''))).toEqual([ends]);
      const [event] = storedEvents(commit);
      expect(partsOf((event!.data as { email: Sealed }).email).subject).toBe(other);
      expect(await opened({ keys, box: memoryBox() }, event!.data)).toEqual({ ...beside, ...plain });
    }
    const commit = await sealedIn(keys, { to: other, ...unsealed() }, () => other);
    const altered = (to: unknown) => ({
      ...commit,
      events: commit.events.map((each) => ({ ...each, data: { ...(each.data as object), to } })),
    });
    expect(() => storedEvents(altered(undefined))).toThrow(/has lost what it refers to/);
    const [moved] = storedEvents(altered('7f3a3c1e'));
    await expect(opened({ keys, box: memoryBox() }, moved!.data)).rejects.toThrow(/7f3a3c1e/);
  });

  it('is refused if its subject is erased', async () => {
    const keys = memorySubjectKeys();
    keys.erase('7f3a3c1e');
    expect(await sealCommit({ keys, box: memoryBox() }, commitOf(unsealed()), subject)).toEqual({ erased: '7f3a3c1e' });
  });

  it('has hashes that tell equal values of one subject, and those of all subjects only where they are to be found', async () => {
    const hashes = async (of: string, find: boolean) => {
      const [event] = storedEvents(await sealedIn(memorySubjectKeys(), unsealed(find), () => of));
      return partsOf((event!.data as { email: Sealed }).email).hash;
    };
    expect(await hashes('ada', false)).toBe(await hashes('ada', false));
    expect(await hashes('ada', false)).not.toBe(await hashes('bob', false));
    expect(await hashes('ada', true)).toBe(await hashes('bob', true));
  });
});

describe('the caches of keys', () => {
  it('ask once for a warm subject, and again after the time or when the clock was set back', async () => {
    const clock = memoryClock(1_000_000);
    const keys = memorySubjectKeys();
    const sealing = cachedSealing(keys, { clock, milliseconds: 60_000 });
    const opening = cachedOpening(keys, { clock, milliseconds: 60_000 });
    const ask = async () => [await sealing.publicHalf('ada'), await opening.privateHalf('ada', 1)];
    await ask();
    await ask();
    expect(keys.requests).toEqual({ sealing: 1, opening: 1 });
    keys.erase('ada');
    clock.advance(59_999);
    expect(await ask()).not.toContain('erased');
    clock.advance(1);
    expect(await ask()).toEqual(['erased', 'erased']);
    keys.requests.opening = 0;
    clock.set(500_000);
    await ask();
    expect(keys.requests.opening).toBe(1);
  });
});
