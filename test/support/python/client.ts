import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from '../../../lib/cli/terminal/run.ts';
import { pythonWith } from './environment.ts';

const requirements = join(import.meta.dirname, 'client-requirements.txt');

type Recipe = Readonly<{ shell: string; program: string; api: string; token: string }>;

/** Makes a Python client of a running API as the guide's shell block says, runs the guide's program with it, and gives what that printed. */
export const ranInPython = async ({ shell, program, api, token }: Recipe): Promise<readonly string[]> => {
  const bin = await pythonWith('python-client', requirements);
  const cwd = mkdtempSync(join(tmpdir(), 'foldstream-python-'));
  const env = { ...process.env, API: api, TOKEN: token, PATH: `${bin}${delimiter}${process.env.PATH}` };
  try {
    // The environment has that very version: the installation is the block's first line, and needs no network then.
    await run('bash', ['-euc', shell], { cwd, env });
    writeFileSync(join(cwd, 'program.py'), program);
    const said = await run(join(bin, 'python'), ['program.py'], { cwd, env });
    return said.trim().split('\n');
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
};
