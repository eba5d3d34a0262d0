import { describe, expect, it } from 'vitest';
import { callerLimit } from '../../lib/http/caller-limit.ts';
import { memoryClock } from '../../lib/testing/memory/system.ts';

const limited = (most?: number) => {
  const clock = memoryClock();
  return { clock, limit: callerLimit(clock, { perSecond: 2, atOnce: 3 }, most) };
};
const times = (count: number, run: () => unknown) => Array.from({ length: count }, run);

describe('the limit of a caller', () => {
  it('lets so many through at once, then as many a second as it says, and says when to come again', () => {
    const { clock, limit } = limited();
    expect(times(5, () => limit('ada'))).toEqual([undefined, undefined, undefined, 1, 1]);
    clock.advance(500);
    expect(times(2, () => limit('ada'))).toEqual([undefined, 1]);
    clock.advance(3_600_000);
    expect(times(4, () => limit('ada'))).toEqual([undefined, undefined, undefined, 1]);
  });

  it("is nobody else's", () => {
    const { limit } = limited();
    times(9, () => limit('ada'));
    expect(limit('bob')).toBeUndefined();
  });

  it('neither opens nor closes for ever when the clock is set back', () => {
    const { clock, limit } = limited();
    times(3, () => limit('ada'));
    clock.set(0);
    expect(limit('ada')).toBe(1);
    clock.advance(500);
    expect(limit('ada')).toBeUndefined();
  });

  it('keeps a bounded number of callers and forgets the one that asked longest ago', () => {
    const { limit } = limited(2);
    times(9, () => limit('ada'));
    for (const other of ['bob', 'ada', 'eve']) limit(other);
    expect(limit('ada')).toBe(1);
    for (const other of ['bob', 'eve']) limit(other);
    expect(limit('ada')).toBeUndefined();
  });
});
