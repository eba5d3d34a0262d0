import { describe, expect, it } from 'vitest';
import * as limits from '../../lib/engine/limits.ts';
import { product, sourcesOf } from './sources.ts';

const home = 'lib/engine/limits.ts';

/** Large enough to be recognised by its value alone; a smaller one is many things. */
const telling = 2_000;
const values = new Set(
  Object.values(limits)
    .flatMap((service) => Object.values<unknown>(service))
    .filter((value) => Number(value) >= telling),
);

/** Numbers of our own that happen to be the same. */
const own: Readonly<Record<string, string>> = {
  'lib/http/body.ts 262144': 'what a body may have',
  'lib/cli/history/export-part.ts 4194304': 'the usual size of a member of an export',
};

/** A number, or a product of numbers, as it stands in a source. */
const numbers = /(?<![\w.])\d[\d_]*(?:\s*\*\s*\d[\d_]*)*(?![\w.])/g;
const evaluated = (text: string) => text.split('*').reduce((all, factor) => all * Number(factor.replaceAll('_', '')), 1);

const faultsOf = (file: string, source: string): readonly string[] => {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const found = [...code.matchAll(numbers)].map(([text]) => evaluated(text)).filter((value) => values.has(value));
  return file === home ? [] : found.map((value) => `${file} ${value}`).filter((fault) => !(fault in own));
};

describe('a limit of AWS', () => {
  it('stands in one file, and nowhere else in the product', () => {
    const sources = sourcesOf(product);
    expect([...sources.keys()]).toContain(home);
    expect([...sources].flatMap(([file, source]) => faultsOf(file, source))).toEqual([]);
  });

  it.each(['400 * 1024', '409_600', '4 * 1024 * 1_024', '4_096', '6_000_000'])('is found as %s', (text) =>
    expect(faultsOf('lib/a.ts', `const most = ${text};`)).toEqual([`lib/a.ts ${evaluated(text)}`]),
  );

  it.each(['const most = 24 * 1024;', '// Items have 409_600 bytes.', "const name = 'v4096';"])('is not seen in %s', (source) =>
    expect(faultsOf('lib/a.ts', source)).toEqual([]),
  );
});
