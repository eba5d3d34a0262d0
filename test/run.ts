import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cacheDir, root } from '../lib/cli/local/deployment.ts';
import { propertyFiles } from './support/property-files.ts';
import { startDynamoDbLocal } from './support/store/dynamodb-local.ts';

// esbuild and tsc are written in Go, and collect garbage in a fifth of their processor time; everything that is started here inherits this.
process.env.GOGC ??= '400';

type Counts = Readonly<{ passed: number; failed: number; failures?: readonly string[] }>;
type Program = Readonly<{ command: string; args: readonly string[]; env?: Readonly<Record<string, string>> }>;

const reportFile = join(cacheDir, 'tests', `report-${process.pid}.json`);

const runs = ({ command, args, env }: Program): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin', command), args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGTERM', forward);
    process.on('SIGINT', () => {});
    child.on('error', () => resolve(false));
    child.on('close', (code) => {
      process.off('SIGTERM', forward);
      resolve(code === 0);
    });
  });

/** A check that is one test by itself. */
const check = async (title: string, command: string, args: readonly string[]): Promise<Counts> => {
  console.log(`\n${title}: ${command} ${args.join(' ')}`);
  const ok = await runs({ command, args });
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, failures: [title] };
};

type Report = Readonly<{
  numPassedTests: number;
  numFailedTests: number;
  testResults: readonly Readonly<{
    name: string;
    assertionResults: readonly Readonly<{ status: string; fullName: string; failureMessages?: readonly string[] | null }>[];
  }>[];
}>;

/** Tests that failed, each with the first lines of why: to be read at the end, however long the output is. */
const failuresIn = ({ testResults }: Report): readonly string[] =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.flatMap(({ status, fullName, failureMessages }) => {
      if (status !== 'failed') return [];
      const why = (failureMessages?.[0] ?? '').split('\n').slice(0, 4).join('\n    ').slice(0, 600);
      return [`${relative(root, name)}: ${fullName}\n    ${why}`];
    }),
  );

/** Some of vitest's projects, or some of their files; a run that broke outside of any test counts as one failure. */
const vitest = async (
  projects: readonly string[],
  env: Readonly<Record<string, string>> = {},
  files: readonly string[] = [],
): Promise<Counts> => {
  mkdirSync(join(cacheDir, 'tests'), { recursive: true });
  const selected = projects.flatMap((project) => ['--project', project]);
  const reporters = ['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${reportFile}`];
  const ok = await runs({ command: 'vitest', args: ['run', ...files, ...selected, ...reporters], env });
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
    const { numPassedTests: passed, numFailedTests: failed } = report;
    if (!ok && failed === 0) return { passed, failed: 1, failures: [`${projects.join(', ')}: broke outside of any test`] };
    return { passed, failed, failures: failuresIn(report) };
  } catch {
    return { passed: 0, failed: 1, failures: [`${projects.join(', ')}: ended without a report`] };
  } finally {
    rmSync(reportFile, { force: true });
  }
};

const checks = [
  () => check('The grid of layers and steps', 'node', ['test/structure/house.ts']),
  () => check('Types', 'tsc', ['-p', '.', '--checkers', '1']),
  () => check('Types of the console', 'tsc', ['-p', 'console', '--checkers', '1']),
  () => check('Lint and format', 'biome', ['check', '.']),
  () => check('Dead exports and unused dependencies', 'knip', []),
];

/** The store's contract on AWS's DynamoDB Local; the integration tests run it on MiniStack, the local default. */
const engines = async (): Promise<Counts> => {
  const local = await startDynamoDbLocal();
  const endpoints = [{ name: 'DynamoDB Local', endpoint: local.endpoint }];
  try {
    return await vitest(['engines'], { FOLDSTREAM_ENDPOINTS: JSON.stringify(endpoints) });
  } finally {
    await local.stop();
  }
};

const suites: Readonly<Record<string, readonly (() => Promise<Counts>)[]>> = {
  // The integration's setup points the environment at its engine: nothing else is to run beside it.
  all: [...checks, () => vitest(['unit', 'proofs', 'infra']), () => vitest(['integration'])],
  unit: [() => vitest(['unit'])],
  integration: [() => vitest(['integration'])],
  full: [
    () => vitest(['unit', 'proofs'], { FOLDSTREAM_RUNS: '6' }, propertyFiles()),
    () => vitest(['long']),
    () => vitest(['create']),
    () => vitest(['long-http']),
  ],
  engines: [engines],
  /** The pictures of the console in the guide. */
  screens: [() => vitest(['integration'], { FOLDSTREAM_SCREENS: 'true' }, ['test/integration/console/screens.test.ts'])],
  // Beside CI, whose result is to be the same for the same commit: properties from a seed that nobody has seen before.
  hunt: [
    () => vitest(['unit', 'proofs'], { FOLDSTREAM_RUNS: '100', FOLDSTREAM_SEED: 'random' }),
    () => vitest(['long'], { FOLDSTREAM_RUNS: '12', FOLDSTREAM_SEED: 'random' }),
  ],
};

const name = process.argv[2] ?? 'all';
const suite = suites[name];
if (!suite) {
  console.error(`There is no suite '${name}': choose one of ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}
let total = { passed: 0, failed: 0 };
const failures: string[] = [];
for (const part of suite) {
  const counts: Counts = await part().catch((error: unknown) => {
    console.error(error);
    return { passed: 0, failed: 1, failures: [String(error)] };
  });
  total = { passed: total.passed + counts.passed, failed: total.failed + counts.failed };
  failures.push(...(counts.failures ?? []));
}
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
