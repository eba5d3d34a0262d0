import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export type RunOptions = {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  logFile?: string;
  signal?: AbortSignal;
  /** The error of a program that failed, for the user. */
  failure?: (error: RunError) => Error;
};

/** A program that could not be started (code undefined) or ended with another code than 0; its output is kept. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly code: number | string | undefined;
  readonly output: string;

  constructor(message: string, code: number | string | undefined, output: string) {
    super(message);
    this.code = code;
    this.output = output;
  }
}

/**
 * Runs a program to its end and returns what it printed. It gets a process group of its own: a Ctrl-C then reaches
 * it only through the signal, after which nothing of the group is left.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { env = process.env, cwd, logFile, signal, failure = (error) => error } = options;
  signal?.throwIfAborted();
  const log = (text: string) => logFile && appendFileSync(logFile, text);
  if (logFile) mkdirSync(dirname(logFile), { recursive: true });
  log(`$ ${[command, ...args].join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: string) => {
      output += chunk;
      log(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const abort = () => killGroup(child.pid, 'SIGTERM');
    signal?.addEventListener('abort', abort);
    const settle = (error?: Error) => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) reject(signal.reason);
      else if (error) reject(error);
      else resolve(output);
    };
    child.on('error', (error: NodeJS.ErrnoException) => settle(failure(new RunError(error.message, error.code, output))));
    child.on('close', (code, killedBy) => {
      if (code === 0) return settle();
      return settle(failure(new RunError(`${command} ended with ${code ?? killedBy}`, code ?? undefined, output)));
    });
  });
}

/** The last non-empty lines of a program's output. */
export const lastLines = (output: string, count: number): string =>
  output
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n');

/** Sends a signal to a whole process group; false when nothing of it is left. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
