import { useState } from 'preact/hooks';
import type { ViewModel } from '../../../lib/engine/model/model.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Json } from '../../parts/json.tsx';
import { streamHref } from '../../parts/links.ts';
import { Pages, paged } from '../../parts/lists/pages.tsx';
import { useLoad } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { go, href } from '../../router.ts';
import { api } from '../../session.ts';
import { cellOf, columnsOf } from './steps.ts';

/** How many rows a page has, unless its address says otherwise. */
const perPage = 100;
type Row = Readonly<Record<string, unknown>>;
type Answer = Readonly<{ items: readonly Row[]; cursor?: string }>;

/** What is asked, as it stands in the address. */
const askedIn = (query: URLSearchParams) => ({
  id: query.get('id') ?? '',
  list: query.get('list') ?? '',
  by: query.get('by') ?? '',
  owner: query.get('owner') ?? '',
  order: query.get('order') ?? '',
  cursor: query.get('cursor') ?? '',
  limit: Number(query.get('limit')) || perPage,
  filter: Object.fromEntries([...query].flatMap(([name, value]) => (name.startsWith('filter.') ? [[name.slice(7), value]] : []))),
});
type Asked = ReturnType<typeof askedIn>;

const needsId = ({ kind }: ViewModel): boolean => kind === 'rows-per-stream' || kind === 'row-per-commit';

const read = async ({ name, ...view }: ViewModel, { id, cursor, filter, limit, ...asked }: Asked): Promise<Answer> => {
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ''));
  const query = { ...given, filter, limit, consistent: false };
  const rows = api.views[name];
  if (id !== '' && !needsId({ name, ...view })) return { items: [await rows.get(id, { consistent: false })] };
  if (needsId({ name, ...view }) && id === '' && asked.list === '') return { items: [] };
  const pages = id !== '' ? rows.of(id, query) : rows.list(query);
  return paged<Answer>(
    (from) => pages.page(from),
    ({ items }) => items,
    cursor || undefined,
  );
};

/** The form by which rows are asked for; what it asks is in the address. */
const Form = ({ view, asked, revision }: Readonly<{ view: ViewModel; asked: Asked; revision: string }>) => {
  const [list, setList] = useState(asked.list);
  const lists = view.lists.filter(({ personal }) => !personal);
  const chosen = lists.find(({ name }) => name === list);
  const submit = (event: Event) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    go(href(['views', view.name, 'rows'], { revision, ...(Object.fromEntries(fields) as Record<string, string>) }));
  };
  return (
    <form class="asking" onSubmit={submit}>
      <Field label={needsId(view) ? 'Of the stream' : 'By id'}>
        <input name="id" defaultValue={asked.id} spellcheck={false} />
      </Field>
      {lists.length > 0 && (
        <Field label="List">
          <select name="list" value={list} onChange={(event) => setList(event.currentTarget.value)}>
            <option value="">{needsId(view) ? 'none' : 'all rows'}</option>
            {lists.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </Field>
      )}
      {chosen?.by && (
        <Field label="By">
          <input name="by" required defaultValue={asked.by} />
        </Field>
      )}
      {(chosen?.within === 'owner' || (list === '' && !needsId(view))) && (
        <Field label="Owner">
          <input name="owner" required={chosen?.within === 'owner'} defaultValue={asked.owner} spellcheck={false} />
        </Field>
      )}
      {list !== '' && (
        <Field label="Order">
          <select name="order" defaultValue={asked.order}>
            <option value="">oldest first</option>
            <option value="newest-first">newest first</option>
          </select>
        </Field>
      )}
      {view.filters.map((field) => (
        <Field key={field} label={field}>
          <input name={`filter.${field}`} defaultValue={asked.filter[field] ?? ''} />
        </Field>
      ))}
      <button type="submit" class="button is-main">
        Show rows
      </button>
    </form>
  );
};

const Found = ({ view, rows }: Readonly<{ view: ViewModel; rows: readonly Row[] }>) => {
  const [open, setOpen] = useState<Row>();
  const [source] = view.from;
  const streamOf = (id: unknown): string | undefined => {
    if (view.kind !== 'row-per-stream') return undefined;
    return view.from.length === 1 ? `${source!.category}-${id}` : String(id);
  };
  const columns = columnsOf(rows).map((name) => ({
    name,
    isNumber: rows.every((row) => row[name] === undefined || typeof row[name] === 'number'),
    of: (row: Row) => {
      const stream = name === 'id' ? streamOf(row.id) : undefined;
      return stream ? <a href={streamHref(stream)}>{cellOf(row.id)}</a> : <span class="mono">{cellOf(row[name])}</span>;
    },
  }));
  return (
    <>
      <Table label={`Rows of ${view.name}`} rows={rows} keyOf={(row) => JSON.stringify(row)} columns={columns} choose={setOpen} />
      {open && (
        <Dialog label="A row" close={() => setOpen(undefined)}>
          <div class="stack">
            <h2>A row of {view.name}</h2>
            <Json value={open} />
            <button type="button" class="button" onClick={() => setOpen(undefined)}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
};

/** The rows of a view, page by page, by the lists and filters that it declares. */
export const Rows = ({ view, query }: Readonly<{ view: ViewModel; query: URLSearchParams }>) => {
  const asked = askedIn(query);
  const key = query.toString();
  const { value, error, isLoading, reload } = useLoad(() => read(view, asked), [view.name, key]);
  const isUnasked = needsId(view) && asked.id === '' && asked.list === '';
  const hasPersonal = view.lists.some(({ personal }) => personal);
  const to = (cursor: string | undefined) => {
    const next = new URLSearchParams(query);
    if (cursor === undefined) next.delete('cursor');
    else next.set('cursor', cursor);
    return href(['views', view.name, 'rows'], next);
  };
  return (
    <>
      <p class="dim">The rows of the revision that answers. Personal values are shown as your roles may see them.</p>
      <Form key={key} view={view} asked={asked} revision={query.get('revision') ?? ''} />
      {hasPersonal && <p class="dim">Lists by a personal value are not offered here: what is asked stands in the address.</p>}
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {isLoading && <Loading />}
      {value && !isLoading && error === undefined && value.items.length === 0 && (
        <Empty title={isUnasked ? 'This view is read by stream' : 'No row answers to this'}>
          <span>
            {isUnasked
              ? "Give a stream's id, or choose a list."
              : 'A row is there once the view has applied the commits that make it. Look at the filters, or at what is parked.'}
          </span>
        </Empty>
      )}
      {value && value.items.length > 0 && <Found view={view} rows={value.items} />}
      {value && <Pages to={to} cursor={asked.cursor} next={value.cursor} />}
    </>
  );
};
