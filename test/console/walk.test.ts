import { expect, it } from 'vitest';
import { paged } from '../../console/parts/lists/pages.tsx';
import { nextOf } from '../../console/parts/lists/walk.ts';

it('a walk through a list begins at the end that it comes from, and stops at the other', () => {
  expect([nextOf(3, -1, 1), nextOf(3, 0, 1), nextOf(3, 2, 1)]).toEqual([0, 1, 2]);
  expect([nextOf(3, -1, -1), nextOf(3, 2, -1), nextOf(3, 0, -1)]).toEqual([2, 1, 0]);
});

it('a page without rows is passed over, but not for ever', async () => {
  const asked: (string | undefined)[] = [];
  const from = (firstWithRows: number) => async (cursor: string | undefined) => {
    asked.push(cursor);
    const at = Number(cursor ?? 0);
    return { rows: at < firstWithRows ? [] : [at], cursor: String(at + 1) };
  };
  expect(await paged(from(3), ({ rows }) => rows, undefined)).toEqual({ rows: [3], cursor: '4' });
  expect(asked).toEqual([undefined, '1', '2', '3']);
  // The reader is asked to go on, from where it came to.
  expect(await paged(from(100), ({ rows }) => rows, '5')).toEqual({ rows: [], cursor: '26' });
});
