import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manifest as more } from '../../domains/contexts.ts';
import { manifest as reference } from '../../domains/index.ts';
import { kebab, sourcesOf } from '../../lib/index.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/contexts/README.md'), 'utf8');

/** Folders below `domains` that belong to another one's context. */
const partOf: Readonly<Record<string, string>> = { 'fraud-watch': 'account', stock: 'order', fulfilment: 'order' };
/** Categories of processes that are in a file of another folder. */
const folderOf: Readonly<Record<string, string>> = {
  transferProcess: 'transfer',
  settlement: 'trade',
  telemetryWatch: 'telemetry',
};
const contextOf = (category: string): string => {
  const folder = folderOf[category] ?? kebab(category);
  return partOf[folder] ?? folder;
};

const folders = readdirSync(join(root, 'domains'), { withFileTypes: true }).flatMap((each) =>
  each.isDirectory() && each.name !== 'adapters' ? [each.name] : [],
);

const isCode = (line: string): boolean => line.trim() !== '' && !/^\s*(\/\/|\/?\*|import )/.test(line);

/** A context in figures, as the table has it: lines without imports, comments and empty ones, rounded to ten. */
const rowOf = (context: string): string => {
  const own = folders.filter((folder) => (partOf[folder] ?? folder) === context);
  const files = own.flatMap((folder) =>
    (readdirSync(join(root, 'domains', folder), { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(root, 'domains', folder, file)),
  );
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(isCode)).length;
  const aggregates = [...new Set([...reference.aggregates, ...more.aggregates])].filter(
    (each) => contextOf(each.category) === context,
  );
  const views = [...new Set([...reference.projections, ...more.projections])].filter(
    (view) =>
      !['event-log', 'process-instances', 'subjects-held'].includes(view.name) &&
      contextOf(sourcesOf(view)[0]!.category) === context,
  );
  const count = (of: 'commands' | 'events') => aggregates.reduce((sum, each) => sum + Object.keys(each[of]).length, 0);
  const name = existsSync(join(root, 'docs/contexts', `${context}.md`)) ? `[${context}](${context}.md)` : context;
  return `| ${[name, files.length, Math.round(lines / 10) * 10, count('commands'), count('events'), views.length].join(' | ')} | `;
};

it('the table of contexts has them all, with their figures', () => {
  const contexts = [...new Set(folders.map((folder) => partOf[folder] ?? folder))];
  const missing = contexts.map(rowOf).filter((row) => !page.includes(`\n${row}`));
  expect(missing, 'Put these lines into the table of docs/contexts/README.md, each with what it shows.').toEqual([]);
});
