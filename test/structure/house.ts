import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { circles, crowded, gridTable, stepFaults } from './grid.ts';
import { type Files, importFaults } from './import-rules.ts';

const root = join(import.meta.dirname, '..', '..');

const read = (pattern: string): Files =>
  new Map(globSync(pattern, { cwd: root }).map((file) => [file.replaceAll(sep, '/'), readFileSync(join(root, file), 'utf8')]));

/** Where the repository's files stand, and which of them stand wrong. */
const sources = read('{bin,lib,functions,events}/**/*.ts');
const all = new Map([...sources, ...read('test/**/*.ts')]);
const arrows = [...importFaults(sources), ...stepFaults(sources)];
const rounds = circles(all).map((group) => `These files import each other in a circle: ${group.join(', ')}`);
const folders = crowded([...all.keys()]);

console.log(`${gridTable(sources)}\n`);
console.log(
  `${rounds.length} circles of imports, ${arrows.length} arrows that the grid does not have, ${folders.length} folders with too many files.`,
);
for (const fault of [...rounds, ...arrows, ...folders]) console.error(fault);
process.exitCode = rounds.length + arrows.length + folders.length > 0 ? 1 : 0;
