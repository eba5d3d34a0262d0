import { posix } from 'node:path';
import { type Generated, type Layout, pathBetween } from './aggregate.ts';
import type { Name } from './names.ts';
import { examples, type From, importsOf } from './view.ts';

const processFile = (name: Name, { category, events }: From, since: string, toEvents: string): string => `\
import { later, process, v1 } from 'foldstream';
import * as z from 'zod';
import { type ${category.pascal}Event, ${category.camel}Source } from '${toEvents}/${category.kebab}.ts';

/** What an instance remembers: a stored format. A released version is never edited: \`.next(schema, upcast)\` adds the following one. */
const memory = v1(z.object({ begunAt: z.string() }));
type Memory = ReturnType<typeof memory.parse>;

/**
 * An instance for each ${category.kebab}. It begins with ${events[0]?.type}, waits for a day, and ends. Name the aggregates that it sends commands to in \`sends\`, and
 * let a reaction return them: \`send: [send(aggregate, id, 'Command', {}, { done: 'done' })]\`.
 */
export const ${name.camel} = process<Memory, ${category.pascal}Event>()({
  category: '${name.camel}',
  from: [${category.camel}Source],
  sends: [],
  since: '${since}',
  memory,
  initial: { begunAt: '' },
  instance: (event) => event.entityId,
  on: {
    ${events[0]?.type}: (_, { at }) => ({ memory: { begunAt: at }, setDeadlines: { waited: later(at, { hours: 24 }) } }),
  },
  onDeadline: {
    waited: () => ({ end: 'done' }),
  },
});
`;

const testFile = (name: Name, from: From, file: string, toEvents: string): string => {
  const [first] = from.events;
  const begun = first ? first.type.replace(/^./, (letter) => letter.toLowerCase()) : '';
  return `\
import { later } from 'foldstream';
import { due, reacting } from 'foldstream/testing';
import { describe, it } from 'vitest';
${importsOf(name, from, file, toEvents)}
const given = reacting(${name.camel});
const at = '2026-11-21T12:01:00.000Z';
${examples({ ...from, events: from.events.slice(0, 1) })}
describe('${name.kebab}', () => {
  it('waits for a day', () =>
    given()
      .when(${begun})
      .then({ setDeadlines: { waited: later(at, { hours: 24 }) } })
      .remembers({ begunAt: at }));
  it('then ends', () => given(${begun}).when(due('waited')).then({ end: 'done' }));
});
`;
};

/** The files of a new process that reacts to one category, and its line in the manifest. It takes the events from \`since\` on. */
export const processOf = (name: Name, from: From, { domains, tests }: Layout, since: string): Generated => {
  const folder = posix.join(domains, name.kebab);
  return {
    files: {
      [`${folder}/process.ts`]: processFile(name, from, since, pathBetween(folder, 'events')),
      [`${tests}/${name.kebab}.test.ts`]: testFile(
        name,
        from,
        pathBetween(tests, `${folder}/process.ts`),
        pathBetween(tests, 'events'),
      ),
    },
    entry: { list: 'processes', name: name.camel, file: `./${name.kebab}/process.ts` },
  };
};
