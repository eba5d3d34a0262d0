import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../console');

it('the first page has at most 200 KB, gzip, and no screen; it names no address outside', async () => {
  const built = (await build({
    configFile: join(folder, 'vite.config.ts'),
    logLevel: 'silent',
    build: { write: false },
  })) as Rolldown.RolldownOutput;
  const files = new Map(built.output.map((file) => [file.fileName, file]));
  const page = files.get('index.html');
  if (page?.type !== 'asset') throw new Error('There is no index.html.');
  const html = String(page.source);
  // What the page names, and what that imports at once; screens are imported when they are gone to.
  const first = new Set([...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, name = '']) => name));
  for (const name of first) {
    const file = files.get(name);
    if (file?.type === 'chunk') for (const other of file.imports) first.add(other);
  }
  const sizes = [page, ...[...first].flatMap((name) => files.get(name) ?? [])].map(
    (file) => gzipSync(file.type === 'chunk' ? file.code : file.source).length,
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect(first.size).toBeGreaterThan(1);
  expect([...first].filter((name) => /(?:model|cost|subjects|streams|flow)-/.test(name))).toEqual([]);
  expect(bytes).toBeLessThanOrEqual(200_000);
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  console.log(`The console's first page: ${bytes} bytes, gzip, in ${first.size + 1} files`);
});
