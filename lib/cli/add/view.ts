import { posix } from 'node:path';
import { type Generated, type Layout, pathBetween } from './aggregate.ts';
import type { EventShape, Field } from './formats.ts';
import type { Name } from './names.ts';
import { listed, literal } from './text.ts';

export type From = Readonly<{ category: Name; events: readonly EventShape[] }>;

/** Every generated row has these beside what it shows of the events. */
const counted = ['changes', 'changedAt'];

const rowFields = ([first]: readonly EventShape[]): readonly Field[] =>
  (first?.fields ?? []).filter(({ name }) => !counted.includes(name) && /^[A-Za-z]\w*$/.test(name));

const changed = (event: EventShape, fields: readonly Field[]): readonly Field[] =>
  fields.filter(({ name, type }) => name !== 'owner' && event.fields.some((other) => other.name === name && other.type === type));

const reactions = ([first, ...others]: readonly EventShape[], fields: readonly Field[]): readonly string[] => {
  const begin = (event: EventShape): string => {
    const before = `${event.type}: (_, { ${fields.length > 0 ? 'data, ' : ''}at }) => (`;
    const items = [...fields.map(({ name }) => `${name}: data.${name}`), 'changes: 1', 'changedAt: at'];
    return `${before}${listed(items, { open: '{', close: '}' }, { indent: '    ', before, after: '),' })})`;
  };
  const change = (event: EventShape): string => {
    const taken = changed(event, fields);
    const head = `${event.type}: (row, { ${taken.length > 0 ? 'data, ' : ''}at }) =>`;
    const items = ['...row', ...taken.map(({ name }) => `${name}: data.${name}`), 'changes: row.changes + 1', 'changedAt: at'];
    const line = `${head} row && ${listed(items, { open: '{', close: '}' }, { indent: '    ', before: `${head} row && `, after: ',' })}`;
    return line;
  };
  return [...(first ? [begin(first)] : []), ...others.map(change)];
};

const viewFile = (name: Name, { category, events }: From, toEvents: string): string => {
  const fields = rowFields(events);
  const isOwned = fields.some((field) => field.name === 'owner');
  const row = [...fields.map((field) => `${field.name}: z.${field.type}()`), 'changes: z.int()', 'changedAt: z.iso.datetime()'];
  const declared = 'const row = z.object(';
  return `\
import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type ${category.pascal}Event, ${category.camel}Source } from '${toEvents}/${category.kebab}.ts';

${declared}${listed(row, { open: '{', close: '}' }, { before: declared, after: ');' })});

type Row = Readonly<z.infer<typeof row>>;

/** GET /views/${name.kebab} and /views/${name.kebab}/{id} */
export const ${name.camel} = rowPerStream<Row, ${category.pascal}Event>()({
  row,
  name: '${name.kebab}',
  revision: 1,
  from: ${category.camel}Source,
  may: [${isOwned ? "'owner', " : ''}'operator'],
${isOwned ? '  owner: (row) => row.owner,\n' : ''}  on: {
${reactions(events, fields)
  .map((line) => `    ${line},\n`)
  .join('')}  },
});
`;
};

const minute = (n: number) => `2026-11-21T12:${String(n).padStart(2, '0')}:00.000Z`;
const lower = (type: string) => type.replace(/^./, (first) => first.toLowerCase());

/** The imports of a test: what it tests and the type of the events, sorted by their files. */
export const importsOf = ({ camel }: Name, { category }: From, file: string, toEvents: string): string => {
  const events = `${toEvents}/${category.kebab}.ts`;
  const tested = `import { ${camel} } from '${file}';\n`;
  const type = `import type { ${category.pascal}Event } from '${events}';\n`;
  return file < events ? tested + type : type + tested;
};

/** Each event as a constant of the test. */
export const examples = ({ category, events }: From): string =>
  events
    .map(({ type, example }) => {
      const before = `const ${lower(type)}: ${category.pascal}Event = `;
      return `${before}${literal({ type, data: example }, { before, after: ';' })};\n`;
    })
    .join('');

const testFile = (name: Name, from: From, file: string, toEvents: string): string => {
  const [first, ...others] = from.events;
  const fields = rowFields(from.events);
  const begun = Object.fromEntries(fields.map((field) => [field.name, first?.example[field.name]]));
  const expected = (after: EventShape, n: number) =>
    Object.fromEntries(
      changed(after, fields)
        .map((field) => [field.name, after.example[field.name]])
        .concat([
          ['changes', n],
          ['changedAt', minute(n)],
        ]),
    );
  const start = first ? lower(first.type) : '';
  return `\
import { projecting } from 'foldstream/testing';
import { describe, it } from 'vitest';
${importsOf(name, from, file, toEvents)}
const given = projecting(${name.camel});
${examples(from)}const begun = ${literal({ ...begun, changes: 1, changedAt: minute(1) }, { before: 'const begun = ', after: ';' })};

describe('${name.kebab}', () => {
  it('has no row before the first event', () => given().rows());
  it('begins with ${first?.type}', () => given(${start}).rows(begun));
${others
  .map((other) => {
    const before = `    given(${start}, ${lower(other.type)}).rows(`;
    const shown = Object.entries(expected(other, 2)).map(([key, value]) => `${key}: ${literal(value)}`);
    const row = listed(
      ['...begun', ...shown],
      { open: '{', close: '}' },
      { indent: '    ', before: before.trimStart(), after: '));' },
    );
    return `  it('follows ${other.type}', () =>\n${before}${row}));\n`;
  })
  .join('')}});
`;
};

/** The files of a new view of one category, and its line in the manifest. */
export const view = (name: Name, from: From, { domains, tests }: Layout): Generated => {
  const folder = posix.join(domains, from.category.kebab, 'projections');
  const file = name.kebab.startsWith(`${from.category.kebab}-`) ? name.kebab.slice(from.category.kebab.length + 1) : name.kebab;
  return {
    files: {
      [`${folder}/${file}.ts`]: viewFile(name, from, pathBetween(folder, 'events')),
      [`${tests}/${name.kebab}.test.ts`]: testFile(
        name,
        from,
        pathBetween(tests, `${folder}/${file}.ts`),
        pathBetween(tests, 'events'),
      ),
    },
    entry: { list: 'projections', name: name.camel, file: `./${from.category.kebab}/projections/${file}.ts` },
  };
};
