import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

/** The oldest Node that Foldstream runs on. This file alone runs on older ones as well. */
const least = 24;

/** Set for the second process, so that there is no third one. */
const mark = 'FOLDSTREAM_NODE';

type Caller = Readonly<{ version: string; folder: string; env: NodeJS.ProcessEnv }>;

/** The Node to run on: the calling one (undefined), the project's own, installed by its package `node`, or none, with the reason. */
export const nodeFor = ({ version, folder, env }: Caller): string | undefined | Error => {
  if (Number(version.split('.')[0]) >= least) return undefined;
  const needs = `Foldstream needs Node ${least} or newer, and runs on Node ${version} here.`;
  if (env[mark] !== undefined)
    return new Error(`${needs} The project's own is too old as well: npm install --save-dev node@${least}`);
  for (let at = resolve(folder); ; at = dirname(at)) {
    const own = join(at, 'node_modules', 'node', 'bin', 'node');
    if (existsSync(own)) return own;
    if (at === dirname(at))
      return new Error(`${needs} Install that Node, or add it to the project: npm install --save-dev node@${least}`);
  }
};

/** Runs this process's program once more on another Node, and resolves with its exit code. */
export const runOn = (node: string): Promise<number> =>
  new Promise((done) => {
    const env = { ...process.env, [mark]: node, PATH: [dirname(node), process.env.PATH].filter(Boolean).join(delimiter) };
    const child = spawn(node, process.argv.slice(1), { stdio: 'inherit', env });
    // A terminal sends its Ctrl-C to both processes; this one waits for the other to end in order.
    process.on('SIGINT', () => undefined);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    child.on('exit', (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
