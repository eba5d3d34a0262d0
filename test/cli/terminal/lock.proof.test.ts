import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { onlyStart } from '../../../lib/cli/local/only-start.ts';
import { isStale, tryLock, withLock } from '../../../lib/cli/terminal/lock.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'));
  file = join(dir, 'start.lock');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const endedPid = () => spawnSync(process.execPath, ['-e', '']).pid;

test('the second one is told who holds the lock, and gets it when it is released', () => {
  const first = tryLock(file, 'http://there');
  expect(tryLock(file)).toMatchObject({ taken: false, holder: { pid: process.pid, note: 'http://there' } });
  if (first.taken) first.release();
  expect(tryLock(file).taken).toBe(true);
  expect(readdirSync(dir)).toEqual(['start.lock']);
});

test('a lock of a process that is gone is free', () => {
  writeFileSync(file, JSON.stringify({ pid: endedPid(), started: '', note: '' }));
  expect(tryLock(file).taken).toBe(true);
});

test('an unreadable lock counts as free', () => {
  writeFileSync(file, '{"pi');
  expect(tryLock(file).taken).toBe(true);
});

test('a process number that was given out again does not hold the lock', () => {
  const holder = { pid: 25, started: 'boot-1/900', note: '' };
  expect(isStale(holder, () => 'boot-1/900')).toBe(false);
  expect(isStale(holder, () => 'boot-2/17')).toBe(true);
  expect(isStale(holder, () => undefined)).toBe(true);
});

test('a release does not take away the lock of the next one', () => {
  const lock = tryLock(file);
  writeFileSync(file, 'another');
  if (lock.taken) lock.release();
  expect(existsSync(file)).toBe(true);
});

test('work under one lock never overlaps', async () => {
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} in`);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`${name} out`);
  };
  await Promise.all([withLock(file, work('a')), withLock(file, work('b'))]);
  expect(seen).toEqual(['a in', 'a out', 'b in', 'b out']);
});

test('a second start is one sentence and what to do', () => {
  const leave = onlyStart(dir, 'http://127.0.0.1:4566');
  expect(() => onlyStart(dir, 'http://127.0.0.1:4600')).toThrow(
    `Foldstream runs already: process ${process.pid}, at http://127.0.0.1:4566.`,
  );
  leave();
  onlyStart(dir, 'http://127.0.0.1:4600')();
});
