import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readEvent, storeEvent, v1 } from '../../lib/core/version.ts';

const line = z.object({ sku: z.string(), note: z.string().optional() });
const formats = {
  Solved: v1(z.object({ solution: z.string().trim(), lines: z.array(line).default([]), why: z.string().optional() })),
  Chosen: v1(z.union([z.object({ by: z.string() }), z.object({ by: z.string(), at: z.string() })])),
  Noted: v1(z.record(z.string(), z.unknown())),
  Loose: v1(z.looseObject({ n: z.int() })),
};
const stored = (type: string, data: object) => storeEvent(formats, { type, data }).data;

describe('storing an event', () => {
  it.each([
    ['a field', 'Solved', { solution: 'x', extra: 1 }, '/extra'],
    ['a field with the value null', 'Solved', { solution: 'x', extra: null }, '/extra'],
    ['a field of an element', 'Solved', { solution: 'x', lines: [{ sku: 'a' }, { sku: 'b', 'a/b': 1 }] }, '/lines/1/a~1b'],
    ['a field that only another branch of a union has', 'Chosen', { by: 'ada', at: 'now' }, '/at'],
  ])('refuses data of which the schema would drop %s', (_, type, data, path) =>
    expect(() => stored(type, data)).toThrow(`A decider made a ${type} whose schema would drop ${path}: `),
  );

  it('accepts what the schema changes, adds or leaves as it is', () => {
    expect(stored('Solved', { solution: ' x ', why: undefined })).toEqual({ solution: 'x', lines: [] });
    for (const [type, data] of [
      ['Noted', { a: { b: [1, { c: null }] } }],
      ['Loose', { n: 1, extra: { a: 1 } }],
    ] as const)
      expect(readEvent(formats, storeEvent(formats, { type, data })).data).toEqual(data);
  });
});
