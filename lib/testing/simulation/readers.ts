import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../../core/access.ts';
import type { Commit } from '../../core/commit.ts';
import { ProblemError } from '../../core/problem.ts';
import { type AnyProjection, sourceOf, streamKey } from '../../core/projection.ts';
import { awaitedBy, consistencyToken } from '../../engine/query/consistency.ts';
import type { PageRequest } from '../../engine/query/page.ts';
import type { Querying } from '../../engine/query/querying.ts';
import { storable } from '../../engine/store/storable.ts';
import { kindOf as keptAs } from '../../engine/view/kinds/index.ts';
import { memoryKeys } from '../memory/system.ts';
import { foldsOf } from './checks/views.ts';
import type { Dice } from './dice.ts';
import { kindOf } from './kinds/index.ts';
import type { Engine } from './world/engine.ts';
import { Injected } from './world/faults.ts';
import type { Pool } from './world/pool.ts';
import type { World } from './world/world.ts';

const keys = memoryKeys();
const operator: Actor = { id: 'olga', kind: 'user', roles: ['operator'] };
const page: PageRequest = { limit: 100, direction: 'oldest-first' };

export type Reading = Readonly<{
  world: World;
  engine: Engine;
  /** Of the release that runs in the end. */
  projections: readonly AnyProjection[];
  pools: ReadonlyMap<string, Pool<Querying>>;
  /** Both revisions of the view that is rebuilt, if one is. */
  revisions: readonly AnyProjection[];
  /** True if somebody has changed the rows behind the engine's back. */
  isSpoilt: (projection: AnyProjection) => boolean;
  commitsOf: (stream: string) => readonly Commit[];
}>;

type Row = Readonly<Record<string, unknown>>;

/** The rows that a stream's place in a view may have: at the commit that is awaited, or at any later one. */
const allowedRows = (projection: AnyProjection, commits: readonly Commit[], from: number) =>
  foldsOf(projection, commits)
    .slice(from - 1)
    .map(({ rows }) => rows);

const without = ({ id: _, ...row }: Row) => row;
const equal = (row: Row | undefined, folded: unknown) =>
  row === undefined ? folded === undefined : folded !== undefined && isDeepStrictEqual(without(row), storable(folded));

/** One of the lists that customers may ask for. */
const within = ({ lists = {} }: AnyProjection, dice: Dice) => {
  const open = Object.entries(lists).flatMap(([name, list]) => (list.within && !list.find ? [{ name, ...list }] : []));
  return open.length > 0 ? dice.pick(open) : undefined;
};

/** A reader who has just written asks for at least that: by key, and in the owner's list. */
export const readBack = async (reading: Reading, written: Commit, left = 3): Promise<void> => {
  const { stream, commit, events, meta } = written;
  const { world, engine, projections, pools, revisions, commitsOf } = reading;
  const dice = world.dice('readers');
  const types = events.map(({ type }) => type);
  const concerned = projections.filter(
    (projection) =>
      kindOf(projection).isReadByStream &&
      sourceOf(projection, stream) &&
      types.some((type) => projection.on[type] !== undefined),
  );
  if (concerned.length === 0) return;
  const projection = dice.pick(concerned);
  // Whichever revision of it answers.
  let answering = projection;
  const rowsAllowed = () => allowedRows(answering, commitsOf(stream), commit);
  const wanted = rowsAllowed()[0]?.get('head');
  const { headIsRow } = keptAs(projection);
  const ownerOf = (row: unknown) => (headIsRow ? answering.owner?.(row as never) : undefined);
  const isTheirs = wanted !== undefined && ownerOf(wanted) === meta.actor;
  const inList = isTheirs && dice.chance(0.6);
  const actor: Actor = projection.may.includes('operator') && !inList ? operator : { id: meta.actor, kind: 'user', roles: [] };
  const token = await consistencyToken(keys, actor.id, { stream, commit, types });
  const key = streamKey(projection, stream);
  const what = `a reader of ${projection.name}${inList ? "'s list" : ''} who awaits ${stream} ${commit}`;
  const list = inList && dice.chance(0.5) ? within(projection, dice) : undefined;
  const by = wanted === undefined ? '-' : (list?.by?.(wanted as never) as string | undefined);
  const isIn = (row: unknown) => ownerOf(row) === actor.id;
  // If it has another owner or value by now, it is not in the list any more.
  const isListed = (row: unknown) => row !== undefined && (!inList || isIn(row)) && (!list?.by || list.by(row as never) === by);
  const less = (row: unknown) => {
    if (reading.isSpoilt(answering)) return;
    world.broken(`${what} is shown ${row === undefined ? 'no row' : JSON.stringify(row)}`);
  };
  const checkRow = (row: Row | undefined) => {
    world.count('reads');
    const moments = rowsAllowed().map((rows) => rows.get('head'));
    if (!moments.some((folded) => equal(row, isListed(folded) ? folded : undefined))) less(row);
  };
  const ask = async (querying: Querying) => {
    const { name, revision } = querying.projection;
    answering = revisions.find((each) => each.name === name && each.revision === revision) ?? projection;
    const awaited = await awaitedBy(keys, actor.id, token);
    if (!inList) return (await engine.queryById(querying, actor, key, { ...page, awaited })).body;
    return engine.queryList(querying, actor, { ...page, awaited, ...(list && { list: list.name, ...(list.by && { by }) }) });
  };
  try {
    const body = (await pools.get(projection.name)!.invoke(ask)) as Row & Readonly<{ items?: readonly Row[]; cursor?: string }>;
    world.note(what, () => `is answered ${JSON.stringify(body)}`);
    if (inList) return checkRow(body.items?.find(({ id }) => id === key));
    if (headIsRow) return checkRow(body);
    world.count('reads');
    const moments = rowsAllowed();
    const { rowsIn } = kindOf(answering);
    // Rows of the next page are not checked.
    if (body.cursor !== undefined) return;
    for (const sort of moments[0]?.keys() ?? [])
      if (!moments.some((rows) => rowsIn(rows.get(sort)).every((row) => body.items?.some((item) => equal(item, row)))))
        less(body.items);
  } catch (cause) {
    if (cause instanceof ProblemError && cause.problem.kind === 'not-found' && headIsRow) return checkRow(undefined);
    const patient =
      cause instanceof ProblemError &&
      ['view-is-being-built', 'stream-parked', 'not-consistent-yet', 'not-found', 'not-yours'].includes(cause.problem.kind);
    if (!patient && !(cause instanceof Injected)) world.broken(`${what}: ${String(cause)}`);
    if (cause instanceof Injected && left > 0) return readBack(reading, written, left - 1);
    world.count(patient ? cause.problem.kind : 'unanswered reads');
  }
};
