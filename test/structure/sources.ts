import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Files } from './import-rules.ts';

const root = join(import.meta.dirname, '..', '..');

/** The files that match a pattern, by their path from the repository's root. */
export const sourcesOf = (pattern: string): Files =>
  new Map(globSync(pattern, { cwd: root }).map((file) => [file.replaceAll(sep, '/'), readFileSync(join(root, file), 'utf8')]));

/** All code that is not a test. */
export const product = '{bin,lib,functions,domains,events}/**/*.ts';
