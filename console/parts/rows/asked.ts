import { api } from '../../session.ts';
import { paged, perPage } from '../lists/pages.tsx';

/** A list that a view declares. The value of a personal one stands in no address. */
export type RowList = Readonly<{ name: string; by: boolean; within?: 'owner'; personal?: boolean }>;

/** A view, as far as its rows are asked for. */
export type RowsOf = Readonly<{
  name: string;
  /** It has many rows for each stream: they are read by the stream, or by a list. */
  needsId: boolean;
  lists: readonly RowList[];
  filters: readonly string[];
  /** True if the caller may say whose rows are listed. */
  hasOwner: boolean;
  /** By the name of what a row is of, the stream that its id names, if it names one. */
  streamOf: (id: string) => string | undefined;
}>;

export type Row = Readonly<Record<string, unknown>>;
export type RowsAnswer = Readonly<{ items: readonly Row[]; cursor?: string }>;

/** The personal value that is sought, which is in the page's memory alone, and where in its list one is. */
export type Sought = Readonly<{ by: string; cursor?: string | undefined }>;

/** What is asked, as it stands in the address, with how many rows to a page if it says so. */
export const askedIn = (query: URLSearchParams) => ({
  id: query.get('id') ?? '',
  list: query.get('list') ?? '',
  by: query.get('by') ?? '',
  owner: query.get('owner') ?? '',
  order: query.get('order') ?? '',
  cursor: query.get('cursor') ?? '',
  limit: Number(query.get('limit')) || perPage,
  filter: Object.fromEntries([...query].flatMap(([name, value]) => (name.startsWith('filter.') ? [[name.slice(7), value]] : []))),
});
export type Asked = ReturnType<typeof askedIn>;

export const listIn = ({ lists }: Pick<RowsOf, 'lists'>, name: string): RowList | undefined =>
  lists.find((each) => each.name === name);

/** True if it is not known yet what to read: a stream or a list, or the value that a list is by. */
export const isUnasked = (view: RowsOf, { id, list }: Asked, sought: Sought | undefined): boolean =>
  listIn(view, list)?.personal ? sought === undefined : view.needsId && id === '' && list === '';

/** Reads one page of rows. */
export const readRows = async (
  view: RowsOf,
  asked: Asked,
  sought: Sought | undefined,
  consistent: boolean,
): Promise<RowsAnswer> => {
  if (isUnasked(view, asked, sought)) return { items: [] };
  const { id, list, by, owner, order, cursor, filter, limit } = asked;
  const given = Object.fromEntries(Object.entries({ list, by, owner, order }).filter(([, value]) => value !== ''));
  const query = { ...given, filter, limit, consistent };
  const rows = api.views[view.name];
  const isPersonal = listIn(view, list)?.personal === true && sought !== undefined;
  if (!isPersonal && id !== '' && !view.needsId) return { items: [await rows.get(id, { consistent })] };
  const pages = isPersonal ? rows.find({ ...query, by: sought.by }) : id !== '' ? rows.of(id, query) : rows.list(query);
  return paged<RowsAnswer>(
    (from) => pages.page(from),
    ({ items }) => items,
    (isPersonal ? sought.cursor : cursor) || undefined,
  );
};
