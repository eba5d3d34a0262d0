import { circles, crowded, gridTable, stepFaults } from './grid.ts';
import { importFaults } from './import-rules.ts';
import { product, sourcesOf } from './sources.ts';

/** Prints the places of the repository's files, and those that are in a wrong place. */
const sources = sourcesOf(product);
const all = new Map([...sources, ...sourcesOf('test/**/*.ts')]);
const arrows = [...importFaults(sources), ...stepFaults(sources)];
const rounds = circles(all).map((group) => `These files import each other in a circle: ${group.join(', ')}`);
const folders = crowded([...all.keys()]);

console.log(`${gridTable(sources)}\n`);
console.log(
  `${rounds.length} circles of imports, ${arrows.length} arrows that the grid does not have, ${folders.length} folders with too many files.`,
);
for (const fault of [...rounds, ...arrows, ...folders]) console.error(fault);
process.exitCode = rounds.length + arrows.length + folders.length > 0 ? 1 : 0;
