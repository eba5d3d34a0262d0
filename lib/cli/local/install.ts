import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../terminal/lock.ts';
import { quietly, type Step } from '../terminal/progress.ts';
import { lastLines, type RunError, run } from '../terminal/run.ts';
import { UserError } from '../terminal/user-error.ts';
import { findPython } from './python.ts';

/** A local cloud that is installed. */
export type InstalledEngine = { kind: 'python'; python: string } | { kind: 'docker'; image: string };

export type InstallOptions = { cacheDir: string; step?: Step; signal?: AbortSignal; env?: NodeJS.ProcessEnv };

const requirementsFile = join(import.meta.dirname, 'requirements.txt');
const requirements = readFileSync(requirementsFile, 'utf8');

/** The local cloud's version, pinned in requirements.txt with everything that it needs, each by the hashes of its wheels. */
export const engineVersion = /^ministack==(\S+)/m.exec(requirements)?.[1] ?? 'unknown';

const image = `ministackorg/ministack:${engineVersion}`;

/** Installs the local cloud: a virtual environment inside the cache, or its image if there is Docker and no Python. */
export async function ensureEngine(options: InstallOptions): Promise<InstalledEngine> {
  const { cacheDir, step = quietly, signal, env = process.env } = options;
  const digest = createHash('sha256').update(requirements).digest('hex').slice(0, 8);
  const home = join(cacheDir, 'engine', `${engineVersion}-${digest}`);
  const engine: InstalledEngine = { kind: 'python', python: join(home, 'bin', 'python') };
  if (isWhole(home, engine.python)) return engine;
  const found = await findPython(env, signal);
  if (found instanceof UserError) {
    if (!(await dockerAnswers(env, signal))) throw found;
    await pullImage(step, env, signal);
    return { kind: 'docker', image };
  }
  const install = () => {
    // Another process may have installed it while this one waited for the lock.
    if (isWhole(home, engine.python)) return Promise.resolve();
    return step('Installing the local cloud', () => makeVenv(found, home, { signal, env, logFile: `${home}.log` }));
  };
  await withLock(`${home}.lock`, install, signal);
  return engine;
}

// The mark is written last: a half-made environment has none, and one whose Python was removed has no interpreter.
const isWhole = (home: string, python: string): boolean => existsSync(join(home, 'complete')) && existsSync(python);

type RunSettings = { signal: AbortSignal | undefined; env: NodeJS.ProcessEnv; logFile: string };

async function makeVenv(python: string, home: string, settings: RunSettings): Promise<void> {
  rmSync(home, { recursive: true, force: true });
  rmSync(settings.logFile, { force: true });
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
  const patience = ['--retries', '2', '--timeout', '20', '--progress-bar', 'off'];
  const options = { ...settings, failure: (error: RunError) => installFailure(error, settings.logFile) };
  await run(python, ['-m', 'venv', home], options);
  await run(join(home, 'bin', 'python'), [...pip, ...patience, '--require-hashes', '--requirement', requirementsFile], options);
  writeFileSync(join(home, 'complete'), `${engineVersion}\n`);
}

const noNetwork =
  /name resolution|NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|Network is unreachable|Connection refused|getaddrinfo/;

export function installFailure(error: RunError, logFile: string): UserError {
  if (noNetwork.test(error.output)) {
    const hint = 'Check the network and its proxy settings, then start again.';
    return new UserError('The local cloud could not be downloaded: the package index does not answer.', hint, { cause: error });
  }
  const message = `The local cloud could not be installed: ${lastLines(error.output, 3) || error.message}`;
  return new UserError(message, `All of it: ${logFile}`, { cause: error });
}

async function dockerAnswers(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<boolean> {
  const patience = AbortSignal.timeout(10_000);
  try {
    await run('docker', ['info'], { env, signal: signal ? AbortSignal.any([signal, patience]) : patience });
    return true;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

async function pullImage(step: Step, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  try {
    await run('docker', ['image', 'inspect', image], { env, signal });
  } catch {
    signal?.throwIfAborted();
    const failure = (error: RunError) =>
      new UserError(
        `The image ${image} could not be fetched: ${lastLines(error.output, 2)}`,
        'Check the network, or install Python 3.10 or newer, then start again.',
        { cause: error },
      );
    await step('Fetching the local cloud (Docker image)', () =>
      run('docker', ['pull', '--quiet', image], { env, signal, failure }),
    );
  }
}
