import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromItem, type Item } from '../../../lib/aws/attributes.ts';
import { changedTo, commitOf as commitIn, commitItem, storedSize } from '../../../lib/aws/store/commit-item.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import { canonical } from '../../../lib/engine/canonical.ts';
import { countedBytes } from '../../../lib/engine/store/known.ts';
import { Unreadable } from '../../../lib/engine/store/packed.ts';
import { itemSize } from '../../../lib/engine/store/size.ts';
import { storable } from '../../../lib/engine/store/storable.ts';
import { plainJson } from '../../support/json.ts';
import { commitOf } from '../../support/store/commits.ts';

const digits = (count: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${count}}$`));
const text = fc.string({ maxLength: 20 });
const hash = fc.oneof(digits(64), fc.string(), fc.constantFrom('', '=', '=0', 'A'.repeat(43), 'a'.repeat(63), 'F'.repeat(64)));
const trace = fc.oneof(
  fc.tuple(digits(32), digits(16), digits(2)).map(([id, span, flags]) => `00-${id}-${span}-${flags}`),
  fc.constantFrom(
    '01-0-0-00',
    '',
    '=',
    `00-${'A'.repeat(32)}-${'0'.repeat(16)}-01`,
    `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01-x`,
  ),
);
const time = fc.oneof(
  fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
  fc.constantFrom(
    '1970-01-01T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '2026-11-30T24:00:00.000Z',
    '2026-11-30T10:00:00Z',
    '',
    '2026-02-30T00:00:00.000Z',
  ),
);
const place = fc.record({ stream: text, commit: fc.nat() });
const id = fc.oneof(text, fc.constantFrom('c-1', 'http/1', '0', ''));
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });

/** Any commit at all, with all that one may have. */
const anyCommit: fc.Arbitrary<Commit> = fc
  .record({
    ...{ stream: fc.string({ minLength: 1 }), commit: fc.integer({ min: 1 }), version: fc.nat(), at: time, command: id },
    events: fc.array(fc.record({ type: text, v: fc.integer({ min: 1 }), data: plainJson.map((data) => storable(data)) }), {
      maxLength: 3,
    }),
    meta: fc.record({
      actor: id,
      correlation: id,
      causation: id,
      network: maybe(text),
      traceparent: maybe(trace),
      why: maybe(text),
    }),
    ...{
      digest: maybe(hash),
      prev: maybe(hash),
      imported: maybe(text),
      purged: maybe(fc.nat()),
      sealed: maybe(fc.array(text, { maxLength: 2 })),
    },
    ...{ siblings: maybe(fc.array(place, { maxLength: 2 })), facts: maybe(fc.array(place, { maxLength: 2 })) },
    refused: maybe(fc.record({ reason: text, detail: maybe(plainJson.map((data) => storable(data))) })),
    purge: maybe(
      fc.record({
        commits: fc.nat(),
        version: fc.nat(),
        events: fc.nat(),
        types: fc.array(text),
        last: hash,
        hash,
        at: time,
        by: text,
        why: text,
        proof: hash,
      }),
    ),
  })
  .chain((commit) =>
    fc
      .constantFrom('', 'x'.repeat(900), '\u0000é'.repeat(700))
      .map((why) => ({ ...commit, meta: { ...commit.meta, ...(why && { why }) } })),
  )
  .map((commit) => JSON.parse(JSON.stringify(commit)) as Commit);

/** An item as Lambda hands it out of a stream: bytes in base64. */
const ofStream = (item: Item): Item =>
  JSON.parse(JSON.stringify(item, (_, value) => (value?.type === 'Buffer' ? Buffer.from(value.data).toString('base64') : value)));

/** Which way it was stored. */
const wayOf = ({ c }: Item): string => (c === undefined ? 'plain' : Object.keys(c).join());

describe('the item of a commit', () => {
  it('comes back as exactly what it was, with the same hash, from the table and from its stream', () => {
    const ways = new Map<string, number>();
    fc.assert(
      fc.property(anyCommit, fc.constantFrom('plain', 'packed'), (commit, form) => {
        const item = commitItem(commit, form);
        ways.set(wayOf(item), (ways.get(wayOf(item)) ?? 0) + 1);
        for (const read of [item, ofStream(item)]) {
          const back = commitIn(read);
          assert.deepStrictEqual(back, commit);
          expect(canonical(back)).toBe(canonical(commit));
        }
      }),
      { numRuns: 1_000 },
    );
    expect([...ways.keys()].sort()).toEqual(['B', 'S', 'plain']);
  });

  it('never takes more than what it counts for limits and snapshots', () => {
    fc.assert(
      fc.property(anyCommit, (commit) => {
        const size = storedSize(commit, 'packed');
        expect(size).toBe(itemSize(fromItem(commitItem(commit, 'packed'))));
        expect(size).toBeLessThanOrEqual(countedBytes(commit));
      }),
      { numRuns: 300 },
    );
    const data = Array.from({ length: 30 }, (_, i) => (i - 15.5) * 1.2345678901234567e-100);
    const numbers = commitOf('account-1', 1, { events: [{ type: 'A', v: 1, data }] });
    expect(wayOf(commitItem(numbers, 'packed'))).toBe('plain');
  });

  it('is smaller: a small one of a command over HTTP by a fifth, a large one by far', () => {
    const hex = createHash('sha256').update('any').digest('hex');
    const id = (n: number) => `${n}f3a4c1e-62a1-4c55-9d5d-1f0d41cf7a11`;
    const traceparent = `00-${hex.slice(0, 32)}-${hex.slice(0, 16)}-01`;
    const of = (events: number) =>
      commitOf(`account-${id(1)}`, 7, {
        events: Array.from({ length: events }, (_, n) => ({
          type: 'ItemAdded',
          v: 1,
          data: { item: id(n % 10), amount: n, gift: false },
        })),
        command: `http/${id(2)}`,
        ...{ digest: hex, prev: hex },
        meta: { actor: id(3), correlation: id(4), causation: id(4), traceparent },
      });
    const sizes = [1, 20].map((events) => [itemSize(of(events)), storedSize(of(events), 'packed')]);
    expect(sizes).toEqual([
      [584, 453],
      [2_227, 343],
    ]);
  });

  it('is no other commit if somebody wrote beside its text, and none at all if the text is not ours', () => {
    const item = commitItem(commitOf('account-1', 1), 'packed');
    expect(commitIn({ ...item, purged: { N: '2' } })).toMatchObject({ purged: 2, version: 1 });
    const texts = [
      ...[
        '[1,',
        '{}',
        '[]',
        'null',
        '"a text, not a list"',
        '{"length":9}',
        '[0,0,0,0,0,0,0]',
        '[0,0,null,0,0,0,0]',
        '[0,0,[null],0,0,0,0]',
      ],
      '[1,"",[],"","","",1,0,5]',
    ].map((S) => ({ S }));
    for (const c of [...texts, { B: new Uint8Array([1, 2]) }, { N: '1' }]) {
      const spoilt = { ...item, c } as Item;
      expect(() => commitIn(spoilt)).toThrow(Unreadable);
      expect(() => commitIn(spoilt)).toThrow('account-1: commit 1 has a text that Foldstream did not write: restore it.');
      expect(changedTo(spoilt)).toMatchObject({ stream: 'account-1', commit: 1 });
    }
    // The text cannot say of which place it is.
    const moved = { ...item, c: { S: '[1,"",[],"","","",1,0,0,0,0,{"commit":9,"stream":"other-1"}]' } };
    expect(commitIn(moved)).toMatchObject({ stream: 'account-1', commit: 1 });
    // Nor is there anything that the guard could not be told of: it would look at nothing else until the change is gone from the stream.
    expect(changedTo({ ...item, names: { SS: ['A'] } })).toMatchObject({ stream: 'account-1', commit: 1 });
  });
});
