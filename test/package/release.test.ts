import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { releasedFiles, releaseFaults } from '../../release/release.ts';

const repository = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(repository, file), 'utf8');

const files = {
  'package.json': '{\n  "name": "foldstream",\n  "version": "0.1.0",\n  "dependencies": { "a": "0.1.0" }\n}\n',
  'package-lock.json': '{ "version": "0.1.0", "packages": { "": { "version": "0.1.0" }, "a": { "version": "0.1.0" } } }',
  'create/package.json': '{ "name": "create-foldstream", "version": "0.1.0" }',
  'CHANGELOG.md': '# Changelog\n\n## [0.2.0] - unreleased\n\n- New.\n\n## [0.1.0] - 2026-11-01\n',
};

describe('a release', () => {
  it('has its version in both packages and its date in the changelog, and is then what its tag says', () => {
    const released = releasedFiles('0.2.0', '2026-12-01', files);
    expect(Object.keys(released).toSorted()).toEqual(Object.keys(files).toSorted());
    expect(JSON.parse(released['package.json']!)).toEqual({ name: 'foldstream', version: '0.2.0', dependencies: { a: '0.1.0' } });
    expect(JSON.parse(released['package-lock.json']!)).toEqual({
      version: '0.2.0',
      packages: { '': { version: '0.2.0' }, a: { version: '0.1.0' } },
    });
    expect(released['CHANGELOG.md']).toContain('## [0.2.0] - 2026-12-01\n');
    expect(releaseFaults('v0.2.0', released)).toEqual([]);
  });

  it.each([
    ['v0.2.0', 'package.json has version 0.1.0, and the tag is v0.2.0'],
    ['v0.2.0', 'create/package.json has version 0.1.0'],
    ['v0.2.0', "CHANGELOG.md has no heading '## [0.2.0] - <date>'"],
    ['0.1.0', '0.1.0 is no version: a tag is such as v0.2.0.'],
    ['v1', 'v1 is no version'],
  ])('is refused under the tag %s: %s', (tag, fault) =>
    expect(releaseFaults(tag, files)).toEqual(expect.arrayContaining([expect.stringContaining(fault)])),
  );

  it('is not prepared without its changes in the changelog', () =>
    expect(() => releasedFiles('0.3.0', '2026-12-01', { ...files, 'CHANGELOG.md': '# Changelog\n' })).toThrow(
      "has no heading '## [...] - unreleased'",
    ));

  it('gives both packages of this repository one version', () => {
    const versions = ['package.json', 'create/package.json']
      .filter((file) => existsSync(join(repository, file)))
      .map((file) => (JSON.parse(read(file)) as { version: string }).version);
    expect(new Set(versions).size).toBe(1);
  });
});

describe('the workflow of a release', () => {
  const workflow = read('.github/workflows/release.yml');
  const [pack = '', publish = ''] = workflow.slice(workflow.indexOf('jobs:')).split(/^ {2}publish:$/m);

  it('publishes with provenance, by its identity: without a token', () => {
    expect(publish).toContain('id-token: write');
    const commands = publish.match(/npm publish .*/g) ?? [];
    expect(commands).toHaveLength(2);
    for (const command of commands) expect(command).toContain('--provenance');
    // An empty token, such as `registry-url` writes, would be preferred to the identity.
    expect(workflow).not.toMatch(/secrets\.|TOKEN|registry-url:/);
  });

  it('gives no identity to the job that runs code of the repository and of its dependencies', () => {
    expect(pack).toContain('npm test');
    expect(pack).not.toContain('id-token');
    expect(publish).not.toMatch(/npm (ci|install|run|test)|npx|checkout/);
  });

  it('calls scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, script = ''] of workflow.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script]);
    expect(execFileSync('git', ['check-ignore', 'dist/'], { cwd: repository, encoding: 'utf8' })).toBe('dist/\n');
  });
});
