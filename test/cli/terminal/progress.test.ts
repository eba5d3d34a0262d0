import { afterEach, expect, test, vi } from 'vitest';
import { barLine, barTo, progressTo } from '../../../lib/cli/terminal/progress.ts';

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

test('a bar tells how many of about how many, how fast, and how long still', () => {
  expect(barLine({ done: 5_000, about: 20_000 }, 2_500)).toBe(
    '[######..................] 5,000 of about 20,000 commits, 2,000/s, 8 s left',
  );
  // The work of an earlier run does not count for the speed of this one.
  expect(barLine({ done: 5_000, about: 20_000, more: '3 of 8 segments' }, 1_000, 4_000)).toBe(
    '[######..................] 5,000 of about 20,000 commits, 1,000/s, 15 s left, 3 of 8 segments',
  );
  expect(barLine({ done: 300, about: 200 }, 1_000)).toBe(`[${'#'.repeat(24)}] 300 of about 300 commits, 300/s`);
  expect(barLine({ done: 7 }, 0)).toBe('7 commits, 0/s');
  expect(barLine({ done: 1, about: 1_001 }, 1_000)).toContain('17 min left');
});

test('a bar is redrawn in place on a terminal, and a line now and then elsewhere', () => {
  for (const isTTY of [true, false]) {
    let time = 0;
    const { written, output } = outputOf(isTTY);
    const bar = barTo(output, 'Reading', () => time);
    for (; time < 20_000; time += 10) bar.show({ done: time });
    bar.end('Read.');
    expect(written).toHaveLength(isTTY ? 201 : 2);
    expect(written.every((text) => isTTY === text.startsWith('\r\u001b[K'))).toBe(true);
    expect(written.at(-1)).toContain('Read.\n');
  }
});
