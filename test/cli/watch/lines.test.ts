import { expect, test } from 'vitest';
import { replacedLine } from '../../../lib/cli/watch/lines.ts';
import { shortened } from '../../../lib/cli/watch/types.ts';

const change = {
  kind: 'replace',
  functions: ['a', 'b', 'c'],
  changed: ['/app/account.ts'],
  parts: ['decider account'],
  rows: [],
} as const;
const shown = (file: string) => file.slice('/app/'.length);

test('a line names what was replaced, and how long it took', () => {
  expect(replacedLine(change, 912, shown)).toBe('account decider: 3 functions replaced in 0.9 s');
  expect(replacedLine({ ...change, parts: [] }, 912, shown)).toBe('account.ts: 3 functions replaced in 0.9 s');
  const many = { ...change, parts: [], changed: ['a', 'b', 'c', 'd'].map((name) => `/app/${name}.ts`) };
  expect(replacedLine(many, 912, shown)).toBe('a.ts, b.ts and 2 more: 3 functions replaced in 0.9 s');
});

test('rows of the old code are named, with what to do', () => {
  const [, warning] = replacedLine({ ...change, rows: ['balance.r1'] }, 912, shown).split('\n');
  expect(warning).toMatch(/^Rows of balance\.r1 that were written before are by the old code\. Raise its revision/);
});

test('the first errors of the compiler are shown as it prints them, and the others are counted', () => {
  const error = (n: number) => `a.ts(${n},1): error TS2322: wrong.\n  Because of this.`;
  const output = Array.from({ length: 7 }, (_, n) => error(n + 1)).join('\n');
  expect(shortened(output)).toBe([1, 2, 3, 4, 5].map(error).concat('... and 2 more: npx tsc -p .').join('\n'));
  expect(shortened(`${error(1)}\n\n`)).toBe(error(1));
});
