import { join } from 'node:path';
import { localRegion, nodeFirst } from './endpoint.ts';
import type { InstalledEngine } from './install.ts';

export type Launch = { command: string; args: string[]; env: Record<string, string> };
export type LaunchOptions = { port: number; stateDir: string | undefined; scratch: string };

type Env = Readonly<Record<string, string | undefined>>;

/** The command line that starts the local cloud, and its environment. */
export function launchOf(engine: InstalledEngine, options: LaunchOptions, env: Env = process.env): Launch {
  return engine.kind === 'python' ? withPython(engine.python, options, env) : withDocker(engine.image, options, env);
}

/** The container's name, by which one that outlived its starter is found again. */
export const containerName = (port: number): string => `foldstream-engine-${port}`;

// The account `test` is the local cloud's root; every other identity is checked against its policies.
const settings = (port: number, stateDir: string | undefined): Record<string, string> => ({
  AUTH: 'true',
  GATEWAY_PORT: String(port),
  MINISTACK_REGION: localRegion,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  // These listeners have fixed ports, on which a second local cloud would fail.
  IOT_MTLS_ENABLED: '0',
  SFTP_ENABLED: '0',
  ...(stateDir ? { PERSIST_STATE: '1', STATE_DIR: stateDir, S3_PERSIST: '1', S3_DATA_DIR: join(stateDir, 's3') } : {}),
});

// Functions inherit the local cloud's environment, so it has only the user's variables that a process needs to run.
function withPython(python: string, options: LaunchOptions, env: Env): Launch {
  const base = {
    PATH: nodeFirst(env.PATH),
    HOME: options.scratch,
    TMPDIR: options.scratch,
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
  };
  const own = { ...settings(options.port, options.stateDir), BIND_HOST: '127.0.0.1' };
  return { command: python, args: [join(import.meta.dirname, 'run.py'), options.scratch], env: { ...base, ...own } };
}

// The port is the same inside and outside: functions call the local cloud on the port that it knows as its own.
function withDocker(image: string, options: LaunchOptions, env: Env): Launch {
  const { port, stateDir } = options;
  const volume = stateDir ? ['--volume', `${stateDir}:/state`] : [];
  const user = process.getuid ? ['--user', `${process.getuid()}:${process.getgid?.()}`] : [];
  const inside = Object.entries(settings(port, stateDir && '/state')).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const fixed = ['run', '--rm', '--init', '--name', containerName(port), '--publish', `127.0.0.1:${port}:${port}`];
  const own = Object.entries(env).filter(([name, value]) => value && /^(PATH|HOME|DOCKER_.*)$/.test(name)) as [string, string][];
  return { command: 'docker', args: [...fixed, ...user, ...volume, ...inside, image], env: Object.fromEntries(own) };
}
