import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeFor } from '../../bin/own-node.ts';
import { callOf, projectManifest, projectProgram, projectRoot } from '../../lib/cli/project-root.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'foldstream-root-')));
afterAll(() => rmSync(scratch, { recursive: true }));
let made = 0;
/** A folder of files; an object is written as JSON. */
const folder = (files: Readonly<Record<string, unknown>>): string => {
  const at = join(scratch, `project-${made++}`);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(at, file)), { recursive: true });
    writeFileSync(join(at, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return at;
};
const naming = (manifest: unknown) => ({ imports: { '#manifest': manifest } });

describe("a project's manifest", () => {
  it.each<[string, unknown]>([
    ['a path', './app/manifest.ts'],
    ['the condition default', { default: './app/manifest.ts' }],
    ['conditions of Node', { browser: './no.ts', node: { require: './no.ts', import: './app/manifest.ts' } }],
  ])('is named by #manifest in package.json, from any folder below: %s', (_, target) => {
    const at = folder({ 'package.json': naming(target), 'app/deep/x': '' });
    expect(projectManifest(join(at, 'app', 'deep'))).toBe(pathToFileURL(join(at, 'app', 'manifest.ts')).href);
    expect(projectRoot(join(at, 'app', 'deep'))).toBe(at);
  });

  it('is that of the nearest package.json that names one, also where a nearer package.json names none', () => {
    const at = folder({
      'package.json': naming('./outer.ts'),
      'part/package.json': {},
      'own/package.json': naming('./inner.ts'),
      'own/x/y': '',
    });
    expect(projectManifest(join(at, 'part'))).toBe(pathToFileURL(join(at, 'outer.ts')).href);
    expect(projectManifest(join(at, 'own', 'x'))).toBe(pathToFileURL(join(at, 'own', 'inner.ts')).href);
  });

  it('that nobody names is an error with the next step; the folder is then the one with a package.json', () => {
    const at = folder({ 'package.json': { imports: {} }, 'x/y': '' });
    expect(() => projectManifest(join(at, 'x'))).toThrow(
      `neither ${join(at, 'x')} nor a folder above it has a package.json that names one`,
    );
    expect(projectRoot(join(at, 'x'))).toBe(at);
  });

  it('is not looked for in a package.json that is no JSON: that is said', () => {
    const at = folder({ 'package.json': '{ "imports": ' });
    expect(() => projectManifest(at)).toThrow(`${join(at, 'package.json')} is no JSON`);
  });
});

it("a program is found among the project's own, or among those of its workspace", () => {
  const at = folder({ 'node_modules/.bin/cdk': '', 'packages/bank/package.json': {} });
  expect(projectProgram('cdk', join(at, 'packages', 'bank'))).toBe(join(at, 'node_modules', '.bin', 'cdk'));
  expect(projectProgram('no-such-program', at)).toBeUndefined();
});

it.each([
  [{}, 'npx foldstream token customer', 'npx foldstream rebuild a'],
  [{ token: 'foldstream token' }, 'npm run --silent token customer', 'npx foldstream rebuild a'],
  [{ foldstream: 'foldstream' }, 'npm run foldstream -- token customer', 'npm run foldstream -- rebuild a'],
])('hints call the command line as the project does: with the scripts %o', (scripts, token, rebuild) => {
  const at = folder({ 'package.json': { scripts } });
  expect([callOf('token customer', at), callOf('rebuild a', at)]).toEqual([token, rebuild]);
});

describe('the command line', () => {
  const own = folder({ 'node_modules/node/bin/node': '', 'app/x': '' });

  it('runs on the Node that called it, if that is new enough', () => {
    expect(nodeFor({ version: '24.0.0', folder: own, env: {} })).toBeUndefined();
    expect(nodeFor({ version: '26.1.0', folder: own, env: {} })).toBeUndefined();
  });

  it("called by an older one, runs on the project's own, once", () => {
    expect(nodeFor({ version: '20.19.2', folder: join(own, 'app'), env: {} })).toBe(
      join(own, 'node_modules', 'node', 'bin', 'node'),
    );
    expect(nodeFor({ version: '20.19.2', folder: own, env: { FOLDSTREAM_NODE: 'node' } })).toMatchObject({
      message: expect.stringContaining('npm install --save-dev node@24'),
    });
  });

  it('says in one line what it needs, where there is none', () =>
    expect(nodeFor({ version: '20.19.2', folder: folder({ x: '' }), env: {} })).toMatchObject({
      message: expect.stringMatching(/^Foldstream needs Node 24 or newer, and runs on Node 20\.19\.2 here\. .*$/),
    }));
});
