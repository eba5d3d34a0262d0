import { afterEach, describe, expect, it, vi } from 'vitest';
import { callerRate, environment } from '../../lib/aws/environment.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the rate limit of a caller', () => {
  it.each([
    ['5', 5],
    ['0.5', 0.5],
    // A limit of zero would refuse everybody: it is none.
    ['0', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of %j is %j', (text, rate) => {
    vi.stubEnv('CALLER_RATE', text);
    expect(callerRate()).toBe(rate);
  });
});

it('a variable that is not set is named, with what to do', () => {
  vi.stubEnv('COMMITS_TABLE', '');
  expect(() => environment('COMMITS_TABLE')).toThrow('COMMITS_TABLE is not set: deploy this function');
});
