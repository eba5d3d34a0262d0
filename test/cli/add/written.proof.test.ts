import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AddOptions, addVerb } from '../../../lib/cli/add/add.ts';
import { loadProject } from '../../../lib/cli/project.ts';

const root = resolve(import.meta.dirname, '../../..');
const home = realpathSync(mkdtempSync(join(tmpdir(), 'foldstream-add-')));
const write = (file: string, text: string) => {
  mkdirSync(dirname(join(home, file)), { recursive: true });
  writeFileSync(join(home, file), text);
};
const read = (file: string) => readFileSync(join(home, file), 'utf8');
const filesIn = (folder: string) =>
  readdirSync(join(home, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${join(entry.parentPath, entry.name)}`)
    .sort();
/** All files of a project with their texts. */
const picture = (folder: string) => filesIn(folder).map((file) => [file, readFileSync(file, 'utf8')]);

const empty = `import { defineManifest } from 'foldstream';

export const manifest = defineManifest({
  aggregates: [],
  projections: [],
});
`;
/** Two layouts: with the manifest in a folder of its own, and beside the folders of the aggregates. */
const layouts = { inner: 'inner/domains/index.ts', top: 'top/manifest.ts' } as const;
/** A project with names of many lengths. */
const lengths = 'lengths/domains/index.ts';

/** A manifest is loaded once by a process, as long as it is imported by the same address. */
let loads = 0;
const moduleOf = (manifest: string) => `${pathToFileURL(join(home, manifest)).href}?${loads++}`;
const add = (manifest: string, kind: AddOptions['kind'], name: string, more: Partial<AddOptions> = {}) =>
  addVerb({ kind, name, module: moduleOf(manifest), now: () => new Date('2026-11-21'), ...more });
const run = (program: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', program), args, { cwd: home, encoding: 'utf8' });
  return { status, output: status === 0 ? '' : stdout + stderr };
};
const passes = { status: 0, output: '' };
const said: Record<string, readonly string[]> = {};

beforeAll(async () => {
  mkdirSync(join(home, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => each !== 'foldstream'))
    symlinkSync(join(root, 'node_modules', name), join(home, 'node_modules', name));
  symlinkSync(root, join(home, 'node_modules/foldstream'));
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const { vcs: _, overrides: __, files: ___, ...biome } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  write('package.json', '{ "type": "module" }\n');
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['inner', 'top', 'lengths'] }));
  write('biome.json', JSON.stringify({ ...biome, files: { includes: ['inner/**', 'top/**', 'lengths/**'] } }));
  write('vitest.config.ts', "export default { test: { pool: 'threads', isolate: false } };\n");
  for (const [layout, manifest] of Object.entries(layouts)) {
    write(manifest, empty);
    mkdirSync(join(home, layout, 'events'), { recursive: true });
    said[layout] = [
      ...(await add(manifest, 'aggregate', 'supportTicket')),
      ...(await add(manifest, 'view', 'support-ticket-list', { from: 'supportTicket' })),
      ...(await add(manifest, 'process', 'escalation', { from: 'support-ticket' })),
    ];
  }
  // Lines are broken where Biome breaks them, so the length of a name decides what is written.
  write(lengths, empty);
  mkdirSync(join(home, 'lengths/events'), { recursive: true });
  for (const length of [3, 7, 12, 17, 21, 26]) {
    const name = 'teamofsomedepartmentorplaceonly'.slice(0, length);
    await add(lengths, 'aggregate', name);
    await add(lengths, 'view', `${name}-list`, { from: name });
    await add(lengths, 'process', `${name}Watch`, { from: name });
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('what foldstream add writes', () => {
  it('compiles, as strictly as this repository does', () => expect(run('tsc', '-p', '.')).toEqual(passes));
  it('is formatted and linted', () => expect(run('biome', 'check', 'inner', 'top', 'lengths')).toEqual(passes));
  it('passes its own tests, of which each kind has some', () => {
    expect(run('vitest', 'run', '--root', home)).toEqual(passes);
    const tests = filesIn('inner').filter((file) => file.endsWith('.test.ts'));
    expect(tests.map((file) => file.slice(home.length + 1))).toEqual(
      ['escalation', 'support-ticket-list', 'support-ticket'].map((name) => `inner/test/domains/${name}.test.ts`),
    );
  });
  it.each(Object.entries(layouts))('is named by the manifest: %s', async (layout, file) => {
    const { manifest } = await loadProject(moduleOf(file));
    expect(manifest.aggregates.map(({ category }) => category)).toEqual(['supportTicket']);
    expect(manifest.projections.map(({ name }) => name)).toEqual(['support-ticket-list', 'process-instances']);
    expect((manifest.processes ?? []).map(({ category }) => category)).toEqual(['escalation']);
    expect(said[layout]).toContain('events/support-ticket.ts is new.');
    expect(said[layout]).toContain(`${file.slice(layout.length + 1)} names it.`);
  });
});

describe('foldstream add writes nothing, and says why', () => {
  const inner = layouts.inner;
  const odd = 'odd/domains/index.ts';
  const cases: readonly [string, () => Promise<unknown>, RegExp][] = [
    ['where a file is there already', () => add(inner, 'aggregate', 'supportTicket'), /decider\.ts.* is there already/s],
    ['where the manifest has the name', () => add(inner, 'aggregate', 'manifest'), /cannot be the name of an aggregate/],
    ['for a word of the language', () => add(inner, 'process', 'return', { from: 'supportTicket' }), /cannot be the name/],
    ['for a route', () => add(inner, 'aggregate', 'views'), /cannot be the name/],
    ['for what is no name', () => add(inner, 'view', '../x', { from: 'supportTicket' }), /use 1 to 40 letters/],
    ['for an unknown category', () => add(inner, 'view', 'list', { from: 'other' }), /There is no events\/other\.ts/],
    ['for a manifest of another look', () => add(odd, 'aggregate', 'ticket'), /does not look as expected/],
    ['for a manifest that cannot be loaded then', () => add('broken/index.ts', 'aggregate', 'ticket'), /cannot be loaded/],
  ];
  beforeAll(() => {
    for (const layout of ['odd', 'broken']) mkdirSync(join(home, layout, 'events'), { recursive: true });
    write(odd, "import { manifest as one } from '../../inner/domains/index.ts';\n\nexport const manifest = { ...one };\n");
    write('broken/index.ts', `${empty}\nthrow new Error('It is broken.');\n`);
  });
  it.each(cases)('%s', async (_, adding, message) => {
    const before = ['inner', 'odd', 'broken'].map(picture);
    await expect(adding()).rejects.toThrow(message);
    expect(['inner', 'odd', 'broken'].map(picture)).toEqual(before);
    expect(existsSync(join(home, 'broken/ticket'))).toBe(false);
  });
  it('but the files alone, when asked, and the line to add by hand', async () => {
    const before = read(odd);
    const lines = await add(odd, 'aggregate', 'ticket', { filesOnly: true });
    expect(lines.at(-1)).toMatch(/^Now import { ticket } from '\.\/ticket\/decider\.ts'/);
    expect(read(odd)).toBe(before);
  });
});

it('a new process has its own golden samples written, and none that another category lacks', async () => {
  const samples = 'inner/events/samples';
  rmSync(join(home, samples, 'supportTicket'), { recursive: true });
  await add(layouts.inner, 'process', 'reminder', { from: 'support-ticket' });
  expect(readdirSync(join(home, samples))).toContain('reminder');
  expect(existsSync(join(home, samples, 'supportTicket'))).toBe(false);
});
