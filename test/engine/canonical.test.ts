import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from '../../lib/engine/canonical.ts';
import { plainJson } from '../support/json.ts';

/** Names that sort in another way as numbers, by their code points or by a language than by their code units, and such that JSON escapes. */
const name = fc.constantFrom('10', '9', 'a', 'B', 'é', '\u{10000}', '\uffff', '"', '\\', '\n', '\u007f', '');
const value = fc.dictionary(name, fc.oneof(plainJson, name, fc.constant(undefined), fc.constant([undefined])), {
  noNullPrototype: true,
});

it('is the canonical JSON of RFC 8785, as another implementation has it', () => {
  fc.assert(
    fc.property(value, (data) => {
      expect(canonical(data)).toBe(canonicalize(data));
    }),
    { numRuns: 1_000 },
  );
});

it('is the same for data whose names were written in another order', () => {
  expect(canonical({ b: [1, { d: 2, c: 3 }], a: 'x' })).toBe(canonical({ a: 'x', b: [1, { c: 3, d: 2 }] }));
});

it.each([
  ['a text with half a pair', 'a\ud800'],
  ['such a name', { 'a\ud800': 1 }],
  ['no number', [Number.NaN]],
  ['no JSON', { a: 1n }],
])('has no form for %s', (_, data) => {
  expect(() => canonical(data)).toThrow(/no canonical form/);
});
