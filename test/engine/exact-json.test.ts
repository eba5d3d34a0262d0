import { expect, it } from 'vitest';
import { exactJson } from '../../lib/engine/exact-json.ts';

it('writes a bigint as a number with all its digits, and everything else as JSON does', () => {
  expect(exactJson({ total: 27021597764222973n, list: [-12345678901234567890123n], plain: 5, text: '5', none: undefined })).toBe(
    '{"total":27021597764222973,"list":[-12345678901234567890123],"plain":5,"text":"5"}',
  );
  expect(exactJson({ a: [1, { b: null }] })).toBe(JSON.stringify({ a: [1, { b: null }] }));
});

it('still refuses what JSON cannot express', () => {
  const round: { self?: unknown } = {};
  round.self = round;
  expect(() => exactJson(round)).toThrow(TypeError);
});
