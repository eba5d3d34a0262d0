import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningFunction } from '../../../lib/aws/deployment/running-functions.ts';
import { changeBetween } from '../../../lib/cli/watch/change.ts';
import { watchFolders } from '../../../lib/cli/watch/files.ts';
import { maker } from '../../../lib/cli/watch/watch.ts';

const root = resolve(import.meta.dirname, '../../..');
const home = realpathSync(mkdtempSync(join(tmpdir(), 'foldstream-watch-')));
const at = (file: string) => join(home, file);
const write = (file: string, text: string) => {
  mkdirSync(dirname(at(file)), { recursive: true });
  // As editors save: the new file takes the place of the old one.
  writeFileSync(`${at(file)}.draft`, text);
  renameSync(`${at(file)}.draft`, at(file));
};

const kernel = join(root, 'lib/index.ts');
const counter = (by = 1, more = '') => `import * as z from 'zod';
import { command, decider, v1 } from '${kernel}';
import { step } from './step.ts';
const events = { Counted: v1(z.object({ by: z.int() })) };
export const counter = decider<number, { type: 'Counted'; data: { by: number } }>()({
  category: 'counter', events, commands: { Count: command(['anyone'], z.object({})), ${more} }, initial: 0,
  decide: { Count: () => [{ type: 'Counted', data: { by: ${by} * step } }], ${more.replace(/command.*/, '() => [],')} },
  evolve: { Counted: (n, { by }) => n + by },
});
`;
const index = `import { defineManifest } from '${kernel}';
import { counter } from './domain/counter.ts';
import { other } from './domain/other.ts';
export const manifest = defineManifest({ aggregates: [counter, other], projections: [] });
`;
const sources: Readonly<Record<string, string>> = {
  'functions/command.ts': "import { manifest } from '#manifest';\nexport const handler = () => manifest.aggregates;\n",
  'package.json': '{ "type": "module" }',
  'index.ts': index,
  'domain/counter.ts': counter(),
  'domain/step.ts': 'export const step = 1;\n',
  'domain/other.ts': counter().replaceAll('counter', 'other').replace("import { step } from './step.ts';", 'const step = 1;'),
};

const functions: readonly RunningFunction[] = ['counter', 'other'].map((CATEGORY) => ({
  ...{ name: `command-${CATEGORY}`, arn: '', replaced: false },
  variables: { POWERTOOLS_SERVICE_NAME: 'command', CATEGORY },
}));

let make: Awaited<ReturnType<typeof maker>>['make'];
let followed: readonly string[] = [];
let close: () => Promise<void>;

beforeAll(async () => {
  symlinkSync(join(root, 'node_modules'), at('node_modules'));
  for (const [file, text] of Object.entries(sources)) write(file, text);
  const options = { module: pathToFileURL(at('index.ts')).href, folder: at('types'), signal: new AbortController().signal };
  const made = await maker(
    { ...options, functions: at('functions') },
    () => functions,
    (files) => {
      followed = [...files];
    },
  );
  [make, close] = [made.make, made.close];
});
afterAll(async () => {
  await close();
  rmSync(home, { recursive: true });
});

const version = async () => {
  const tried = await make();
  if ('fault' in tried) throw new Error(tried.fault);
  return tried.version;
};
const fault = async () => {
  const tried = await make();
  return 'fault' in tried ? tried.fault : undefined;
};

describe('a project anywhere on the disk', () => {
  test('is followed by its imports; a change of one decider is for its function alone', async () => {
    const before = await version();
    for (const file of Object.keys(sources).filter((name) => name.endsWith('.ts'))) expect(followed).toContain(at(file));
    expect(changeBetween(before, await version(), before.deployed)).toEqual({ kind: 'nothing' });
    write('domain/step.ts', 'export const step = 2;\n');
    const after = await version();
    expect(changeBetween(before, after, after.deployed)).toMatchObject({
      ...{ kind: 'replace', functions: ['command-counter'], parts: ['decider counter'], changed: [at('domain/step.ts')] },
    });
    expect(after.loaded.fold.counter).not.toBe(before.loaded.fold.counter);
    expect(after.loaded.fold.other).toBe(before.loaded.fold.other);
  });

  test('a new command is another shape', async () => {
    const before = await version();
    write('domain/counter.ts', counter(1, "Reset: command(['anyone'], z.object({})),"));
    expect(changeBetween(before, await version(), [])).toEqual({ kind: 'deploy' });
    write('domain/counter.ts', counter());
  });

  test('errors of syntax, of types and of the manifest are told with their places, and gone when they are mended', async () => {
    write('domain/counter.ts', `${counter()} +`);
    expect(await fault()).toMatch(/counter\.ts\(\d+,\d+\): error: Unexpected end of file/);
    write('domain/counter.ts', counter().replace('by: 1 *', "by: '1' +"));
    expect(await fault()).toMatch(/counter\.ts\(\d+,\d+\): error TS2322/);
    write('domain/counter.ts', counter());
    write('index.ts', index.replace('[counter, other]', '[counter, counter]'));
    expect(await fault()).toMatch(/counter/);
    write('index.ts', index);
    expect(await fault()).toBeUndefined();
  });

  test('a deleted file is missed, and waited for where it would lie', async () => {
    rmSync(at('domain/step.ts'));
    expect(await fault()).toMatch(/counter\.ts\(\d+,\d+\): error: Could not resolve "\.\/step\.ts"/);
    expect(followed).toContain(at('domain/step.ts'));
    write('domain/step.ts', 'export const step = 1;\n');
    expect(await fault()).toBeUndefined();
  });
});

test('saves, new files and deleted files are noticed in each followed folder', async () => {
  let noticed = () => {};
  const watcher = watchFolders(() => noticed());
  const after = (change: () => void) =>
    new Promise<void>((resolve) => {
      noticed = resolve;
      change();
    });
  watcher.follow([at('domain/counter.ts'), at('not/there.ts')]);
  await after(() => write('domain/counter.ts', counter(2)));
  await after(() => write('domain/new.ts', ''));
  await after(() => rmSync(at('domain/new.ts')));
  watcher.follow([at('index.ts')]);
  await after(() => write('index.ts', index));
  await after(() => mkdirSync(at('later')));
  watcher.close();
});
