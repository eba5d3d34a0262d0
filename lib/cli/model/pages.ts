import { foundIn, hasPage } from '../../engine/model/find.ts';
import type { EventModel, Model, Schema } from '../../engine/model/model.ts';
import { typeText } from '../../http/openapi/schema-text.ts';
import { escaped } from '../page/chart.ts';
import { pageHtml } from '../page/page.ts';
import { fileOf, modelSvg } from './svg.ts';

const link = (name: string, page: readonly string[], about = ''): string =>
  `<a href="${escaped(encodeURI(fileOf(page)))}">${escaped(name)}</a>${about === '' ? '' : ` ${escaped(about)}`}`;
const listOf = (items: readonly string[], none: string): string =>
  items.length === 0 ? `<p>${escaped(none)}</p>` : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
const typed = (schema: Schema): string => `<pre>${escaped(typeText(schema))}</pre>`;
const headed = (title: string, ...parts: readonly string[]): string => `<h2>${escaped(title)}</h2>${parts.join('\n')}`;

const page = (kind: string, name: string, said: readonly string[], html: readonly string[]): string =>
  pageHtml({
    title: `${name} (${kind})`,
    said,
    charts: [],
    tables: [],
    html: [...html, `<p>${link('The whole model', ['index'])}</p>`],
  });

const eventPage = ({ category, type, written, versions, personal, producer, views, processes, ...event }: EventModel): string =>
  page(
    'event',
    type,
    [
      `Version ${written} is written.${event.public ? ' It is public: other teams may listen to it.' : ''}`,
      ...(personal.length > 0 ? [`Personal values: ${personal.join(', ')}.`] : []),
    ],
    [
      headed('Comes from', `<p>${link(category, [producer === 'aggregate' ? 'aggregate' : 'process', category], producer)}</p>`),
      headed(
        'Read by',
        listOf(
          [
            ...[...new Set(views.map(({ name }) => name))].map((name) => link(name, ['view', name], 'view')),
            ...processes.map((name) => link(name, ['process', name], 'process')),
          ],
          'No view and no process reads it.',
        ),
      ),
      ...versions
        .toReversed()
        .map(({ v, schema, changes, sample }) =>
          headed(
            `Version ${v}`,
            changes.length === 0 ? '' : listOf(changes.map(escaped), ''),
            typed(schema),
            sample
              ? `<p>${sample.golden ? 'Golden sample' : 'An example, made up'}:</p><pre>${escaped(JSON.stringify(sample.data, null, 2))}</pre>`
              : '',
          ),
        ),
    ],
  );

const fromOf = (model: Model, from: Model['views'][number]['from']): string =>
  listOf(
    from.flatMap(({ category, types }) =>
      types.map((type) =>
        hasPage(model, category, type)
          ? link(type, ['event', category, type], `of ${category}`)
          : escaped(`${type} of ${category}`),
      ),
    ),
    'Nothing.',
  );

const aggregatePage = (aggregate: Model['aggregates'][number]): string =>
  page(
    'aggregate',
    aggregate.category,
    [`Its history is for ${aggregate.history.join(', ')}.`],
    [
      headed(
        'Commands',
        ...aggregate.commands.map(
          ({ name, may, path, schema }) =>
            `<h3>${escaped(name)}</h3><p>For ${escaped(may.join(', '))}${path === undefined ? '' : `: <code>POST ${escaped(path)}</code>`}</p>${typed(schema)}`,
        ),
      ),
      headed(
        'Events',
        listOf(
          aggregate.events.map((type) => link(type, ['event', aggregate.category, type])),
          'None.',
        ),
      ),
    ],
  );

const viewPage = (model: Model, revisions: Model['views']): string =>
  page(
    'view',
    revisions[0]!.name,
    [],
    revisions.flatMap(({ revision, kind, may, from, lists, filters, row }) => [
      headed(
        `Revision ${revision}`,
        `<p>${escaped(kind.replaceAll('-', ' '))}, for ${escaped(may.join(', '))}</p>`,
        lists.length + filters.length === 0
          ? ''
          : `<p>Lists: ${escaped(lists.map(({ name }) => name).join(', ') || 'none')}. Filters: ${escaped(filters.join(', ') || 'none')}.</p>`,
      ),
      headed('Fed by', fromOf(model, from)),
      row ? headed('A row', typed(row)) : '',
    ]),
  );

const processPage = (
  model: Model,
  { category, kind, from, sends, effects, deadlines, raises, memory }: Model['processes'][number],
): string =>
  page(
    kind,
    category,
    [`Effects: ${effects.join(', ') || 'none'}. Deadlines: ${deadlines.join(', ') || 'none'}.`],
    [
      headed('Reacts to', fromOf(model, from)),
      headed(
        'Sends',
        listOf(
          sends
            .filter(({ commands }) => commands.length > 0)
            .map(({ category: to, commands }) => link(to, ['aggregate', to], commands.join(', '))),
          'No commands.',
        ),
      ),
      headed(
        'Raises',
        listOf(
          raises.map((type) => link(type, ['event', category, type])),
          'No events of its own.',
        ),
      ),
      headed('What an instance remembers', typed(memory)),
    ],
  );

/** The pages of a model for a wiki, by their files: each works from a folder, without a server and without a script. */
export const modelPages = (model: Model, title: string): Readonly<Record<string, string>> => {
  const index = pageHtml({
    title,
    said: ['What the manifest declares, and what leads where. Each box leads to its page.'],
    charts: [],
    tables: [],
    html: [
      `<div class="wide" tabindex="0" role="region" aria-label="The model as a picture">${modelSvg(model)}</div>`,
      headed(
        'All parts',
        listOf(
          foundIn(model, '').map(({ kind, name, about, page: of }) => link(name, of, `${kind}: ${about}`)),
          '',
        ),
      ),
    ],
  });
  return Object.fromEntries([
    ['index.html', index],
    ...model.aggregates.map((aggregate) => [fileOf(['aggregate', aggregate.category]), aggregatePage(aggregate)]),
    ...model.events.map((event) => [fileOf(['event', event.category, event.type]), eventPage(event)]),
    ...[...Map.groupBy(model.views, ({ name }) => name)].map(([name, revisions]) => [
      fileOf(['view', name]),
      viewPage(model, revisions),
    ]),
    ...model.processes.map((process) => [fileOf(['process', process.category]), processPage(model, process)]),
  ]);
};
