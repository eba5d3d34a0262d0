import type { Schema } from '../../../lib/engine/model/model.ts';
import type { RowList, RowsOf } from '../../parts/rows/asked.ts';

type Parameter = Readonly<{ name?: string; $ref?: string }>;
type Body = Readonly<{ content?: Readonly<Record<string, Readonly<{ schema?: Schema; example?: unknown }>>> }>;
type Operation = Readonly<{
  operationId: string;
  tags?: readonly string[];
  summary?: string;
  parameters?: readonly Parameter[];
  requestBody?: Body;
  'x-may'?: readonly string[];
  'x-lists'?: Readonly<Record<string, Omit<RowList, 'name'>>>;
  'x-streams'?: Readonly<{ categories: readonly string[]; wholeNames?: boolean }>;
}>;

/** The API's own description, as far as it is read here. */
export type Description = Readonly<{ paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }>;

/** A command that the caller may send: to any stream, or to their own alone. */
export type DeskCommand = Readonly<{
  category: string;
  /** In the path, such as `change-line`; and as the client calls it, such as `ChangeLine`. */
  name: string;
  method: string;
  summary: string;
  isOwn: boolean;
  schema: Schema;
  example?: unknown;
}>;

/** A view that the caller may read: all of its rows, or their own alone. */
export type DeskView = RowsOf &
  Readonly<{ isOwn: boolean; categories: readonly string[]; idIn: (category: string, id: string) => string }>;

export type Desk = Readonly<{ views: readonly DeskView[]; commands: readonly DeskCommand[] }>;

export type Caller = Readonly<{ roles: readonly string[] }>;

/** What a declaration lets a caller do: everything, with their own alone, or nothing. */
export const reachOf = (may: readonly string[], { roles }: Caller): 'all' | 'own' | undefined => {
  if (may.some((who) => who === 'anyone' || who === 'user' || roles.includes(who))) return 'all';
  return may.includes('owner') && !roles.includes('operator') ? 'own' : undefined;
};

const named = ({ parameters = [] }: Operation, name: string): boolean =>
  parameters.some((each) => each.name === name || each.$ref === `#/components/parameters/${name}`);

const json = 'application/json';
const filter = 'filter.';

const commandOf = (path: string, post: Operation, caller: Caller): DeskCommand | undefined => {
  const [category = '', id, name = '', ...rest] = path.split('/').slice(1);
  const reach = reachOf(post['x-may'] ?? [], caller);
  if (id !== '{id}' || name === '' || rest.length > 0 || post.tags?.[0] !== category || !reach) return undefined;
  const { schema = {}, example } = post.requestBody?.content?.[json] ?? {};
  const method = post.operationId.slice(category.length + 1);
  return {
    ...{ category, name, schema, example },
    method: `${method.charAt(0).toUpperCase()}${method.slice(1)}`,
    summary: post.summary ?? name,
    isOwn: reach === 'own',
  };
};

const viewOf = (name: string, byId: Operation, list: Operation | undefined, caller: Caller): DeskView | undefined => {
  const reach = reachOf(byId['x-may'] ?? [], caller);
  if (!reach) return undefined;
  const { categories = [], wholeNames = false } = byId['x-streams'] ?? {};
  const needsId = named(byId, 'limit');
  const lists = Object.entries(list?.['x-lists'] ?? {}).map(([each, of]) => ({ name: each, ...of }));
  const filtered = [...(byId.parameters ?? []), ...(list?.parameters ?? [])].flatMap((each) =>
    each.name?.startsWith(filter) ? [each.name.slice(filter.length)] : [],
  );
  return {
    ...{ name, needsId, categories, isOwn: reach === 'own' },
    // A list that is not within an owner has others' rows.
    lists: lists.filter(({ within }) => reach === 'all' || within === 'owner'),
    filters: [...new Set(filtered)],
    hasOwner: reach === 'all' && list !== undefined && named(list, 'owner'),
    streamOf: (id) => (categories.length === 0 || needsId ? undefined : wholeNames ? id : `${categories[0]}-${id}`),
    idIn: (category, id) => (wholeNames ? `${category}-${id}` : id),
  };
};

/** What a caller may read and send, by the API's own description. */
export const deskOf = ({ paths }: Description, caller: Caller): Desk => ({
  views: Object.entries(paths).flatMap(([path, { get }]) => {
    const name = /^\/views\/([^/]+)\/\{id\}$/.exec(path)?.[1];
    return name !== undefined && get ? (viewOf(name, get, paths[`/views/${name}`]?.get, caller) ?? []) : [];
  }),
  commands: Object.entries(paths).flatMap(([path, { post }]) => (post && commandOf(path, post, caller)) ?? []),
});

/** The views whose rows are of one stream, and which a caller may read by it. */
export const viewsOf = ({ views }: Desk, category: string): readonly DeskView[] =>
  views.filter(({ categories }) => categories.includes(category));

/** The stream that a row is of, as its category and its id. */
export const entityOf = ({ categories, streamOf }: DeskView, row: Readonly<Record<string, unknown>>) => {
  const stream = typeof row.id === 'string' ? streamOf(row.id) : undefined;
  const category = categories.find((each) => stream?.startsWith(`${each}-`));
  return stream !== undefined && category !== undefined ? { category, id: stream.slice(category.length + 1) } : undefined;
};
