import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../../lib/cli/local/deployment.ts';
import { loadProject, manifestModule, ownRecordsOf, recordsOf } from '../../lib/cli/project.ts';
import { explain } from '../../lib/cli/terminal/user-error.ts';

const scratch = mkdtempSync(join(tmpdir(), 'foldstream-project-'));
symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
afterAll(() => rmSync(scratch, { recursive: true }));

const manifestOf = (text: string): string => {
  const folder = mkdtempSync(join(scratch, 'app-'));
  mkdirSync(join(folder, 'events'));
  writeFileSync(join(folder, 'decider.ts'), text);
  const file = join(folder, 'index.ts');
  writeFileSync(file, `export { manifest } from './decider.ts';\n`);
  return file;
};
const node = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: scratch, ...env },
  });
  return { status, output: stdout + stderr };
};
const foldstream = (...args: string[]) => node(['bin/foldstream.ts', ...args]);
const core = join(root, 'lib/core');

const broken: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ['a syntax error', 'export const manifest = {{ ;', /cannot be loaded: .*decider\.ts:1: SyntaxError: .*Unexpected token/],
  [
    'a name that is not exported',
    `import { nope } from '${core}/stream.ts';\nnope();`,
    /cannot be loaded: .*decider\.ts:1: SyntaxError: .*'nope'/,
  ],
  ['a file that is not there', "import './gone.ts';", /cannot be loaded: .*Cannot find module '.*gone\.ts'/],
  [
    'code that throws',
    'const all: any = undefined;\nexport const manifest = all.of.it;',
    /cannot be loaded: .*decider\.ts:2: TypeError: .*reading 'of'/,
  ],
  [
    'what does not fit together',
    `import { defineManifest } from '${core}/manifest.ts';\nexport const manifest = defineManifest({ aggregates: [], projections: [{ kind: 'row-per-stream', name: 'A', revision: 1, from: [], may: ['operator'], on: {} }] } as never);`,
    /cannot be loaded: .*decider\.ts:2: The manifest is invalid:\n {2}- The view 'A' must be/,
  ],
  ['no manifest', 'export const manifest = 5;', /index\.ts exports no manifest\.\nIt is expected as: /],
];

describe('a manifest with a fault', () => {
  it('is one clear sentence that names the line, and no stack trace', () => {
    const files = broken.map(([, text]) => manifestOf(text));
    // One process for all of them: node itself is to load them, as the command line has it do.
    const program = `
      import { loadProject } from './lib/cli/project.ts';
      import { explain } from './lib/cli/terminal/user-error.ts';
      const said = process.argv.slice(1).map((file) => loadProject('file://' + file).then(() => 'loaded', explain));
      console.log(JSON.stringify(await Promise.all(said)));`;
    const said = JSON.parse(node(['--input-type=module', '--eval', program, ...files]).output) as readonly string[];
    for (const [i, [what, , says]] of broken.entries()) {
      expect(said[i], what).toMatch(says);
      expect(said[i], what).not.toMatch(/^ {4}at /m);
    }
  });

  const unreadable = manifestOf('export const manifest = {{ ;');

  it('fails the verbs that need it', () =>
    expect(foldstream('projections', '--manifest', unreadable)).toEqual({
      status: 1,
      output: expect.stringMatching(
        /^The manifest .* cannot be loaded: .*\nFix it, or name another one: --manifest <file>\..*\n$/,
      ),
    }));

  it('takes nothing away from those that need none', () =>
    expect(foldstream('token', '--manifest', unreadable).output).toMatch(/^(There is no local deployment\.|ey)/));

  it('fails `cdk deploy` with the same sentence', () => {
    const { status, output } = node(['bin/app.ts'], { CDK_CONTEXT_JSON: JSON.stringify({ manifest: unreadable }) });
    expect(output).toMatch(/^The manifest .* cannot be loaded: /);
    expect(output).not.toMatch(/^ {4}at /m);
    expect(status).toBe(1);
  });

  it('that is not there at all is named', async () =>
    expect(await loadProject(manifestModule('app/gone.ts')).catch(explain)).toMatch(
      /^There is no manifest app\/gone\.ts\.\nName the file that exports it: --manifest <file>/,
    ));
});

describe('a settings file', () => {
  const settingsOf = (text?: string): string => {
    const manifest = manifestOf('export const manifest = { aggregates: [], projections: [] };');
    if (text !== undefined) writeFileSync(join(dirname(manifest), 'settings.ts'), text);
    return manifest;
  };
  const declared = `import { defineSettings } from '${core}/settings/settings.ts';\nexport const settings = defineSettings(`;
  const manifests = [
    undefined,
    `${declared}{ app: 'shop', environments: { live: { retain: true } } });`,
    `${declared}{ environments: { live: { protect: true } } });`,
    'export const settings = {{ ;',
    'export const setting = 5;',
  ].map(settingsOf);

  it('is the one beside the manifest; without one there are the usual settings, and a wrong one is one clear sentence', () => {
    const program = `
      import { loadSettings } from './lib/cli/project.ts';
      import { explain } from './lib/cli/terminal/user-error.ts';
      const said = process.argv.slice(1).map((file) => loadSettings('file://' + file).catch(explain));
      console.log(JSON.stringify(await Promise.all(said)));`;
    const [none, own, wrong, unreadable, nothing] = JSON.parse(
      node(['--input-type=module', '--eval', program, ...manifests]).output,
    ) as readonly unknown[];
    expect(none).toEqual({ environments: { dev: {}, prod: { retain: true, protect: true } } });
    expect(own).toEqual({ app: 'shop', environments: { live: { retain: true } } });
    expect(wrong).toBe('The environment live has `protect` without `retain`: set both, or neither.');
    expect(unreadable).toMatch(
      /^The settings .*settings\.ts cannot be loaded: .*settings\.ts:1: SyntaxError: .*\nFix it\. Its types/,
    );
    expect(nothing).toMatch(/settings\.ts exports no settings\.\nThey are expected as: export const settings = defineSettings/);
  });

  it('names the environments that `cdk deploy` takes', () => {
    const context = { manifest: manifests[1], stage: 'prod' };
    const { status, output } = node(['bin/app.ts'], { CDK_CONTEXT_JSON: JSON.stringify(context) });
    expect(output).toBe("There is no stage 'prod': use -c stage=dev or -c stage=live.\n");
    expect(status).toBe(1);
  });
});

describe('the folder of the released formats', () => {
  it('is the nearest one with `events` at or above the manifest', () => {
    const own = manifestOf('');
    expect(recordsOf(`file://${own}`)).toBe(dirname(own));
    expect(recordsOf(`file://${join(root, 'domains/index.ts')}`)).toBe(root);
  });

  it('has a folder of its own in it for a manifest that shares it, if there is one of its name', () => {
    const own = (file: string) => ownRecordsOf(`file://${join(root, file)}`);
    expect(own('domains/index.ts')).toBeUndefined();
    expect(own('domains/contexts.ts')).toBe('contexts');
    // The folder of the golden samples is no folder of records.
    expect(own('domains/samples.ts')).toBeUndefined();
  });
});
