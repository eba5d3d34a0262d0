import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../lib/cli/local/deployment.ts';
import { run } from '../../../lib/cli/terminal/run.ts';

const folder = import.meta.dirname;

/** Installs the rules' packages into the cache when they are first needed, and returns their folder. */
const installed = async (): Promise<string> => {
  const parts = ['package.json', 'package-lock.json', 'check.mjs'];
  const digest = createHash('sha256');
  for (const part of parts) digest.update(readFileSync(join(folder, part)));
  const home = join(root, '.cache', 'rules', digest.digest('hex').slice(0, 8));
  if (existsSync(join(home, 'complete'))) return home;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  for (const part of parts) copyFileSync(join(folder, part), join(home, part));
  await run('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: home });
  writeFileSync(join(home, 'complete'), '');
  return home;
};

/** What a rule says of a document. */
type Finding = Readonly<{ isError: boolean; rule: string; message: string }>;
type Findings = Readonly<Record<'redocly' | 'spectral' | 'asyncApi', readonly Finding[]>>;

/** What the recommended rules of Redocly and Spectral say of the two documents. */
export const byTheRules = async (openApi: object, asyncApi: object): Promise<Findings> => {
  const home = await installed();
  const made = mkdtempSync(join(tmpdir(), 'foldstream-rules-'));
  try {
    const files = [join(made, 'openapi.json'), join(made, 'asyncapi.json')] as const;
    for (const [i, document] of [openApi, asyncApi].entries()) writeFileSync(files[i]!, JSON.stringify(document));
    return JSON.parse(await run(process.execPath, [join(home, 'check.mjs'), ...files], { cwd: home })) as Findings;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
};

/** The official JSON Schema of AsyncAPI 3. */
export const schemaOfAsyncApi = async (): Promise<object> => {
  const file = join(await installed(), 'node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json');
  return JSON.parse(readFileSync(file, 'utf8')) as object;
};
