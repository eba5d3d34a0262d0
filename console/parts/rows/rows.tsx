import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { go, href } from '../../router.ts';
import { isOperator } from '../../session.ts';
import { Dialog } from '../dialog.tsx';
import { Field } from '../field.tsx';
import { Json } from '../json.tsx';
import { streamHref } from '../links.ts';
import { Pages } from '../lists/pages.tsx';
import { useLoad } from '../load.ts';
import { Empty, Loading, ProblemNotice } from '../states.tsx';
import { Table } from '../table.tsx';
import { type Asked, askedIn, isUnasked, listIn, type Row, type RowsOf, readRows, type Sought } from './asked.ts';
import { cellOf, columnsOf } from './cells.ts';
import './rows.css';

type FormProps = Readonly<{
  view: RowsOf;
  asked: Asked;
  sought: Sought | undefined;
  ask: (fields: Readonly<Record<string, string>>) => void;
}>;

/** The form by which rows are asked for. */
const Form = ({ view, asked, sought, ask }: FormProps) => {
  const { lists, needsId } = view;
  const [list, setList] = useState(asked.list);
  const chosen = listIn(view, list);
  const submit = (event: Event) => {
    event.preventDefault();
    ask(Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Record<string, string>);
  };
  return (
    <form class="asking" autocomplete="off" onSubmit={submit}>
      {!chosen?.personal && (
        <Field label={needsId ? 'Of the stream' : 'By id'}>
          <input name="id" defaultValue={asked.id} spellcheck={false} />
        </Field>
      )}
      {lists.length > 0 && (
        <Field label="List">
          <select name="list" value={list} onChange={(event) => setList(event.currentTarget.value)}>
            <option value="">{needsId ? 'none' : 'all rows'}</option>
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
          <input name="by" required defaultValue={chosen.personal ? (sought?.by ?? '') : asked.by} spellcheck={false} />
        </Field>
      )}
      {view.hasOwner && (chosen?.within === 'owner' || (list === '' && !needsId)) && (
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

type FoundProps = Readonly<{ view: RowsOf; rows: readonly Row[]; beside?: ((row: Row) => ComponentChildren) | undefined }>;

const Found = ({ view, rows, beside }: FoundProps) => {
  const [open, setOpen] = useState<Row>();
  const columns = columnsOf(rows).map((name) => ({
    name,
    isNumber: rows.every((row) => row[name] === undefined || typeof row[name] === 'number'),
    of: (row: Row) => {
      const stream = name === 'id' && isOperator.value ? view.streamOf(String(row.id)) : undefined;
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
            {beside?.(open)}
            <button type="button" class="button" onClick={() => setOpen(undefined)}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
};

type SoughtProps = Readonly<{ sought: Sought; next?: string | undefined; seek: (sought: Sought) => void }>;

/** The ways through a list by a personal value: no address has them. */
const SoughtPages = ({ sought, next, seek }: SoughtProps) =>
  sought.cursor === undefined && next === undefined ? null : (
    <nav class="row" aria-label="Pages">
      {sought.cursor !== undefined && (
        <button type="button" class="button" onClick={() => seek({ by: sought.by })}>
          First page
        </button>
      )}
      {next === undefined ? (
        <span class="dim">This is the last page.</span>
      ) : (
        <button type="button" class="button" onClick={() => seek({ by: sought.by, cursor: next })}>
          Next page
        </button>
      )}
    </nav>
  );

const Nothing = ({ isPersonal, unasked }: Readonly<{ isPersonal: boolean; unasked: boolean }>) => {
  if (!unasked)
    return (
      <Empty title="No row answers to this">
        <span>A row is there once the view has applied the commits that make it. Look at the filters, too.</span>
      </Empty>
    );
  return isPersonal ? (
    <Empty title="This list is by a personal value">
      <span>
        Give the value. It is sent in the request's body, and stands in no address: a page that is loaded again asks for it.
      </span>
    </Empty>
  ) : (
    <Empty title="This view is read by stream">
      <span>Give a stream's id, or choose a list.</span>
    </Empty>
  );
};

type Props = Readonly<{
  view: RowsOf;
  query: URLSearchParams;
  /** The path of the page, and what of its query stays whatever is asked. */
  at: readonly string[];
  keep?: Readonly<Record<string, string>>;
  /** True if the rows are to show what this page has written. */
  consistent?: boolean;
  beside?: (row: Row) => ComponentChildren;
}>;

/** The rows of a view, page by page, by the lists and filters that it declares. What is asked is in the address, except for a personal value. */
export const Rows = ({ view, query, at, keep = {}, consistent = false, beside }: Props) => {
  const asked = askedIn(query);
  const key = query.toString();
  const [sought, setSought] = useState<Sought>();
  const isPersonal = listIn(view, asked.list)?.personal === true;
  const { value, error, isLoading, reload } = useLoad(() => readRows(view, asked, sought, consistent), [view.name, key, sought]);
  const ask = (fields: Readonly<Record<string, string>>) => {
    const { by = '', ...others } = fields;
    const isSecret = listIn(view, others.list ?? '')?.personal === true;
    setSought(isSecret ? { by } : undefined);
    go(href(at, { ...keep, ...others, ...(!isSecret && { by }) }));
  };
  const to = (cursor: string | undefined) => {
    const next = new URLSearchParams(query);
    if (cursor === undefined) next.delete('cursor');
    else next.set('cursor', cursor);
    return href(at, next);
  };
  return (
    <>
      <Form key={key} view={view} asked={asked} sought={sought} ask={ask} />
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {isLoading && <Loading />}
      {value && !isLoading && error === undefined && value.items.length === 0 && (
        <Nothing isPersonal={isPersonal} unasked={isUnasked(view, asked, sought)} />
      )}
      {value && value.items.length > 0 && <Found view={view} rows={value.items} beside={beside} />}
      {value && !isPersonal && <Pages to={to} cursor={asked.cursor} next={value.cursor} />}
      {value && isPersonal && sought && <SoughtPages sought={sought} next={value.cursor} seek={setSought} />}
    </>
  );
};
