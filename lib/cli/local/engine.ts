import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { killGroup, lastLines, run } from '../terminal/run.ts';
import { UserError } from '../terminal/user-error.ts';
import type { InstalledEngine } from './install.ts';
import { containerName, launchOf } from './launch.ts';
import { requireFreePort } from './port.ts';
import { readyState } from './state.ts';

export type StartOptions = {
  engine: InstalledEngine;
  port: number;
  /** The folder for state that survives a restart. Without it no state does. */
  stateDir?: string;
  logFile: string;
  signal?: AbortSignal;
  deadlineMs?: number;
};

export type RunningEngine = {
  endpoint: string;
  pid: number;
  /** Settles when the local cloud has ended, for any reason. */
  ended: Promise<void>;
  /** Ends the local cloud and every function process that it started; its state is on disk afterwards. */
  stop(): Promise<void>;
};

/** Starts the local cloud and returns once it answers. */
export async function startEngine(options: StartOptions): Promise<RunningEngine> {
  const { engine, port, stateDir, logFile, signal, deadlineMs = 300_000 } = options;
  await requireFreePort(port);
  for (const dir of [dirname(logFile), stateDir]) if (dir) mkdirSync(dir, { recursive: true });
  if (stateDir) readyState(stateDir, port);
  // Functions run below this directory: inside the repository they would find its node_modules, which AWS does not have.
  const scratch = mkdtempSync(join(tmpdir(), 'foldstream-'));
  if (engine.kind === 'docker') await removeContainer(port);
  const launch = launchOf(engine, { port, stateDir, scratch });
  const log = openSync(logFile, 'w');
  // A session of its own keeps the terminal's Ctrl-C away: stop() ends the local cloud in order.
  const child = spawn(launch.command, launch.args, { env: launch.env, detached: true, stdio: ['pipe', log, log] });
  closeSync(log);
  child.stdin?.on('error', () => {});
  // A program that cannot be started at all emits `error` instead of `exit`, at which `once` rejects.
  const ended = once(child, 'exit').then(
    () => {},
    () => {},
  );
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= end(child, ended).then(async () => {
      if (engine.kind === 'docker') await removeContainer(port);
      rmSync(scratch, { recursive: true, force: true });
    });
    return stopping;
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await answers(endpoint, ended, { signal, deadlineMs });
  } catch (error) {
    await stop();
    signal?.throwIfAborted();
    const said = lastLines(readFileSync(logFile, 'utf8'), 3);
    throw new UserError(`The local cloud did not start: ${said || (error as Error).message}`, `Its log: ${logFile}`, {
      cause: error,
    });
  }
  return { endpoint, pid: child.pid ?? 0, ended, stop };
}

async function answers(
  endpoint: string,
  ended: Promise<void>,
  limits: { signal?: AbortSignal; deadlineMs: number },
): Promise<void> {
  const deadline = performance.now() + limits.deadlineMs;
  let gone = false;
  ended.then(() => {
    gone = true;
  });
  while (performance.now() < deadline) {
    limits.signal?.throwIfAborted();
    if (gone) throw new Error('it ended at once');
    try {
      const answer = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
      if (answer.ok && ((await answer.json()) as { auth?: string }).auth === 'enabled') return;
    } catch {}
    await pause(50);
  }
  throw new Error(`it did not answer within ${limits.deadlineMs / 1000} s`);
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const patience = new AbortController();
  await Promise.race([ended, pause(15_000, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
  // The rest of its group are functions that ignored the signal.
  if (!killGroup(child.pid, 'SIGKILL')) return;
  await ended;
  for (let tries = 0; tries < 100 && killGroup(child.pid, 0); tries++) await pause(20);
}

async function removeContainer(port: number): Promise<void> {
  await run('docker', ['rm', '--force', containerName(port)]).catch(() => {});
}
