import type { May } from '../../../lib/core/access.ts';
import type { AnyDecider, CommandFormat } from '../../../lib/core/decider.ts';
import { exampleOf } from '../../../lib/core/made-up.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { kebab } from '../../../lib/core/stream.ts';
import { type Caller, ownerId } from './callers.ts';

/** One request, and the status that each caller must get. `other` stands for any but 401 and 403. */
export type Cell = Readonly<{
  method: string;
  path: string;
  body?: object;
  headers?: Readonly<Record<string, string>>;
  expected(caller: Caller): number | 'other';
  /** In a batch: the status that its one command is answered with. */
  first?(caller: Caller): number | 'other';
  /** True if the answer may contain what belongs to the owner. */
  shows?(caller: Caller): boolean;
}>;

/** The streams and rows of a tested deployment that belong to the owner. */
export type Fixture = Readonly<{
  manifest: Manifest;
  /** The id of the owner's stream in each aggregate that has one. */
  stream: (category: string) => string | undefined;
  /** The key of a row that is there in each view that has one. */
  row: (view: string) => string | undefined;
  /** The tags that have an entry under the value `mine`, and the words of those who may read them: written down, not computed. */
  tags?: readonly Readonly<{ name: string; readers: readonly string[] }>[];
  /** An id that no stream has. */
  unused: string;
  /** The performance of an effect that is open, if the manifest has effects. */
  performance?: string;
  /** Data of commands, over the examples that fit their schemas: with what they name of the owner's. */
  data?: (category: string, command: string) => object;
}>;

const holdsOne = ({ holds }: Caller, may: readonly string[]) => holds.some((word) => may.includes(word));
const isForOwners = ({ mayOwn }: Caller, may: readonly string[]) => mayOwn && may.includes('owner');
const owns = (caller: Caller, may: readonly string[]) => isForOwners(caller, may) && caller.owns;
const isOnlyForProcesses = (may: readonly string[]) => may.every((word) => word === 'process' || word === 'hook');

const stranger = { holds: ['anyone'], mayOwn: false, owns: false };

/** What follows from the caller; 401 without a valid token. A route for anyone looks at no token, and takes everybody for a stranger. */
const guarded = (may: readonly string[], then: (caller: Caller) => number | 'other') => (caller: Caller) =>
  may.includes('anyone') ? then({ ...caller, ...stranger }) : caller.valid ? then(caller) : 401;

/** A version that no stream has. */
const noVersion = '"999999"';

/** A command on a route of its own, and as the one of a batch, where everybody is whom their token names. */
type CommandCell = Readonly<{ alone: Cell; inBatch: Cell }>;

/** A command on a version that no stream has: who may send it is told so, and nothing changes. */
const commandCells = (
  { stream, unused, data }: Fixture,
  decider: AnyDecider,
  [type, format]: readonly [string, CommandFormat<unknown>],
): readonly CommandCell[] => {
  const { category } = decider;
  const may: May = format.may;
  const named = (caller: Caller) =>
    !format.owns ||
    caller.holds.includes('operator') ||
    caller.holds.some((word) => word !== 'user' && word !== 'anyone' && (may as readonly string[]).includes(word)) ||
    (caller.owns && caller.mayOwn);
  const existing = stream(category);
  return [existing, unused].flatMap((id) => {
    if (id === undefined) return [];
    const admits = (caller: Caller) =>
      holdsOne(caller, may) || (id === existing && decider.owner ? owns(caller, may) : isForOwners(caller, may));
    const body = { ...(exampleOf(format.schema as never)?.data as object), ...data?.(category, type) };
    const ofCaller = (caller: Caller) => (isOnlyForProcesses(may) ? 404 : admits(caller) && named(caller) ? 412 : 403);
    const alone: Cell = {
      method: 'POST',
      path: `/${category}/${id}/${kebab(type)}`,
      body,
      headers: { 'if-match': noVersion },
      expected: guarded(may, ofCaller),
    };
    const inBatch: Cell = {
      method: 'POST',
      path: `/${category}/batch`,
      body: { commands: [{ id, command: kebab(type), body, ifMatch: noVersion }] },
      expected: guarded([], () => 200),
      first: ofCaller,
    };
    return { alone, inBatch };
  });
};

const rowCells = ({ row, unused }: Fixture, { name, kind, may }: AnyProjection): readonly Cell[] => {
  const [existing, path] = [row(name), `/views/${name}`];
  const hidden = isOnlyForProcesses(may);
  const seen = (caller: Caller) => holdsOne(caller, may) || owns(caller, may);
  const ofStream = (caller: Caller) => (holdsOne(caller, may) || isForOwners(caller, may) ? 200 : 403);
  const missing = {
    'row-per-stream': () => 404,
    'row-per-commit': ofStream,
    'rows-per-stream': ofStream,
    'rows-per-commit': ofStream,
    'shared-rows': (caller: Caller) => (holdsOne(caller, may) ? 404 : 403),
  }[kind];
  return [
    ...(existing === undefined
      ? []
      : [
          {
            method: 'GET',
            path: `${path}/${existing}`,
            expected: guarded(may, (caller) => (hidden ? 404 : seen(caller) ? 200 : 403)),
            shows: seen,
          } as const,
        ]),
    { method: 'GET', path: `${path}/${unused}`, expected: guarded(may, (caller) => (hidden ? 404 : missing(caller))) },
  ];
};

const listCells = ({ name, kind, may, owner, lists = {} }: AnyProjection): readonly Cell[] => {
  const hidden = isOnlyForProcesses(may);
  const all = (caller: Caller) => holdsOne(caller, may);
  const own = (caller: Caller) => owns(caller, may);
  const cell = (query: string, status: (caller: Caller) => number): Cell => ({
    method: 'GET',
    path: `/views/${name}${query}`,
    expected: guarded(may, (caller) => (hidden ? 404 : status(caller))),
    shows: (caller) => all(caller) || own(caller),
  });
  const ofOwner = (caller: Caller) => (all(caller) || own(caller) ? 200 : 403);
  const unnamed = ['rows-per-stream', 'row-per-commit', 'rows-per-commit'].includes(kind)
    ? [cell('', () => 404)]
    : [
        cell('', (caller) => (all(caller) || isForOwners(caller, may) ? 200 : 403)),
        cell(`?owner=${ownerId}`, owner ? ofOwner : (caller) => (all(caller) ? 400 : 403)),
      ];
  const named = Object.entries(lists).map(([list, { by, within, find }]) => {
    // A personal value in an address is refused.
    if (find) return cell(`?list=${list}&by=x`, (caller) => (all(caller) ? 400 : 403));
    const query = `?list=${list}${by ? '&by=x' : ''}`;
    return within ? cell(`${query}&owner=${ownerId}`, ofOwner) : cell(query, (caller) => (all(caller) ? 200 : 403));
  });
  return [...unnamed, ...named];
};

/** Lists by a personal value, which is in the body. */
const foundCells = ({ name, may, lists = {} }: AnyProjection): readonly Cell[] =>
  Object.entries(lists)
    .filter(([, { find }]) => find)
    .map(([list]) => ({
      method: 'POST',
      path: `/views/${name}`,
      body: { list, by: 'ada@example.com' },
      expected: guarded(may, (caller) => (holdsOne(caller, may) ? 200 : 403)),
      shows: (caller) => holdsOne(caller, may),
    }));

const historyCells = ({ manifest, stream, unused, tags }: Fixture, rest: string): readonly Cell[] => {
  const query = { '': '', '/state': '?version=1', '/diff': '?from=0&to=1' }[rest] ?? '?';
  const at = (category: string, id: string, status: (caller: Caller) => number): Cell => ({
    method: 'GET',
    path: `/streams/${category}/${id}${rest}${query}`,
    expected: guarded([], status),
  });
  return [
    ...manifest.aggregates.flatMap(({ category, owner, history }) => {
      const may = history ?? (owner ? ['owner', 'operator'] : ['operator']);
      const id = stream(category);
      return [
        ...(id === undefined ? [] : [at(category, id, (caller) => (holdsOne(caller, may) || owns(caller, may) ? 200 : 403))]),
        at(category, unused, () => 404),
      ];
    }),
    ...(tags ?? []).flatMap(({ name, readers }) => [
      at('tag', `${name}.mine`, (caller) => (holdsOne(caller, readers) ? 200 : 403)),
      at('tag', `${name}.${unused}`, () => 404),
    ]),
    at('tag', `unknown.${unused}`, () => 404),
    at('tag', unused, () => 404),
    ...(manifest.processes ?? []).map(({ category }) => at(category, unused, () => 404)),
    at('unknown', unused, () => 404),
  ];
};

const operatorCell = ([method = '', path = '']: readonly string[], unused: string): Cell => ({
  method,
  path: path.replace(/\{\w+\}/g, unused),
  ...(method === 'POST' && { body: { why: 'a test' } }),
  expected: guarded([], (caller) => (caller.holds.includes('operator') ? 'other' : 403)),
});

/** The routes about persons: for the roles that `mayErase` names, or else for operators. */
const subjectCell = (
  { mayErase = ['operator'] }: Manifest,
  [method = '', path = '']: readonly string[],
  unused: string,
): Cell => ({
  ...operatorCell([method, path], unused),
  expected: guarded([], (caller) => (holdsOne(caller, mayErase) ? 'other' : 403)),
});

/** What an operator is answered about a performance, and about one that there is not; everybody else gets 403, and nothing of the performance. */
const effectCells = ({ performance, unused }: Fixture, [method = '', path = '']: readonly string[]): readonly Cell[] => {
  const isOperator = ({ holds }: Caller) => holds.includes('operator');
  const body = path.endsWith('/answer') ? { why: 'a test', outcome: { refused: 'seen-to' } } : { why: 'a test' };
  const cell = (of: string, status: number): Cell => ({
    method,
    path: path.replace('{performance}', of),
    ...(method === 'POST' && { body }),
    expected: guarded([], (caller) => (isOperator(caller) ? status : 403)),
    shows: isOperator,
  });
  if (!path.includes('{performance}')) return [cell('', 200), { ...cell('', 200), path: `${path}?status=open` }];
  if (performance === undefined) throw new Error('The manifest has effects: give the fixture a performance that is open.');
  return [cell(performance, method === 'POST' ? 202 : 200), cell(unused, 404)];
};

/** A path of which only another method is described, and one that is not described at all: nobody without a token is told which. */
const unroutedCells = ({ manifest, unused }: Fixture, method: string): readonly Cell[] => {
  const [{ category } = { category: '' }] = manifest.aggregates;
  const streams = `/streams/${category}/${unused}`;
  return [
    ...(method === 'GET' ? [] : [{ method, path: streams, expected: guarded([], () => 405) }]),
    { method, path: `/unknown/${unused}`, expected: guarded([], () => 404) },
  ];
};

/** The cells of one route of the gateway, by its key: every command, view and stream that it leads to. A route without cells is a fault of this matrix. */
export const cellsOf = (fixture: Fixture, route: string): readonly Cell[] => {
  const { manifest, unused } = fixture;
  const [method = '', path = ''] = route.split(' ');
  const [, first = '', second = '', third = ''] = path.split('/');
  const isOpen = (may: readonly string[]) => may.includes('anyone');
  // One view may have several revisions, which are declared alike here.
  const views = [...new Map(manifest.projections.map((view) => [view.name, view])).values()];
  if (['GET /health', 'GET /openapi.json', 'GET /docs'].includes(route)) return [{ method: 'GET', path, expected: () => 200 }];
  // The same files for everybody; those that there are not are missing for everybody.
  if (first === 'console')
    return [
      { method, path: path.replace('{proxy+}', 'index.html'), expected: () => (second === '' ? 302 : 200) },
      ...(second === '' ? [] : [{ method, path: `/console/${unused}`, expected: () => 404 }]),
    ];
  if (first === '{proxy+}') return unroutedCells(fixture, method);
  // No token is a signature.
  if (first === 'hooks') return [{ method: 'POST', path, body: {}, expected: () => 401 }];
  if (first === 'ops' && second === 'effects') return effectCells(fixture, [method, path]);
  if (first === 'ops') return [operatorCell([method, path], unused)];
  if (first === 'subjects') return [subjectCell(manifest, [method, path], unused)];
  if (first === 'streams') return historyCells(fixture, path.replace('/streams/{category}/{id}', ''));
  if (first === 'views') {
    const of = second === '{view}' ? views.filter(({ may }) => !isOpen(may)) : views.filter(({ name }) => name === second);
    if (method === 'POST') return of.flatMap(foundCells);
    return of.flatMap((view) => (third === '{id}' ? rowCells(fixture, view) : listCells(view)));
  }
  const decider = manifest.aggregates.find(({ category }) => category === first);
  if (!decider || method !== 'POST') throw new Error(`The matrix has no cells for ${route}: say in matrix.ts who may use it.`);
  if (path.endsWith('/batch'))
    return Object.entries(decider.commands).flatMap((command) =>
      commandCells(fixture, decider, command).map(({ inBatch }) => inBatch),
    );
  const commands = Object.entries(decider.commands).filter(([type, { may }]) =>
    path.endsWith('/{command}') ? !isOpen(may) : path.endsWith(`/{id}/${kebab(type)}`),
  );
  return commands.flatMap((command) => commandCells(fixture, decider, command).map(({ alone }) => alone));
};

export type Answered = Readonly<{ status: number; text: string }>;
export type Send = (cell: Cell, token: string | undefined) => Promise<Answered>;

/** What is wrong with one cell, if anything is. */
export const faultOf = async (send: Send, cell: Cell, caller: Caller): Promise<string | undefined> => {
  const { status, text } = await send(cell, caller.token);
  const isAs = (got: number, wanted: number | 'other') => (wanted === 'other' ? got !== 401 && got !== 403 : got === wanted);
  const expected = cell.expected(caller);
  const shown = `${caller.name}: ${cell.method} ${cell.path}`;
  if (!isAs(status, expected)) return `${shown} is ${status}, and should be ${expected}: ${text.slice(0, 200)}`;
  const first = cell.first && status === 200 ? Number(JSON.parse(text).answers[0].status) : undefined;
  if (first !== undefined && !isAs(first, cell.first!(caller)))
    return `${shown} is ${first} for ${JSON.stringify(cell.body)}, and should be ${cell.first!(caller)}`;
  return cell.shows && !cell.shows(caller) && text.includes(ownerId)
    ? `${shown} shows what is not theirs: ${text.slice(0, 200)}`
    : undefined;
};
