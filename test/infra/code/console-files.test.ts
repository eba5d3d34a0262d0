import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import type { PackedFile } from '../../../lib/core/operate/console.ts';
import { domainOptions, functionCode } from '../../../lib/infra/code/bundle.ts';
import { packedDomain, scriptOf } from '../../../lib/infra/code/console-files.ts';
import { hotCode } from '../../../lib/infra/code/hot-code.ts';

const reference = new URL('../../../domains/index.ts', import.meta.url);
const scratch = mkdtempSync(join(tmpdir(), 'foldstream-console-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const scriptFor = (manifest: string | URL) => scriptOf(() => build(domainOptions(manifest)));

/** Runs a script where there is nothing of Node's, as in a worker, and sends it one message. */
const answered = async (script: string, message: object): Promise<unknown> => {
  let listener: ((event: object) => void) | undefined;
  const answers = Promise.withResolvers<unknown>();
  const scope = {
    addEventListener: (_: string, listening: typeof listener) => {
      listener = listening;
    },
    postMessage: answers.resolve,
    ...{ TextEncoder, TextDecoder, URL },
  };
  runInContext('globalThis.self = globalThis;', createContext(scope));
  runInContext(script, scope);
  listener?.({ data: message });
  return answers.promise;
};

describe("the domain's code for a worker", () => {
  test('is one script that needs nothing of Node, and answers by the manifest', async () => {
    const script = await scriptFor(reference);
    expect(await answered(script, { id: 7, call: 'describe', args: [] })).toMatchObject({
      id: 7,
      value: { categories: expect.arrayContaining(['account']), views: expect.arrayContaining(['account-balance']) },
    });
    expect(await answered(script, { id: 8, call: 'toString', args: [] })).toMatchObject({
      id: 8,
      error: expect.stringContaining("knows no call 'toString'"),
    });
    const packed = JSON.parse(await packedDomain(script)) as PackedFile;
    expect(packed.type).toBe('text/javascript; charset=utf-8');
    expect(gunzipSync(Buffer.from(packed.gzip, 'base64')).toString()).toBe(script);
    // Most of it is zod.
    expect(Buffer.from(packed.gzip, 'base64').length).toBeLessThan(120_000);
  });

  test('says why, to each call, where a domain does not run in a browser', async () => {
    const manifest = join(scratch, 'index.ts');
    writeFileSync(
      manifest,
      "import { hostname } from 'node:os'; export const manifest = { aggregates: [], projections: [], at: hostname() };",
    );
    expect(await answered(await scriptFor(manifest), { id: 1, call: 'describe', args: [] })).toEqual({
      id: 1,
      error: expect.stringMatching(/^The domain's code does not run in a browser: .*node:os/),
    });
  });

  test('is not in the function that anybody may call', async () => {
    const { options } = await functionCode({ manifestModule: reference });
    const entryPoints = options.entryPoints.filter(({ out }) => out.startsWith('console/'));
    const { outputFiles } = await build({ ...options, entryPoints });
    const [code = ''] = outputFiles.map(({ text }) => text);
    expect([code.includes('console/index.html'), code.includes('AccountOpened')]).toEqual([true, false]);
  });

  test('goes along when saved code is replaced, beside the files of the console', async () => {
    const functions = join(scratch, 'functions');
    mkdirSync(functions);
    for (const step of ['console', 'ops', 'query'])
      writeFileSync(join(functions, `${step}.ts`), 'export const handler = () => 1;');
    const hot = await hotCode({ manifestModule: reference, functions });
    try {
      const { steps } = await hot.build();
      const { gzip } = JSON.parse(steps.get('ops')?.files.get('domain.json') ?? '') as PackedFile;
      const script = gunzipSync(Buffer.from(gzip, 'base64')).toString();
      expect(await answered(script, { id: 1, call: 'describe', args: [] })).toMatchObject({ id: 1, value: expect.anything() });
      expect(Object.keys(JSON.parse(steps.get('console')?.files.get('site.json') ?? ''))).toContain('index.html');
      expect(steps.get('query')?.files.has('site.json')).toBe(false);
    } finally {
      await hot.close();
    }
  });
});
