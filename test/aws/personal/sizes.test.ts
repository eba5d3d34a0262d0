import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hpkeBox, spkiOfP256 } from '../../../lib/aws/personal/box.ts';
import { root } from '../../../lib/cli/local/deployment.ts';
import { type Commit, storedEvents } from '../../../lib/core/commit.ts';
import { Unsealed } from '../../../lib/core/personal/personal.ts';
import { sealCommit } from '../../../lib/engine/personal/seal.ts';
import { itemSize } from '../../../lib/engine/store/size.ts';

const point = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({ format: 'der', type: 'spki' });
const half = (subject: string) => ({
  ...{ subject, version: 1, hashSecret: Buffer.alloc(32) },
  publicKey: point.subarray(spkiOfP256.length),
});
const keys = {
  publicHalf: async (subject: string) => half(subject),
  existing: async () => undefined,
  findSecret: async () => Buffer.alloc(32),
};

const plain = { name: 'Ada Lovelace', email: 'ada@example.com', birthDate: '1815-12-10' };
const [own, other] = ['7f3a3c1e', 'b2b93f6c-6c1e-4a3b-9f57-0d2c7c1d8e55'];
type Name = keyof typeof plain;

const commitOf = (data: object): Commit => ({
  ...{ stream: 'customer-7f3a3c1e', commit: 1, version: 1, events: [{ type: 'CustomerRegistered', v: 1, data }] },
  ...{ command: 'http/1', at: '2026-11-21T12:00:00.000Z', meta: { actor: 'ada', correlation: 'c', causation: 'r' } },
});

/** Some of the values, plain and sealed, as their commit and as the data of a row. */
const sealed = async (names: readonly Name[], subject: string, beside = {}) => {
  const pick = (of: (name: Name) => unknown) => ({ ...beside, ...Object.fromEntries(names.map((name) => [name, of(name)])) });
  const given = commitOf(pick((name) => new Unsealed(plain[name], {})));
  const answer = await sealCommit({ keys, box: hpkeBox() }, given, () => subject);
  if ('erased' in answer) throw new Error('Nobody is erased.');
  const data = pick((name) => plain[name]);
  return {
    inCommit: itemSize(answer.commit) - itemSize(commitOf(data)),
    inRow: itemSize(storedEvents(answer.commit)[0]!.data as object) - itemSize(data),
  };
};

test('a sealed value takes the bytes that the guide names: at most 120 more for the first of a subject in a commit, 60 for each further one, and the id only where the commit does not have it', async () => {
  const [one, two, three, ofOther, ofUnnamed] = [
    await sealed(['name'], own!),
    await sealed(['name', 'email'], own!),
    await sealed(['name', 'email', 'birthDate'], own!),
    await sealed(['name'], other!, { customer: other }),
    await sealed(['name'], other!),
  ];
  const further = Math.max(two.inCommit - one.inCommit, three.inCommit - two.inCommit);
  expect(one.inCommit).toBeLessThanOrEqual(120);
  expect(ofOther.inCommit).toBeLessThanOrEqual(120);
  // An id that the events do not have in plain is stored beside.
  expect(ofUnnamed.inCommit - one.inCommit).toBe(1 + other!.length);
  expect(further).toBeLessThanOrEqual(60);
  const guide = readFileSync(join(root, 'docs/guides/costs.md'), 'utf8').split('\n');
  const figures = [
    ["first value of the stream's own person in a commit", one.inCommit],
    ['first value of another person, whose id is in a field `customer` of the event', ofOther.inCommit],
    ['first value of another person, with an id of 36 characters that the event does not have', ofUnnamed.inCommit],
    ['each further value of the same person in the commit', further],
    ['value in a row or a snapshot, about', Math.ceil(one.inRow / 10) * 10],
  ] as const;
  for (const [what, bytes] of figures)
    expect.soft(guide.filter((line) => line.startsWith(`| ${what} |`))).toEqual([`| ${what} | ${bytes} |`]);
});
