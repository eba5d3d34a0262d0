import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { installInto } from '../support/pack.ts';

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, '../..');
const project = realpathSync(mkdtempSync(join(tmpdir(), 'foldstream-installed-')));
afterAll(() => rmSync(project, { recursive: true }));

/** A team's repository: what it writes, and nothing of ours. */
const files: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'bank', type: 'module', imports: { '#manifest': './manifest.ts' } }),
  'cdk.json': JSON.stringify({ app: 'node app.ts', versionReporting: false, notices: false }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      ...{ target: 'es2024', module: 'nodenext', types: ['node'], noEmit: true, strict: true },
      // The package's own declarations are checked too.
      ...{ allowImportingTsExtensions: true, skipLibCheck: false, erasableSyntaxOnly: true, verbatimModuleSyntax: true },
    },
    // Without app.ts: to check the declarations of the CDK would take longer than all of this.
    include: ['entries.ts', 'manifest.ts', 'page.ts'],
  }),
  'counter.ts': `import { command, decider, type EventOf, refuse, rowPerStream, v1 } from 'foldstream';
    import * as z from 'zod';
    const events = { Counted: v1(z.object({ by: z.int() })) };
    type CounterEvent = EventOf<typeof events>;
    const source = { category: 'counter', events };
    const commands = { Count: command(['teller', 'operator'], z.object({ by: z.int() })) };
    export const counter = decider<number, CounterEvent>()({
      category: 'counter', events, commands, initial: 0,
      decide: { Count: (count, { by }) => (by > 9 ? refuse('too-fast', { count }) : [{ type: 'Counted', data: { by } }]) },
      evolve: { Counted: (count, { by }) => count + by },
    });
    export const counts = rowPerStream<{ count: number }, CounterEvent>()({
      name: 'counts', revision: 1, from: source, may: ['operator'],
      on: { Counted: (row, { data }) => ({ count: (row?.count ?? 0) + data.by }) },
    });`,
  'page.ts': `import { client } from 'foldstream/client';
    import type { manifest } from './manifest.ts';
    const api = client<typeof manifest>({ url: 'https://api.example.com' });
    const { count } = api.counter('c1');
    export const shown = async (error: unknown): Promise<number> => {
      await count({ by: 1 });
      // @ts-expect-error: a field that the command does not have
      await count({ buy: 1 });
      // @ts-expect-error: a view that the manifest does not have
      await api.views.count.get('c1');
      if (count.refused(error)) {
        // @ts-expect-error: a reason that the decider does not give
        if (error.reason === 'too-slow') return 0;
        if (error.reason === 'too-fast') return error.detail.count;
      }
      return (await api.views.counts.get('c1')).count;
    };`,
  'manifest.ts': `import { defineManifest, type May } from 'foldstream';
    import { counter, counts } from './counter.ts';
    declare module 'foldstream' {
      interface Roles { teller: true }
    }
    export const many: May = ['owner', 'teller', 'operator'];
    // @ts-expect-error: a role that this project does not declare
    export const wrong: May = ['auditor'];
    export const manifest = defineManifest({ roles: ['teller'], aggregates: [counter], projections: [counts] });`,
  'app.ts': `import { foldstreamApp } from 'foldstream/cdk';
    import { manifest } from './manifest.ts';
    await foldstreamApp({ manifest, manifestModule: import.meta.resolve('./manifest.ts') });`,
  'entries.ts': `export * as aws from 'foldstream/aws';
    export * as cli from 'foldstream/cli';
    export * as http from 'foldstream/http';
    export * as ports from 'foldstream/testing/ports';
    export * as simulator from 'foldstream/testing/simulator';
    export * as testing from 'foldstream/testing';`,
};
await installInto(project, files);

const foldstream = (folder: string, ...args: string[]) =>
  run(process.execPath, [join(project, 'node_modules/foldstream/bin/foldstream.js'), ...args], { cwd: folder });

describe('a project with the packed package', () => {
  test('is type-checked, with the declarations of every entry', async () => {
    const { stdout } = await run(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', project]).catch(
      (error: { stdout: string }) => error,
    );
    // A package of others may lack types of its own optional peers.
    expect(stdout.split('\n').filter((line) => /^(node_modules\/foldstream|\w+\.ts)/.test(line))).toEqual([]);
    expect(stdout).not.toMatch(/error TS(?!2307)/);
  });

  test("is synthesized: the constructs bundle the package's functions with the project's manifest", async () => {
    // As for a local cloud, where functions share files: a fraction of the work.
    const context = JSON.stringify({ localCloud: 'http://127.0.0.1:4566', plainHttp: 'true', nested: 'false' });
    const env = { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: join(project, 'cdk.out'), CDK_CONTEXT_JSON: context };
    await run(process.execPath, ['app.ts'], { cwd: project, env });
    const bundles = join(project, '.cache', 'bundles');
    const steps = readdirSync(bundles).map((name) => name.replace(/-[^-]*$/, ''));
    expect(steps.toSorted()).toEqual(
      readdirSync(join(repository, 'functions'))
        .map((file) => file.slice(0, -3))
        .toSorted(),
    );
    const command = join(bundles, readdirSync(bundles).find((name) => name.startsWith('command-'))!);
    // The console comes built with the package, and the project's own code as a worker of its page.
    const fileOf = (step: string, name: string) =>
      JSON.parse(
        readFileSync(join(bundles, readdirSync(bundles).find((each) => each.replace(/-[^-]*$/, '') === step)!, name), 'utf8'),
      );
    expect(Object.keys(fileOf('console', 'site.json'))).toContain('index.html');
    expect(gunzipSync(Buffer.from(fileOf('ops', 'domain.json').gzip, 'base64')).toString()).toContain('"counter"');
    const textsOf = (extension: string) =>
      readdirSync(command)
        .filter((name) => name.endsWith(extension))
        .map((name) => readFileSync(join(command, name), 'utf8'));
    const code = textsOf('.mjs').join('\n');
    expect(code).toContain('"counter"');
    const sources = textsOf('.map').flatMap((map) => (JSON.parse(map) as { sources: string[] }).sources);
    expect(sources).toEqual(expect.arrayContaining(['manifest/counter.ts', 'node_modules/foldstream/lib/core/version.ts']));
    expect([...sources, code].filter((text) => text.includes(project) || text.includes(repository))).toEqual([]);
  });

  test('has its manifest found by the command line, from a folder of it', async () => {
    const { stdout } = await foldstream(join(project, 'node_modules'), 'openapi');
    expect(stdout).toContain('/counter/{id}/count');
    await foldstream(project, 'contracts', '--draft');
    expect(readdirSync(join(project, 'events', 'samples', 'counter'))).toEqual(['Counted.v1.json']);
  });
});
