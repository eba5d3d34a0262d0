import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { signIn } from '../../../lib/aws/local/users.ts';
import { type Deployment, demoUsers, root } from '../../../lib/cli/local/deployment.ts';
import { accessTo, engineEnv } from '../../../lib/cli/local/endpoint.ts';
import { type Call, caller } from './http.ts';

/** All that is tracked, and all that would be. */
const files = (): readonly string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));

/** Removes the address of the tests' local cloud from the environment: a clone starts its own. */
export const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|VITEST)/.test(name)));

export type Started = Readonly<{
  said: string;
  api: string;
  deployment: Deployment;
  as: (user: keyof typeof demoUsers) => Promise<Call>;
}>;

/** A copy of the repository in a folder of its own, with what is installed here. */
export const copied = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'foldstream-clone-'));
  for (const file of files()) cpSync(join(root, file), join(home, file));
  execFileSync('git', ['init', '--quiet'], { cwd: home });
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  mkdirSync(join(home, '.cache'));
  symlinkSync(join(root, '.cache', 'engine'), join(home, '.cache', 'engine'));
  return home;
};

/** A copy of the repository whose manifest is another one: what a team has that changed one line of package.json. */
export const cloneWith = (manifest: string, { watch = false } = {}) => {
  const home = copied();
  const edit = (file: string, change: (text: string) => string) => {
    const before = readFileSync(join(home, file), 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`${file}: the change changes nothing.`);
    writeFileSync(join(home, file), after);
  };
  edit('package.json', (text) => text.replace(/("#manifest": )"[^"]+"/, `$1"${manifest}"`));

  let running: ChildProcess | undefined;
  let heard = '';
  /** Ends `npm start` as Ctrl-C does. */
  const stop = async () => {
    const child = running;
    running = undefined;
    if (child?.pid === undefined || child.exitCode !== null) return;
    process.kill(-child.pid, 'SIGTERM');
    await once(child, 'close');
  };
  const ran = async (program: string, ...args: string[]): Promise<string> => {
    const options = { cwd: home, env: environment(), maxBuffer: 100_000_000 };
    const { stdout, stderr } = await promisify(execFile)(program, args, options).catch(
      (failure: { stdout?: string; stderr?: string }) => {
        throw new Error(`${program} ${args.join(' ')} failed:\n${failure.stdout}${failure.stderr}`);
      },
    );
    return stdout + stderr;
  };
  return {
    home,
    edit,
    stop,
    /** Everything that the last `npm start` has said until now. */
    heard: () => heard,
    /** `npm start -- ...`, until it says how it is ended. */
    start: async (...args: string[]): Promise<Started> => {
      await stop();
      const child = spawn('npm', ['start', '--', ...(watch ? [] : ['--no-watch']), ...args], {
        cwd: home,
        env: environment(),
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running = child;
      let said = '';
      heard = '';
      await new Promise<void>((resolve, reject) => {
        const hear = (chunk: Buffer) => {
          said += chunk;
          heard += chunk;
          // After a refused deployment, the previous one keeps running.
          if (/Ctrl-C (stops everything|here)/.test(said)) resolve();
        };
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        child.on('close', (code) => reject(new Error(`npm start ended with ${code}:\n${said}`)));
      });
      const deployment: Deployment = JSON.parse(readFileSync(join(home, '.cache/local/deployment.json'), 'utf8'));
      const { endpoint, client, api } = deployment;
      return {
        said,
        api,
        deployment,
        as: async (user) => caller(api, await signIn(accessTo(endpoint), client, demoUsers[user])),
      };
    },
    /** `npm run foldstream -- ...` in an account that is the local cloud at an address. It goes on until it is ended, as by Ctrl-C. */
    besides: (endpoint: string, ...args: string[]) => {
      const env = engineEnv(endpoint, environment());
      const child = spawn('npm', ['run', '--silent', 'foldstream', '--', ...args], { cwd: home, env, detached: true });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
      const closed = once(child, 'close');
      return {
        said: () => said,
        closed: async () => {
          await closed;
          return said;
        },
        end: async () => {
          if (child.exitCode === null) process.kill(-child.pid!, 'SIGINT');
          await closed;
          return said;
        },
      };
    },
    /** `npm run <script> -- ...`, to its end. */
    run: (script: string, ...args: string[]) => ran('npm', 'run', '--silent', script, '--', ...args),
    /** A program that the repository has installed, to its end. */
    exec: (program: string, ...args: string[]) => ran('npx', '--no-install', program, ...args),
    remove: async () => {
      await stop();
      rmSync(home, { recursive: true });
    },
  };
};

export type Clone = ReturnType<typeof cloneWith>;
