import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('a browser loads at most 5 KB of the client, and nothing else', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, '../../lib/client/index.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    metafile: true,
  });
  expect(Object.keys(metafile.inputs).filter((file) => !file.startsWith('lib/client/'))).toEqual([]);
  const size = gzipSync(outputFiles[0]!.contents).length;
  expect(size).toBeLessThanOrEqual(5_000);
  console.log(`foldstream/client: ${size} bytes, gzip`);
});
