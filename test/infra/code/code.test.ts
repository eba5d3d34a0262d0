import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { bundle } from '../../../lib/infra/code/bundle.ts';
import { foldCode } from '../../../lib/infra/code/fold-code.ts';

const home = resolve(import.meta.dirname, '../../..');
// Outside of the repository, as a team's own manifest is; packages are found by the link.
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'foldstream-code-')));
symlinkSync(join(home, 'node_modules'), join(scratch, 'node_modules'));
afterAll(() => rmSync(scratch, { recursive: true }));

const core = join(home, 'lib', 'core');
const sources: Readonly<Record<string, string>> = {
  'events.ts': `import * as z from 'zod';
    import { v1 } from '${core}/version.ts';
    export const events = { Counted: v1(z.object({ by: z.int() })).next(z.object({ by: z.int(), at: z.string() }), (old) => ({ ...old, at: 'then' })) };`,
  'counter.ts': `import { events } from './events.ts';
    export const counter = { category: 'counter', events, commands: {}, initial: 0, decide: {}, evolve: { Counted: (n, { by }) => n + by } };`,
  'other.ts': `export const other = { category: 'other', events: {}, commands: {}, initial: 0, decide: {}, evolve: { Seen: (n) => n + 1 } };`,
  'flow.ts': `import { events } from './events.ts';
    export const flow = { category: 'flow', from: [], sends: [], since: '2026-11-01T00:00:00.000Z', memory: events.Counted, initial: 0, instance: () => 'one', on: {} };`,
  // A re-export is not where a decider comes from.
  'index.ts': `import { counter } from './counter.ts'; import { other } from './other.ts'; import { flow } from './flow.ts';
    export { counter, other, flow };
    export const manifest = { aggregates: [counter, other], processes: [flow], projections: [] };`,
  'functions/command.ts': `import { manifest } from '#manifest'; import canonicalize from 'canonicalize';
    export const handler = async () => canonicalize(manifest.aggregates.map(({ category }) => category));`,
};

let made = 0;
const write = (changed: Readonly<Record<string, (text: string) => string>> = {}, folder = `variant-${made++}`) => {
  const at = join(scratch, folder);
  for (const [file, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(at, file)), { recursive: true });
    const changedText = changed[file]?.(text) ?? text;
    if (changed[file] && changedText === text) throw new Error(`${file}: the change changes nothing.`);
    writeFileSync(join(at, file), changedText);
  }
  return at;
};

const folded = async (changed?: Parameters<typeof write>[0], folder?: string) => {
  const index = join(write(changed, folder), 'index.ts');
  const { manifest } = (await import(/* @vite-ignore */ pathToFileURL(index).href)) as { manifest: Manifest };
  return foldCode(manifest, index);
};

describe('the hash of the code that folds a category', async () => {
  const before = await folded();

  test('is the same for the same code in another folder', async () => {
    expect(before.counter).toMatch(/^[0-9a-f]{32}$/);
    expect(before.other).not.toBe(before.counter);
    expect(await folded({}, 'deep/in/another')).toEqual(before);
  });

  test.each<[string, string, (text: string) => string]>([
    ['an evolve', 'counter.ts', (text) => text.replace('n + by', 'n - by')],
    ['an upcaster', 'events.ts', (text) => text.replace("'then'", "'long ago'")],
    ['the initial state', 'counter.ts', (text) => text.replace('initial: 0', 'initial: 1')],
  ])('changes with %s, and no other category does', async (_, file, change) => {
    const after = await folded({ [file]: change });
    expect(after.counter).not.toBe(before.counter);
    expect(after.other).toBe(before.other);
  });

  test.each<[string, string, (text: string) => string]>([
    ['a comment', 'counter.ts', (text) => `// for the reader\n${text}`],
    ['a local name', 'counter.ts', (text) => text.replace('(n, { by }) => n + by', '(count, { by }) => count + by')],
    ['another aggregate', 'other.ts', (text) => text.replace('n + 1', 'n + 2')],
  ])('does not change with %s', async (_, file, change) => {
    expect((await folded({ [file]: change })).counter).toBe(before.counter);
  });

  test('is there for a process too, and follows its own module alone', async () => {
    const changed = await folded({ 'flow.ts': (text) => text.replace('initial: 0', 'initial: 1') });
    expect(Object.keys(before).sort()).toEqual(['counter', 'flow', 'other']);
    expect(changed).toEqual({ ...before, flow: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(changed.flow).not.toBe(before.flow);
  });

  test('follows what the decider uses of the package foldstream, and not the version of the package', async () => {
    const kernel = (version: string, code: string) => ({
      'node_modules/foldstream/package.json': `{ "name": "foldstream", "version": "${version}", "type": "module", "exports": "./index.js" }`,
      'node_modules/foldstream/index.js': code,
    });
    const using = async (files: Readonly<Record<string, string>>) => {
      const at = write({
        'counter.ts': (text) => `import { plus } from 'foldstream';\n${text.replace('n + by', 'plus(n, by)')}`,
      });
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(at, file)), { recursive: true });
        writeFileSync(join(at, file), text);
      }
      const { manifest } = (await import(/* @vite-ignore */ pathToFileURL(join(at, 'index.ts')).href)) as { manifest: Manifest };
      return (await foldCode(manifest, join(at, 'index.ts'))).counter;
    };
    const first = await using(kernel('1.0.0', 'export const plus = (a, b) => a + b;'));
    expect(await using(kernel('1.1.0', 'export const plus = (a, b) => a + b;'))).toBe(first);
    expect(await using(kernel('1.0.0', 'export const plus = (a, b) => a - b;'))).not.toBe(first);
  });

  test('of a decider that no module exports is that of the whole manifest', async () => {
    const inline = (text: string) => text.replace('[counter, other]', '[{ ...counter }, other]');
    const hidden = await folded({ 'index.ts': inline });
    const changed = await folded({ 'index.ts': inline, 'other.ts': (text) => text.replace('n + 1', 'n + 2') });
    expect(changed.counter).not.toBe(hidden.counter);
  });
});

describe('bundles', () => {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const files = (folder: string) => readdirSync(folder).map((name) => [name, hash(readFileSync(join(folder, name), 'utf8'))]);
  const bundled = (at: string, manifestModule: string | URL = join(at, 'index.ts')) =>
    bundle({ hasPersonal: false, manifestModule, functions: join(at, 'functions'), fold: {}, out: join(at, 'out') });
  const answerOf = async (step: string | undefined) => {
    const script = `import { handler } from '${pathToFileURL(join(step!, 'index.mjs'))}'; console.log(await handler());`;
    // Without any variable that a deployment could set.
    const env = { PATH: process.env.PATH };
    return (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env })).stdout;
  };

  test('are the same in another folder, source maps included, and name no folder of this machine', async () => {
    const [one, two] = [await bundled(write()), await bundled(write({}, 'some/where/else'))];
    expect(Object.keys(one)).toEqual(['command']);
    expect(files(one.command!)).toEqual(files(two.command!));
    const map = readFileSync(join(one.command!, 'index.mjs.map'), 'utf8');
    const { sources } = JSON.parse(map) as { sources: string[] };
    expect(sources.filter((source) => source.startsWith('..') || source.includes(scratch))).toEqual([]);
    expect(readFileSync(join(one.command!, 'index.mjs'), 'utf8').includes(scratch)).toBe(false);
    expect(sources).toEqual(expect.arrayContaining(['manifest/counter.ts', 'lib/core/version.ts']));
  });

  test('of effects are made of the adapters beside the manifest, each with its own adapter alone', async () => {
    const at = write();
    mkdirSync(join(at, 'adapters'));
    for (const name of ['chargeCard', 'sendMail'])
      writeFileSync(
        join(at, 'adapters', `${name}.ts`),
        `export default { effect: { name: '${name}' }, call: () => 'calls ${name}' };`,
      );
    const made = await bundled(at);
    expect(Object.keys(made).sort()).toEqual(['command', 'effect-chargeCard', 'effect-sendMail']);
    const text = readFileSync(join(made['effect-chargeCard']!, 'index.mjs'), 'utf8');
    expect([text.includes('calls chargeCard'), text.includes('calls sendMail'), text.includes(scratch)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('carry the manifest that they were given, by path or URL', async () => {
    const at = write({ 'other.ts': (text) => text.replace("'other'", "'another'") });
    const { command } = await bundled(at, pathToFileURL(join(at, 'index.ts')));
    expect(await answerOf(command)).toBe('["counter","another"]\n');
  });

  test('carry the hashes of their own code, so that Lambda never runs the one with the others', async () => {
    const asking = (text: string) =>
      text
        .replace(/import canonicalize from 'canonicalize';/, `import { foldHash } from '${home}/lib/aws/fold-hashes.ts';`)
        .replace(
          /async \(\) => .*/,
          "async () => JSON.stringify([manifest.aggregates[0].evolve.Counted(5, { by: 2 }), foldHash('counter')]);",
        );
    const made = async (changed: Parameters<typeof write>[0]) => {
      const at = write({ 'functions/command.ts': asking, ...changed });
      const [manifestModule, functions] = [join(at, 'index.ts'), join(at, 'functions')];
      const { manifest } = (await import(/* @vite-ignore */ pathToFileURL(manifestModule).href)) as { manifest: Manifest };
      const fold = await foldCode(manifest, manifestModule);
      const { command } = await bundle({ hasPersonal: false, manifestModule, functions, fold, out: join(at, 'out') });
      return { answer: JSON.parse(await answerOf(command)) as unknown, fold };
    };
    const before = await made({});
    const after = await made({ 'counter.ts': (text) => text.replace('n + by', 'n - by') });
    expect([before.answer, after.answer]).toEqual([
      [7, before.fold.counter],
      [3, after.fold.counter],
    ]);
    expect(after.fold.counter).not.toBe(before.fold.counter);
  });

  test('for a local cloud have what functions share in files of its own, are as whole and answer the same', async () => {
    const query = { 'functions/query.ts': sources['functions/command.ts']! };
    const shared = async (at: string) => {
      for (const [file, text] of Object.entries(query)) writeFileSync(join(at, file), text);
      const [manifestModule, functions] = [join(at, 'index.ts'), join(at, 'functions')];
      return bundle({
        isShared: true,
        hasPersonal: false,
        manifestModule,
        functions,
        fold: { counter: 'a' },
        out: join(at, 'out'),
      });
    };
    const at = write();
    const one = await shared(at);
    expect(await shared(at)).toEqual(one);
    expect(Object.keys(one)).toEqual(['command', 'query']);
    for (const step of ['command', 'query']) {
      const names = readdirSync(one[step]!);
      expect(names).toContain('index.mjs');
      expect(names.filter((name) => name.endsWith('.mjs')).length).toBeGreaterThan(1);
      // Each with its map, so that a stack names the sources.
      expect(names.filter((name) => name.endsWith('.mjs') && !names.includes(`${name}.map`))).toEqual([]);
      expect(readFileSync(join(one[step]!, 'index.mjs'), 'utf8')).toContain('foldstreamFold={"counter":"a"}');
      expect(await answerOf(one[step])).toBe('["counter","other"]\n');
    }
  });

  test('that exist already are made again to the same place', async () => {
    const at = write();
    expect(await bundled(at)).toEqual(await bundled(at));
    expect(readdirSync(join(at, 'out'))).toHaveLength(1);
  });
});
