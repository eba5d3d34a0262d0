import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { step } from '../../lib/cli/terminal/progress.ts';
import { bundle, compiled } from '../../lib/infra/code/bundle.ts';
import { type Bar, bars, circumstances, figure, markdown, median, type Table, writeSection } from './report.ts';

const run = promisify(execFile);
const rounds = 21;

/** The variables that the constructs set; nothing is called, so the names need not exist. */
const env = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  CATEGORY: 'account',
  COMMITS_TABLE: 'commits',
  SNAPSHOTS_TABLE: 'snapshots',
  CONTROL_TABLE: 'control',
  KEYS_TABLE: 'keys',
};

/** The least that any function with this table has: the client as it comes, by the same settings, made but never used. */
const bareClient = async (folder: string): Promise<string> => {
  const file = join(folder, 'bare.mjs');
  const contents = "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\nexport const client = new DynamoDBClient({});";
  const { outputFiles } = await build({
    ...compiled,
    stdin: { contents, resolveDir: import.meta.dirname, sourcefile: 'bare.ts' },
    banner: { js: "import{createRequire as bareRequire}from'node:module';const require=bareRequire(import.meta.url);" },
  });
  await writeFile(file, outputFiles[0]?.text ?? '');
  return file;
};

/** Milliseconds that a fresh process takes to import a module, without the process's own start. */
const importTime = async (file: string): Promise<number> => {
  const code = `const begun = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now() - begun); process.exit();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { env });
  return Number(stdout);
};

const measure = async (product: string, bare: string) => {
  const times: [number, number][] = [];
  // The first round warms the disk's cache and does not count.
  for (let round = 0; round <= rounds; round++) {
    const first = round % 2 === 0 ? await importTime(product) : undefined;
    const second = await importTime(bare);
    if (round > 0) times.push([first ?? (await importTime(product)), second]);
  }
  const of = (which: 0 | 1) => times.map((pair) => pair[which]);
  return { product: median(of(0)), bare: median(of(1)), ratio: median(times.map(([a, b]) => a / b)) };
};

const folder = await mkdtemp(join(tmpdir(), 'foldstream-bundles-'));
try {
  const manifestModule = new URL('../../domains/index.ts', import.meta.url);
  const [product, bare] = await step('Bundles', async () => {
    const { command } = await bundle({ manifestModule, fold: { account: 'bench' }, out: folder });
    if (!command) throw new Error('There is no bundle of a function named command.');
    return [join(command, 'index.mjs'), await bareClient(folder)] as const;
  });
  const bytes = { product: (await stat(product)).size, bare: (await stat(bare)).size };
  const times = await step(`Imports, ${rounds} rounds`, () => measure(product, bare));
  const table: Table = {
    title: 'The command function and the bare DynamoDB client',
    head: ['', 'bytes', 'import, ms'],
    rows: [
      ['command function', bytes.product.toLocaleString('en'), figure(times.product)],
      ['DynamoDB client alone', bytes.bare.toLocaleString('en'), figure(times.bare)],
      ['ratio', `${figure(bytes.product / bytes.bare)} x`, `${figure(times.ratio)} x`],
    ],
  };
  const kilobytes = bytes.product / 1_000;
  const promised: Bar[] = [
    { what: 'Bundle of the command function', limit: '<= 500 KB', measured: `${figure(kilobytes)} KB`, holds: kilobytes <= 500 },
    {
      what: 'Its import over that of the client alone',
      limit: '<= 1.5 x',
      measured: `${figure(times.ratio)} x`,
      holds: times.ratio <= 1.5,
    },
  ];
  const text = [circumstances(), markdown(bars(promised)), markdown(table)].join('\n\n');
  console.log(`\n${text}`);
  writeSection('bundle', text);
  if (promised.some(({ holds }) => !holds)) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
