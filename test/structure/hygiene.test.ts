import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Names of one person's machine or one company's network: nobody else could install or run what depends on them. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.$}])\/(?:home|Users)\/[\w.-]+/, 'a home folder'],
  [/(?<![\w.$}])\/(?:root|work|workspace)\/[\w.-]+/, 'a folder of one machine'],
  [/\b[A-Z]:\\\\?(?:Users|Documents)/, 'a home folder'],
  [/"resolved":\s*"http/, 'the registry that a package came from'],
  [/^\s*(?:\S+:)?registry\s*=/m, 'a registry'],
  [/_auth(?:Token)?\s*=/, "a registry's credentials"],
  [/\bhttps?:\/\/[^\s/'"`]*(?:artifactory|nexus|verdaccio|jfrog|codeartifact)/i, 'a private registry'],
];
const found = (text: string) => patterns.filter(([pattern]) => pattern.test(text)).map(([, what]) => what);

/** All that is tracked, and all that would be: so that it fails before the commit. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)) && statSync(join(root, file)).isFile());

describe('the repository', () => {
  it('names no machine and no registry', () => {
    expect(files.length).toBeGreaterThan(50);
    const faults = files.flatMap((file) => found(readFileSync(join(root, file), 'utf8')).map((what) => `${file} names ${what}`));
    expect(faults).toEqual([]);
  });
});

describe('the patterns of this test', () => {
  const slash = '/';
  it.each([
    [`${slash}home/ada/project`, 'a home folder'],
    [`see ${slash}Users/ada`, 'a home folder'],
    [`"${slash}root/.npmrc"`, 'a folder of one machine'],
    [`C:${'\\'}Users${'\\'}ada`, 'a home folder'],
    [`"resolved"${':'} "https://registry.example/zod.tgz"`, 'the registry that a package came from'],
    [`a=1\nregistry${'='}https://example`, 'a registry'],
    [`@own:registry${'='}https://example`, 'a registry'],
    [`//npm.example/:_authToken${'='}abc`, "a registry's credentials"],
    [`https://npm.${'artifactory'}.example/zod`, 'a private registry'],
  ])('%s', (text, what) => expect(found(text)).toContain(what));

  it.each([
    'https://example.com/home/page',
    './work/it.ts',
    '~/project',
    'join(folder)}/root/a',
    'omit-lockfile-registry-resolved=true',
  ])('not %s', (text) => expect(found(text)).toEqual([]));
});

describe('downloads are pinned by their content', () => {
  it('actions of workflows by commit, and not by a tag, which may be moved', () => {
    const workflows = files.filter((file) => /(^\.|\/_)github\/workflows\//.test(file));
    const used = workflows.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/uses:\s*(\S+)/g)].map(([, uses]) => uses),
    );
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((uses) => !/@[0-9a-f]{40}$/.test(uses ?? ''))).toEqual([]);
  });

  it('the engine and all that it needs by hashes', () => {
    const requirements = readFileSync(join(root, 'lib/cli/local/requirements.txt'), 'utf8').replaceAll(/\\\n\s*/g, '');
    const lines = requirements.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => !/^[\w.-]+==\S+( --hash=sha256:[0-9a-f]{64})+$/.test(line))).toEqual([]);
  });
});
