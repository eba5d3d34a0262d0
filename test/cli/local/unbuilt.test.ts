import { expect, it } from 'vitest';
import { builtHint, unbuiltHint } from '../../../lib/cli/local/unbuilt.ts';

const view = (name: string, active: boolean) => ({ name, active });

it('nothing is printed if every view has a revision that answers', () => {
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

it('views that this deployment has built are named, and none that another or an earlier one built', () => {
  const one = {
    projection: 'turnover',
    state: 'switched',
    by: 'deployment',
    startedAt: '2026-11-28T12:00:01.000Z',
    aboutCommits: 7,
  } as const;
  const others = [
    { ...one, projection: 'older', startedAt: '2026-11-28T11:59:59.000Z' },
    { ...one, projection: 'failed', state: 'failed' as const },
    { ...one, projection: 'by-hand', by: 'olga' },
  ];
  expect(builtHint([one, ...others], '2026-11-28T12:00:00.000Z').match(/^ {2}.*/gm)).toEqual(['  turnover, from 7 commits']);
  expect(builtHint(others, '2026-11-28T12:00:00.000Z')).toBe('');
});
