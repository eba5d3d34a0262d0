import { expect, it } from 'vitest';
import { unbuiltHint } from '../../lib/cli/unbuilt.ts';

const view = (name: string, active: boolean) => ({ name, active });

it('nothing is said where every view has a revision that answers', () => {
  const projections = [view('balance', true), view('balance', false), view('public-events', true)];
  expect(unbuiltHint({ projections })).toBe('');
});

it('a view that nothing answers for is named once, with the command that builds it', () => {
  const projections = [view('balance', true), view('turnover', false), view('turnover', false), view('totals', false)];
  expect(unbuiltHint({ projections }).match(/npm run .*/g)).toEqual([
    'npm run foldstream -- rebuild turnover --why "new here"',
    'npm run foldstream -- rebuild totals --why "new here"',
  ]);
});
