import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { root } from '../../lib/cli/local/deployment.ts';

const imported = /from '(\.{1,2}\/[^']+\.ts)'/g;

/**
 * The test files that do more with a higher FOLDSTREAM_RUNS: those with a property whose number of runs follows from it, by themselves or by a module of the tests.
 * All others would only do the same once more.
 */
export const propertyFiles = (): readonly string[] => {
  const known = new Map<string, boolean>();
  const hasProperty = (file: string): boolean => {
    const found = known.get(file);
    if (found !== undefined) return found;
    known.set(file, false);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const own = text.includes('process.env.FOLDSTREAM_RUNS');
    const result =
      own ||
      [...text.matchAll(imported)]
        .map(([, path = '']) => resolve(dirname(file), path))
        .filter((path) => path.startsWith(join(root, 'test')))
        .some(hasProperty);
    known.set(file, result);
    return result;
  };
  return globSync('test/**/*.test.ts', { cwd: root })
    .map((file) => join(root, file))
    .filter(hasProperty)
    .map((file) => relative(root, file))
    .sort();
};
