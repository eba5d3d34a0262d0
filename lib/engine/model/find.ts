import type { Model, Schema } from './model.ts';

/** Something of a model that has a page: its kind, its name, and the page's names. */
export type Found = Readonly<{
  kind: 'aggregate' | 'event' | 'view' | 'process';
  name: string;
  about: string;
  page: readonly string[];
}>;

/** The names of all fields of a JSON Schema. */
const fieldsIn = (schema: unknown): readonly string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties } = schema as Readonly<{ properties?: Schema }>;
  return [...Object.keys(properties ?? {}), ...Object.values(schema).flatMap(fieldsIn)];
};

type Entry = Found & Readonly<{ words: readonly string[] }>;

const several = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

const entriesOf = ({ aggregates, events, views, processes }: Model): readonly Entry[] => [
  ...aggregates.map(
    ({ category, commands, events: own }): Entry => ({
      kind: 'aggregate',
      name: category,
      about: `${several(commands.length, 'command')}, ${several(own.length, 'event')}`,
      page: ['aggregate', category],
      words: commands.flatMap(({ name, schema, may }) => [name, ...fieldsIn(schema), ...may]),
    }),
  ),
  ...events.map(
    ({ category, type, written, versions, views: read, processes: react }): Entry => ({
      kind: 'event',
      name: type,
      about: `of ${category}, v${written}; ${several(read.length, 'view')}, ${several(react.length, 'process').replace('processs', 'processes')}`,
      page: ['event', category, type],
      words: [category, ...versions.flatMap(({ schema }) => fieldsIn(schema))],
    }),
  ),
  ...[...new Map(views.map((view) => [view.name, view])).values()].map(
    ({ name, kind, may, from, lists, row }): Entry => ({
      kind: 'view',
      name,
      about: `${kind.replaceAll('-', ' ')}, for ${may.join(', ')}`,
      page: ['view', name],
      words: [
        ...may,
        ...from.flatMap(({ category, types }) => [category, ...types]),
        ...lists.map((list) => list.name),
        ...fieldsIn(row),
      ],
    }),
  ),
  ...processes.map(
    ({ category, kind, from, sends, effects, raises }): Entry => ({
      kind: 'process',
      name: category,
      about: kind,
      page: ['process', category],
      words: [
        ...from.flatMap(({ category: source, types }) => [source, ...types]),
        ...sends.flatMap(({ category: to, commands }) => [to, ...commands]),
        ...effects,
        ...raises,
      ],
    }),
  ),
];

/** All that has to do with some words: those whose names have them come first. Without words, everything. */
export const foundIn = (model: Model, text: string): readonly Found[] => {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = ({ name, kind, words }: Entry): number => {
    const named = `${kind} ${name}`.toLowerCase();
    if (wanted.every((word) => named.includes(word))) return 0;
    const all = `${named} ${words.join(' ')}`.toLowerCase();
    return wanted.every((word) => all.includes(word)) ? 1 : 2;
  };
  return entriesOf(model)
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((each) => each.rank < 2)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ entry: { words: _, ...found } }) => found);
};

/** True if an event has a page: those that the product itself stores, such as the steps of processes, are the same in every model. */
export const hasPage = ({ events }: Pick<Model, 'events'>, category: string, type: string): boolean =>
  events.some((event) => event.category === category && event.type === type);
