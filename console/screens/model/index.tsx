import { useMemo } from 'preact/hooks';
import { foundIn } from '../../../lib/engine/model/find.ts';
import type { Model } from '../../../lib/engine/model/model.ts';
import { useLoad } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { go, href, setQuery } from '../../router.ts';
import type { ScreenProps } from '../../screens.ts';
import { ops } from '../../session.ts';
import './model.css';
import { AggregatePage, EventPage, ProcessPage, ViewPage } from './pages.tsx';
import { ModelPicture } from './picture.tsx';

const Whole = ({ model, query }: Readonly<{ model: Model; query: URLSearchParams }>) => {
  const find = query.get('find') ?? '';
  const isList = query.get('as') === 'list';
  const isWhole = query.get('all') === 'yes';
  const found = useMemo(() => foundIn(model, find), [model, find]);
  const marked = useMemo(
    () => (find.trim() === '' ? undefined : new Set(found.map(({ page }) => page.join('/')))),
    [found, find],
  );
  const address = (as: string | undefined) => href(['model'], { find, as, all: isWhole ? 'yes' : undefined });
  return (
    <div class="screen">
      <h1>Model</h1>
      <p class="dim">
        {model.aggregates.length} aggregates, {model.events.length} events, {new Set(model.views.map(({ name }) => name)).size}{' '}
        views, {model.processes.length} processes; roles: {model.roles.join(', ')}.
      </p>
      <div class="row">
        <input
          type="search"
          class="model-find"
          aria-label="Find by a name, a field or a role"
          placeholder="Find by a name, a field or a role"
          value={find}
          onInput={(event) => setQuery({ find: event.currentTarget.value })}
        />
        <span class="dim" role="status">
          {find.trim() === '' ? '' : `${found.length} found`}
        </span>
        <label class="row">
          <input
            type="checkbox"
            checked={isWhole}
            onChange={(event) => setQuery({ all: event.currentTarget.checked ? 'yes' : undefined })}
          />
          Also logs and the product's own views
        </label>
      </div>
      <Tabs
        label="Shown as"
        tabs={[
          { name: 'Picture', to: address(undefined), isCurrent: !isList },
          { name: 'List', to: address('list'), isCurrent: isList },
        ]}
      />
      {found.length === 0 ? (
        <Empty title="Nothing of the model has to do with these words.">
          <p>Names of aggregates, commands, events, views, processes and fields are searched.</p>
        </Empty>
      ) : isList ? (
        <Table
          label="All parts of the model"
          rows={found}
          keyOf={({ page }) => page.join('/')}
          choose={({ page }) => go(href(['model', ...page]))}
          columns={[
            { name: 'Kind', of: ({ kind }) => kind },
            { name: 'Name', of: ({ name, page }) => <a href={href(['model', ...page])}>{name}</a> },
            { name: 'About', of: ({ about }) => <span class="dim">{about}</span> },
          ]}
        />
      ) : (
        <ModelPicture model={model} isWhole={isWhole} marked={marked} />
      )}
    </div>
  );
};

let kept: Promise<Model> | undefined;
/** It changes with a deployment only: one page load needs it once. */
const read = (): Promise<Model> => {
  kept ??= ops.model().catch((cause: unknown) => {
    kept = undefined;
    throw cause;
  });
  return kept;
};

const ModelScreen = ({ path, query }: ScreenProps) => {
  const { value: model, error, reload } = useLoad(read, []);
  const [kind, first = '', second = ''] = path;
  if (error !== undefined && !model) return <ProblemNotice problem={error} retry={reload} />;
  if (!model) return <Loading />;
  if (kind === 'event') return <EventPage model={model} category={first} type={second} />;
  if (kind === 'aggregate') return <AggregatePage model={model} category={first} />;
  if (kind === 'view') return <ViewPage model={model} name={first} />;
  if (kind === 'process') return <ProcessPage model={model} category={first} />;
  return <Whole model={model} query={query} />;
};

export default ModelScreen;
