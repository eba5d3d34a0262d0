import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunError, run } from '../../../lib/cli/terminal/run.ts';
import { pythonWith } from '../python/environment.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');

type Asked = Readonly<{
  api: string;
  token: string;
  seed: number;
  mostExamples: number;
  phases: readonly string[];
  /** The paths that are left out. */
  except?: RegExp;
}>;

/** The number of requests that Schemathesis made of an API's own description, what it says of its phases, and what it said if a check failed. */
export type Tested = Readonly<{ cases: number; phases: string; failure: string | undefined }>;

/** Tests an API against the description that it answers with, under one token. */
export const schemathesis = async ({ api, token, seed, mostExamples, phases: asked, except }: Asked): Promise<Tested> => {
  const bin = await pythonWith('schemathesis', requirements);
  // It repeats what failed before, which it finds in its folder: a fresh folder leaves the cases to the seed.
  const cwd = mkdtempSync(join(tmpdir(), 'foldstream-schemathesis-'));
  const said = await run(
    join(bin, 'schemathesis'),
    [
      ...['--config-file', join(import.meta.dirname, 'schemathesis.toml')],
      ...['run', `${api}/openapi.json`, '--url', api, '--header', `Authorization: Bearer ${token}`],
      ...['--seed', String(seed), '--max-examples', String(mostExamples), '--phases', asked.join()],
      ...(except ? ['--exclude-path-regex', except.source] : []),
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
