import { afterEach, expect, test, vi } from 'vitest';
import { progressTo } from '../../lib/cli/progress.ts';

afterEach(() => vi.useRealTimers());

const outputOf = (isTTY: boolean) => {
  const written: string[] = [];
  return { written, output: { isTTY, write: (text: string) => written.push(text) > 0 } };
};

test('a step is one line with its time', async () => {
  vi.useFakeTimers();
  const { written, output } = outputOf(false);
  const running = progressTo(output)('Deploying the stack', () => new Promise((resolve) => setTimeout(() => resolve(5), 31_200)));
  expect(written.join('')).toBe('Deploying the stack ... ');
  await vi.advanceTimersByTimeAsync(31_200);
  expect(await running).toBe(5);
  expect(written.join('')).toBe('Deploying the stack ... 31.2 s\n');
});

test('on a terminal the time ticks in place, and no more after the end', async () => {
  vi.useFakeTimers();
  const { written, output } = outputOf(true);
  const running = progressTo(output)('Waiting', () => new Promise<void>((resolve) => setTimeout(resolve, 250)));
  await vi.advanceTimersByTimeAsync(1_000);
  await running;
  expect(written).toEqual([
    'Waiting ... ',
    '\r\u001b[KWaiting ... 0.1 s',
    '\r\u001b[KWaiting ... 0.2 s',
    expect.stringMatching(/\[KWaiting \.\.\. 0\.[23] s\n$/),
  ]);
});

test('a failure closes the line and goes on to the caller', async () => {
  const { written, output } = outputOf(false);
  await expect(progressTo(output)('Starting', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(written.join('')).toMatch(/^Starting \.\.\. failed after \d+\.\d s\n$/);
});
