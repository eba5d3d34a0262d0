import * as z from 'zod';
import { isEventLog } from '../../core/event-log.ts';
import { instanceRows } from '../../core/process/instances-view.ts';
import { type AnyProjection, foundLists, sourcesOf } from '../../core/projection.ts';
import type { KindName } from '../../engine/view/kinds/kind.ts';
import { listInBody } from '../page.ts';
import { anyRow, instanceRow, loggedCommit, pageOf, withId } from './answers.ts';
import { body } from './operate.ts';
import type { Answer, Operation } from './operation.ts';
import { consistentWith, ifNoneMatch, inPath, inQuery, type Parameter, paging, trail } from './parameters.ts';

const tag = 'views';
const reading = [
  'not-found',
  'revision-gone',
  'answer-too-large',
  'not-consistent-yet',
  'view-is-being-built',
  'stream-parked',
  'does-not-open',
] as const;
const headers = [ifNoneMatch, consistentWith, ...trail];
const notModified: Answer = { description: 'Nothing has changed since the answer with this ETag.', headers: ['etag'] };
const found = (description: string, schema: z.ZodType): Answer => ({ description, schema, headers: ['etag'] });

const filtersOf = ({ filters = [] }: AnyProjection) =>
  filters.map((field) => inQuery(`filter.${field}`, `Only rows whose ${field} equals this.`));

const listParameters = (view: AnyProjection) => {
  const lists = Object.keys(view.lists ?? {}).filter((name) => !foundLists(view).includes(name));
  return [
    ...(view.owner
      ? [inQuery('owner', 'Whose rows: an operator may name anybody, a customer only themselves.', z.string().min(1).max(128))]
      : []),
    ...(lists.length > 0
      ? [
          inQuery('list', 'A list that the view declares.', z.enum(lists)),
          inQuery('by', 'The value that is listed, where the list is by one.'),
        ]
      : []),
    ...filtersOf(view),
  ];
};

/** The schema of a view's rows: the declared one, or the kernel's for the views that the kernel brings along. */
const rowOf = (view: AnyProjection): z.ZodType => {
  if (isEventLog(view)) return loggedCommit;
  return (view.on === instanceRows ? instanceRow : view.row) ?? anyRow;
};

/** Everything in which the operations of one kind of view differ from the others'. */
type Read = Readonly<{
  /** The id in the path. */
  id: string;
  summary: string;
  parameters: (view: AnyProjection) => readonly Parameter[];
  answer: (view: AnyProjection) => Answer;
  /** True if all of its rows can be listed, also where it declares no list. */
  isListed: boolean;
  /** True if the id in the path is a stream's. */
  isOfStream: boolean;
}>;

const oneRow = {
  summary: 'One row of',
  parameters: () => [],
  answer: (view: AnyProjection) => found('The row.', withId(rowOf(view))),
  isListed: true,
} as const;

const rows: Read = {
  id: 'The id of the stream.',
  summary: 'The rows of one stream in',
  parameters: (view) => [...paging, ...filtersOf(view)],
  answer: (view) => found('A page of rows.', pageOf(rowOf(view))),
  isListed: false,
  isOfStream: true,
};

const kinds: { readonly [K in KindName]: Read } = {
  'row-per-stream': { ...oneRow, id: 'The id of the stream.', isOfStream: true },
  'rows-per-stream': rows,
  'row-per-commit': rows,
  'rows-per-commit': rows,
  'shared-rows': { ...oneRow, id: 'The key of the row.', isOfStream: false },
};

/** The streams whose ids a view is read by; where it has several sources, an id is the stream's whole name. */
const streamsOf = (view: AnyProjection) =>
  kinds[view.kind].isOfStream
    ? {
        'x-streams': {
          categories: sourcesOf(view).map(({ category }) => category),
          ...(Array.isArray(view.from) && { wholeNames: true }),
        },
      }
    : {};

const byId = (view: AnyProjection): Operation => {
  const { name, may } = view;
  const { id, summary, parameters, answer } = kinds[view.kind];
  return {
    method: 'get',
    path: `/views/${name}/{id}`,
    id: `${name}.get`,
    tag,
    summary: `${summary} ${name}`,
    may,
    parameters: [inPath('id', id), ...parameters(view), ...headers],
    answers: { 200: answer(view), 304: notModified },
    problems: reading,
    extensions: streamsOf(view),
  };
};

/** How each list is asked for: by a value or not, by whom, and whether its value is a personal one. */
const listsOf = ({ lists = {} }: AnyProjection) =>
  Object.fromEntries(
    Object.entries(lists).map(([name, { by, within, find }]) => [
      name,
      { by: by !== undefined, ...(within && { within }), ...(find && { personal: true }) },
    ]),
  );

const list = (view: AnyProjection): Operation => ({
  method: 'get',
  path: `/views/${view.name}`,
  id: `${view.name}.list`,
  tag,
  summary: `Rows of ${view.name}, a page at a time`,
  may: view.may,
  parameters: [...paging, ...listParameters(view), ...headers],
  answers: { 200: found('A page of rows.', pageOf(withId(rowOf(view)))), 304: notModified },
  problems: [...reading, 'needs-an-id', 'too-many-rows'],
  extensions: { 'x-lists': listsOf(view) },
});

/** A list by a personal value, which is in the body. */
const find = (view: AnyProjection): Operation => ({
  method: 'post',
  path: `/views/${view.name}`,
  id: `${view.name}.find`,
  tag,
  summary: `Rows of ${view.name} by a personal value, a page at a time`,
  may: view.may,
  parameters: [consistentWith, ...trail],
  body: {
    schema: listInBody.extend({ list: z.enum(foundLists(view)) }),
    example: { list: foundLists(view)[0], by: 'ada@example.com' },
  },
  answers: { 200: { description: 'A page of rows.', schema: pageOf(withId(rowOf(view))) } },
  problems: [...body, ...reading, 'too-many-rows'],
});

/** A view that nobody can list has no operation for it. */
const isListed = ({ kind, lists = {} }: AnyProjection) => kinds[kind].isListed || Object.keys(lists).length > 0;

export const viewOperations = (view: AnyProjection): readonly Operation[] => [
  byId(view),
  ...(isListed(view) ? [list(view)] : []),
  ...(foundLists(view).length > 0 ? [find(view)] : []),
];
