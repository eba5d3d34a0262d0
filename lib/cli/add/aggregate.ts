import { posix } from 'node:path';
import type { EventShape } from './formats.ts';
import type { Name } from './names.ts';

/** Generated files, by their path from the project's folder. */
export type Files = Readonly<Record<string, string>>;

/** The line of the manifest: what is imported from where, and the list that it is named in. */
export type Entry = Readonly<{ list: 'aggregates' | 'projections' | 'processes'; name: string; file: string }>;

/** The folders of a project, each relative to the project's own. */
export type Layout = Readonly<{ domains: string; tests: string }>;

export type Generated = Readonly<{ files: Files; entry: Entry }>;

const owner = { name: 'owner', type: 'string' } as const;
const title = { name: 'title', type: 'string' } as const;

/** The events of a generated aggregate, with an example of each. */
const eventsOfAggregate = ({ pascal }: Name): readonly EventShape[] => [
  { type: `${pascal}Opened`, fields: [owner, title], example: { owner: 'ada', title: 'The first one' } },
  { type: `${pascal}Renamed`, fields: [title], example: { title: 'A better name' } },
  { type: `${pascal}Closed`, fields: [], example: {} },
];

const eventsFile = ({ camel, pascal }: Name): string => `\
import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

/** Stored formats. A released version is never edited: \`.next(schema, upcast)\` adds the following one. */
export const ${camel}Events = {
  ${pascal}Opened: v1(z.object({ owner: z.string(), title: z.string() })),
  ${pascal}Renamed: v1(z.object({ title: z.string() })),
  ${pascal}Closed: v1(z.object({})),
};

export type ${pascal}Event = EventOf<typeof ${camel}Events>;

export const ${camel}Source: Source<${pascal}Event> = { category: '${camel}', events: ${camel}Events };
`;

const deciderFile = ({ camel, pascal, kebab }: Name, toEvents: string): string => `\
import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type ${pascal}Event, ${camel}Events } from '${toEvents}/${kebab}.ts';

const title = z.string().trim().min(1).max(200);

const ${camel}Commands = {
  Open: command(['owner'], z.strictObject({ title })),
  Rename: command(['owner'], z.strictObject({ title })),
  Close: command(['owner', 'operator'], z.strictObject({})),
};

type ${pascal} = Readonly<{ status: 'none' | 'open' | 'closed'; owner?: string; title?: string }>;

/** POST /${kebab}/{id}/open, /rename and /close */
export const ${camel} = decider<${pascal}, ${pascal}Event>()({
  category: '${camel}',
  events: ${camel}Events,
  commands: ${camel}Commands,
  initial: { status: 'none' },
  owner: (state) => state.owner,
  decide: {
    Open: ({ status }, { title }, { actor }) =>
      status === 'none' ? [{ type: '${pascal}Opened', data: { owner: actor.id, title } }] : refuse('already-opened'),
    Rename: (state, { title }) => {
      if (state.status !== 'open') return refuse('not-open', { ${camel}Status: state.status });
      return title === state.title ? [] : [{ type: '${pascal}Renamed', data: { title } }];
    },
    Close: ({ status }) => {
      if (status !== 'open') return refuse('not-open', { ${camel}Status: status });
      return [{ type: '${pascal}Closed', data: {} }];
    },
  },
  evolve: {
    ${pascal}Opened: (_, { owner, title }) => ({ status: 'open', owner, title }),
    ${pascal}Renamed: (state, { title }) => ({ ...state, title }),
    ${pascal}Closed: (state) => ({ ...state, status: 'closed' }),
  },
});
`;

const testFile = ({ camel, pascal, kebab }: Name, file: string): string => `\
import { user } from 'foldstream';
import { deciding } from 'foldstream/testing';
import { describe, it } from 'vitest';
import { ${camel} } from '${file}';

const given = deciding(${camel});
const opened = { type: '${pascal}Opened', data: { owner: 'ada', title: 'The first one' } } as const;
const renamed = { type: '${pascal}Renamed', data: { title: 'A better name' } } as const;
const closed = { type: '${pascal}Closed', data: {} } as const;
const ada = user('ada');
const bob = user('bob');

describe('${kebab}', () => {
  it('belongs to whoever opens it', () =>
    given()
      .when({ type: 'Open', data: { title: 'The first one' } }, { actor: ada })
      .then(opened));
  it('is opened once', () =>
    given(opened)
      .when({ type: 'Open', data: { title: 'Again' } })
      .rejected('already-opened'));
  it('is renamed, and to the same name nothing happens', () => {
    given(opened).when({ type: 'Rename', data: renamed.data }).then(renamed);
    given(opened, renamed).when({ type: 'Rename', data: renamed.data }).then();
  });
  it('is renamed by its owner alone', () =>
    given(opened).when({ type: 'Rename', data: renamed.data }, { actor: bob }).forbidden());
  it('says why it cannot be renamed when it is closed', () =>
    given(opened, closed).when({ type: 'Rename', data: renamed.data }).rejected('not-open', { ${camel}Status: 'closed' }));
  it('is closed once', () => {
    given(opened).when({ type: 'Close', data: {} }).then(closed);
    given(opened, closed).when({ type: 'Close', data: {} }).rejected('not-open', { ${camel}Status: 'closed' });
  });
});
`;

/** The golden samples of a generated aggregate's events: what was stored once must be readable forever. */
const samplesOf = (name: Name): Files =>
  Object.fromEntries(
    eventsOfAggregate(name).map(({ type, example }) => [
      `events/samples/${name.camel}/${type}.v1.json`,
      `${JSON.stringify({ type, v: 1, data: example }, null, 2)}\n`,
    ]),
  );

/** A path as a file in a folder imports it; both are relative to the project's folder. */
export const pathBetween = (folder: string, path: string): string => posix.relative(folder, path);

/** The files of a new aggregate, and its line in the manifest. */
export const aggregate = (name: Name, { domains, tests }: Layout): Generated => ({
  files: {
    [`events/${name.kebab}.ts`]: eventsFile(name),
    [posix.join(domains, name.kebab, 'decider.ts')]: deciderFile(name, pathBetween(posix.join(domains, name.kebab), 'events')),
    [`${tests}/${name.kebab}.test.ts`]: testFile(name, pathBetween(tests, posix.join(domains, name.kebab, 'decider.ts'))),
    ...samplesOf(name),
  },
  entry: { list: 'aggregates', name: name.camel, file: `./${name.kebab}/decider.ts` },
});
