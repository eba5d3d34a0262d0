import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jsonIn } from '../../engine/json.ts';

export type Holder = { pid: number; started: string; note: string };
export type Attempt = { taken: true; release(): void } | { taken: false; holder: Holder };

/** Takes a lock file, or returns its holder. A lock whose process has ended counts as free. */
export function tryLock(file: string, note = ''): Attempt {
  mkdirSync(dirname(file), { recursive: true });
  const content = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '', note } satisfies Holder);
  const own = `${file}.${process.pid}`;
  for (;;) {
    // A link is atomic: nobody reads a half-written lock.
    writeFileSync(own, content);
    try {
      linkSync(own, file);
      return { taken: true, release: () => readText(file) === content && rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(own, { force: true });
    }
    const found = readText(file);
    if (found === undefined) continue;
    const holder = parse(found);
    if (holder && !isStale(holder)) return { taken: false, holder };
    discard(file, found);
  }
}

/** Runs the work once the lock is free. */
export async function withLock<T>(file: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const lock = tryLock(file);
    if (!lock.taken) {
      await pause(100, undefined, { signal });
      continue;
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }
}

/** A holder that no longer runs, or whose number now belongs to another process (usual in containers). */
export function isStale(holder: Holder, started: (pid: number) => string | undefined = startOf): boolean {
  const now = started(holder.pid);
  return now === undefined || now !== holder.started;
}

// The start time of a process: '' if the system tells only that it lives, undefined if there is none.
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return '';
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return `${readText('/proc/sys/kernel/random/boot_id')?.trim()}/${ticks}`;
}

// Another process may have taken the lock between the read and the removal: then it is put back.
function discard(file: string, stale: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    if (readText(aside) !== stale) linkSync(aside, file);
  } catch {
  } finally {
    rmSync(aside, { force: true });
  }
}

function parse(text: string): Holder | undefined {
  const holder = jsonIn(text) as Holder | undefined;
  return Number.isInteger(holder?.pid) ? holder : undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
