import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { importsOf, pathOf } from './import-rules.ts';
import { product, sourcesOf } from './sources.ts';

const sources = sourcesOf(product);

/** The file and all files that it imports, directly or through others. */
const loadedBy = (file: string, seen: Set<string> = new Set()): ReadonlySet<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const name of importsOf(sources.get(file) ?? '')) {
    const path = pathOf(file, name);
    if (path !== undefined) loadedBy(path, seen);
  }
  return seen;
};

const partsOf = (entry: string) =>
  ['lib/testing/memory/', 'lib/testing/simulation/', 'lib/http/', 'lib/aws/', 'lib/infra/', 'lib/cli/'].filter((part) =>
    [...loadedBy(entry.slice(2))].some((file) => file.startsWith(part)),
  );

test("the package's entries load what they are for and nothing else", () => {
  const entries = Object.entries(packageJson.exports).map(([entry, file]) => [entry, partsOf(file)]);
  expect(Object.fromEntries(entries)).toEqual({
    '.': [],
    './adapters': [],
    './webhooks': [],
    './operator': [],
    './http': ['lib/http/'],
    './aws': ['lib/http/', 'lib/aws/'],
    './cdk': ['lib/infra/'],
    // Of testing: what `foldstream cost` runs the engine over, which that verb alone loads.
    './cli': ['lib/testing/memory/', 'lib/testing/simulation/', 'lib/http/', 'lib/aws/', 'lib/infra/', 'lib/cli/'],
    './client': [],
    './testing': [],
    './testing/ports': ['lib/testing/memory/'],
    './testing/simulator': ['lib/testing/memory/', 'lib/testing/simulation/'],
  });
});
