import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../lib/cli/local/deployment.ts';
import { findPython } from '../../../lib/cli/local/python.ts';
import { type RunError, run } from '../../../lib/cli/terminal/run.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');

/** Installs Schemathesis into the cache, in an environment of its own: its versions are pinned by their hashes. */
const installed = async (): Promise<string> => {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 8);
  const home = join(root, '.cache', 'schemathesis', digest);
  const bin = join(home, 'bin');
  if (existsSync(join(home, 'complete'))) return bin;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const python = await findPython(process.env);
  if (python instanceof Error) throw python;
  await run(python, ['-m', 'venv', home], {});
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
  await run(join(bin, 'python'), [...pip, '--require-hashes', '--requirement', requirements], {});
  writeFileSync(join(home, 'complete'), '');
  return bin;
};

type Asked = Readonly<{ api: string; token: string; seed: number; mostExamples: number }>;

/** The number of requests that Schemathesis made of an API's own description, what it says of its phases, and what it said if a check failed. */
export type Tested = Readonly<{ cases: number; phases: string; failure: string | undefined }>;

/** Tests an API against the description that it answers with, under one token. */
export const schemathesis = async ({ api, token, seed, mostExamples }: Asked): Promise<Tested> => {
  const bin = await installed();
  // It repeats what failed before, which it finds in its folder: a fresh folder leaves the cases to the seed.
  const cwd = mkdtempSync(join(tmpdir(), 'foldstream-schemathesis-'));
  const said = await run(
    join(bin, 'schemathesis'),
    [
      ...['--config-file', join(import.meta.dirname, 'schemathesis.toml')],
      ...['run', `${api}/openapi.json`, '--url', api, '--header', `Authorization: Bearer ${token}`],
      ...['--seed', String(seed), '--max-examples', String(mostExamples), '--phases', 'examples,coverage,fuzzing,stateful'],
    ],
    { cwd },
  )
    .then(
      (output) => ({ output, failed: false }),
      (error: RunError) => ({ output: error.output, failed: true }),
    )
    .finally(() => rmSync(cwd, { recursive: true, force: true }));
  const [, cases = '0'] = /(\d+) generated/.exec(said.output) ?? [];
  const phases = said.output.match(/^.*(?:Examples|Coverage|Fuzzing|Stateful).*$/gm)?.join('\n') ?? '';
  return { cases: Number(cases), phases, failure: said.failed ? said.output : undefined };
};
