import { execFile } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules, SourceMap } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, test } from 'vitest';
import { publicTypes } from '../../release/public-types.ts';
import { recordFolder, recordsOf } from '../../release/record-types.ts';
import { importsOf } from '../structure/import-rules.ts';
import { builtPackage } from '../support/pack.ts';

const repository = resolve(import.meta.dirname, '../..');
const { folder, tarball, size, unpackedSize, files } = await builtPackage();
const published = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<{
  exports: Readonly<Record<string, unknown>>;
  dependencies: Readonly<Record<string, string>>;
  peerDependencies: Readonly<Record<string, string>>;
}>;

describe('the published package', () => {
  test('has no problem that publint finds', async () => {
    const { messages, pkg } = await publint({ pkgDir: folder, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test('has no problem that are-the-types-wrong finds for ES modules, and types at every entry', async () => {
    const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
    if (!result.types) throw new Error('It has no types.');
    const entries = Object.keys(published.exports).filter((entry) => entry !== './package.json');
    expect(Object.keys(result.entrypoints).toSorted()).toEqual([...entries, './package.json'].toSorted());
    const modern = ['node16-esm', 'bundler'] as const;
    for (const entry of entries)
      for (const mode of modern) expect(result.entrypoints[entry]?.resolutions[mode].resolution?.isTypeScript, entry).toBe(true);
    // Old resolution knows no exports, and CommonJS loads ES modules by require since Node 22: neither is supported here.
    const old = ['node10', 'node16-cjs'];
    expect(result.problems.filter((problem) => !('resolutionKind' in problem && old.includes(problem.resolutionKind)))).toEqual(
      [],
    );
  });

  test('has the code, its types and what the code reads, and nothing else', () => {
    const sources = globSync(['bin/{foldstream,own-node}.ts', 'functions/*.ts', 'lib/**/*.ts'], { cwd: repository });
    const compiled = sources.flatMap((file) => {
      const bare = file.slice(0, -'.ts'.length);
      return [`${bare}.js`, `${bare}.js.map`];
    });
    const declarations = files.map(({ path }) => path).filter((path) => path.endsWith('.d.ts'));
    const asTheyAre = globSync('lib/**/*.*', { cwd: repository, exclude: ['**/*.ts', '**/__pycache__/**'] });
    const built = files.map(({ path }) => path).filter((path) => path.startsWith('console/'));
    expect(built).toEqual(
      expect.arrayContaining(['console/dist/index.html', expect.stringMatching(/^console\/dist\/assets\/index-[\w-]+\.js$/)]),
    );
    expect(built.filter((path) => !/^console\/dist\/(index\.html|assets\/[\w.-]+\.(js|css|svg))$/.test(path))).toEqual([]);
    expect(files.map(({ path }) => path).toSorted()).toEqual(
      [...compiled, ...declarations, ...asTheyAre, ...built, 'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'].toSorted(),
    );
    expect(asTheyAre).toEqual(expect.arrayContaining(['lib/cli/local/requirements.txt', 'lib/cli/local/run.py']));
    expect(files.filter(({ path }) => /(^|\/)(test|domains|events|docs)\/|\.test\./.test(path))).toEqual([]);
  });

  test('has the declarations to which an entry leads, and no other', () => {
    const shipped = files.map(({ path }) => path).filter((path) => path.endsWith('.d.ts'));
    const named = (file: string) =>
      importsOf(readFileSync(join(folder, file), 'utf8'))
        .filter((target) => target.startsWith('.'))
        .map((target) => join(dirname(file), target.replace(/\.js$/, '.d.ts')));
    const entries = Object.values(published.exports).flatMap((entry) => {
      const { types } = entry as { types?: string };
      return types === undefined ? [] : [join('.', types)];
    });
    expect(shipped.toSorted()).toEqual([...new Set([...entries, ...shipped.flatMap(named)])].toSorted());
  });

  test('is at most 2 MB to download and 8 MB on disk', () => {
    expect(size).toBeLessThanOrEqual(2_000_000);
    expect(unpackedSize).toBeLessThanOrEqual(8_000_000);
  });

  test('has maps that lead from whatever throws or waits to that line of the source, which is in them', () => {
    // The console is for browsers, as it was built.
    const places = globSync('**/*.js', { cwd: folder, exclude: ['console/**'] }).flatMap((file) => {
      const map = JSON.parse(readFileSync(join(folder, `${file}.map`), 'utf8')) as ConstructorParameters<typeof SourceMap>[0];
      const [found, source] = [new SourceMap(map), map.sourcesContent[0]?.split('\n') ?? []];
      const lines = readFileSync(join(folder, file), 'utf8').split('\n');
      return lines.flatMap((line, i) =>
        [...line.matchAll(/\b(throw new|await) /g)].map(({ 0: word, index }) => {
          const place = found.findEntry(i, index);
          return { file, leads: 'originalLine' in place && source[place.originalLine]?.includes(word) };
        }),
      );
    });
    expect(places.length).toBeGreaterThan(1_000);
    // Two files have the words in texts of several lines, and a text has one place.
    const astray = new Set(places.filter(({ leads }) => !leads).map(({ file }) => file));
    expect([...astray].toSorted()).toEqual(['lib/cli/add/names.js', 'lib/http/openapi/docs-script.js']);
  });

  test('imports no package that it does not depend on, in its types neither', () => {
    const declared = [published.dependencies, published.peerDependencies].flatMap(Object.keys);
    const known = new Set([...declared, ...declared.map((name) => name.replace('@types/', '')), 'foldstream', '#manifest']);
    const missing = globSync('**/*.{js,d.ts}', { cwd: folder }).flatMap((file) =>
      importsOf(readFileSync(join(folder, file), 'utf8'))
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        )
        .flatMap((name) => (known.has(name) ? [] : [`${file} imports ${name}`])),
    );
    expect(missing).toEqual([]);
  });

  test('has the package.json of this repository, with peers instead of second copies', () => {
    expect(published).toMatchObject({ name: 'foldstream', bin: { foldstream: './bin/foldstream.js' }, sideEffects: false });
    expect(published.peerDependencies).toEqual({
      'aws-cdk-lib': expect.stringMatching(/^\^2\./),
      constructs: expect.stringMatching(/^\^10\./),
      zod: expect.stringMatching(/^\^4\./),
    });
    expect(Object.keys(published.dependencies).filter((name) => name in published.peerDependencies)).toEqual([]);
    expect(Object.keys(published)).not.toEqual(expect.arrayContaining(['devDependencies']));
    expect(published).not.toHaveProperty('scripts');
    expect(published).not.toHaveProperty('imports');
    expect(published).not.toHaveProperty('private');
  });

  test('is refused by npm pack in the folder of the repository, with what to run instead', async () => {
    const packed = promisify(execFile)('npm', ['pack', '--dry-run'], { cwd: repository }).catch(
      (error: { stderr: string }) => error,
    );
    expect((await packed).stderr).toContain('This folder is not the package. Build and pack it by: npm run pack.');
  });
});

describe('the public types', () => {
  test('are as they were recorded: a change is recorded on purpose, by npm run record:types', () => {
    const recorded = readdirSync(recordFolder).map((file) => [file, readFileSync(join(recordFolder, file), 'utf8')]);
    expect(recordsOf(folder), 'Record the change by: npm run record:types').toEqual(Object.fromEntries(recorded));
  });

  test('are those of every name that an entry exports, with what they are made of', () => {
    const types = publicTypes(folder, 'lib/testing/index.d.ts');
    expect(types).toContain('exports Expected, ');
    expect(types).toContain('declare const deciding: ');
    // A type that is not exported, but part of one that is.
    expect(types).toContain('type May = readonly [Who, ...Who[]];');
    expect(types).not.toContain('/**');
  });
});
