import { expect, it } from 'vitest';
import { answerCache } from '../../../lib/engine/query/answer-cache.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

const fresh = (freshSeconds: number, size = 1) => ({ freshSeconds, size });

it('gives an answer again while it is fresh, and says for how long it still is', () => {
  const clock = memoryClock();
  const cache = answerCache<string>(clock);
  cache.set('k', 'answer', fresh(5));
  clock.advance(2_000);
  expect(cache.get('k')).toEqual({ answer: 'answer', freshSeconds: 3 });
  clock.advance(2_999);
  expect(cache.get('k')?.answer).toBe('answer');
  clock.advance(1);
  expect(cache.get('k')).toBeUndefined();
  expect(cache.get('other')).toBeUndefined();
});

it('keeps nothing that is not declared to be fresh, and nothing over a clock that was set back', () => {
  const clock = memoryClock();
  const cache = answerCache<string>(clock);
  cache.set('k', 'answer', fresh(0));
  expect(cache.get('k')).toBeUndefined();
  cache.set('k', 'answer', fresh(5));
  clock.advance(-1);
  expect(cache.get('k')).toBeUndefined();
});

it('holds no more than it may: the longest unused goes first, and what is too large is not kept', () => {
  const cache = answerCache<number>(memoryClock(), 1_000);
  for (let i = 0; i < 5; i++) cache.set(`${i}`, i, fresh(5, 99));
  expect([0, 1, 2, 3, 4].map((i) => cache.get(`${i}`)?.answer)).toEqual([undefined, undefined, 2, 3, 4]);
  cache.set('2', 20, fresh(5, 99));
  cache.set('5', 5, fresh(5, 99));
  expect([2, 3, 4, 5].map((i) => cache.get(`${i}`)?.answer)).toEqual([20, undefined, 4, 5]);
  cache.set('4', 40, fresh(5, 2_000));
  expect([2, 4, 5].map((i) => cache.get(`${i}`)?.answer)).toEqual([20, undefined, 5]);
});
