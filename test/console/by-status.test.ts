import { expect, it } from 'vitest';
import { ages, askedIn, byAge, listHref } from '../../console/parts/lists/by-status.ts';

const now = Date.parse('2026-11-30T12:00:00Z');
const isOrdered = (status: string) => status !== 'running';

it('an age is counted back from now, and what is no age asks for none', () => {
  expect(byAge({ age: '1h', order: '' }, now)).toEqual({ until: '2026-11-30T11:00:00.000Z' });
  expect(byAge({ age: '1d', order: 'newest-first' }, now)).toEqual({ until: '2026-11-29T12:00:00.000Z', order: 'newest-first' });
  expect(byAge({ age: 'long', order: 'by-name' }, now)).toEqual({});
  for (const [age, , milliseconds] of ages)
    expect(byAge({ age, order: '' }, now + milliseconds).until).toBe(new Date(now).toISOString());
});

it('what is asked stands in the address; a change leads to the first page, and a status without an order has none', () => {
  const asked = askedIn(new URLSearchParams('status=stuck&age=1h&order=newest-first&cursor=c'), 'process');
  expect(asked).toEqual({ status: 'stuck', age: '1h', order: 'newest-first', cursor: 'c', process: '' });
  expect(listHref('processes', asked, { age: '7d' }, isOrdered)).toBe('#/processes?status=stuck&age=7d&order=newest-first');
  expect(listHref('processes', asked, { status: 'running' }, isOrdered)).toBe('#/processes?status=running&age=1h');
  expect(listHref('processes', asked, { cursor: 'd' }, isOrdered)).toContain('cursor=d');
});
