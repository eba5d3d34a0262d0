import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type PackedTexts, zip } from '../../../lib/aws/deployment/zip.ts';

const files = new Map([
  ['index.mjs', 'export const handler = 1;'],
  ['chunk-é.mjs', 'ä'.repeat(100_000)],
  ['empty', ''],
]);

const script = `
import io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
print(json.dumps([[each.filename, archive.read(each).decode(), oct(each.external_attr >> 16)] for each in archive.infolist()]))`;

test('an archive is read as it was written, by another program', () => {
  const read = JSON.parse(execFileSync('python3', ['-c', script], { input: zip(files), encoding: 'utf8' }));
  expect(read).toEqual([...files].map(([name, text]) => [name, text, '0o100644']));
});

test('the same files make the same bytes, packed before or not', () => {
  const known: PackedTexts = new Map();
  const first = zip(files, known);
  expect(zip(files, known)).toEqual(first);
  expect(zip(files)).toEqual(first);
});
