import { ProblemError } from '../../core/problem.ts';
import { sourceOf, sourcesOf } from '../../core/projection.ts';
import { parseStream } from '../../core/stream.ts';
import { nowOf } from '../instant.ts';
import type { Clock, Keys } from '../ports.ts';
import { invalid, notFound } from '../problems.ts';
import type { RefoldOrder } from '../refold.ts';
import { type RebuildView, viewOf } from './lead.ts';
import {
  type Active,
  type Actives,
  type Executions,
  finalStates,
  type Phases,
  type Rebuild,
  type RebuildSettings,
  type Rebuilds,
  runningStates,
} from './ports.ts';
import { defaultRebuildSettings } from './settings.ts';

/** What orders from outside need. */
export type Ordering = Readonly<{
  /** All revisions that are deployed. */
  views: readonly RebuildView[];
  actives: Actives;
  phases: Phases;
  rebuilds: Rebuilds;
  executions: Executions;
  clock: Clock;
  keys: Pick<Keys, 'randomId'>;
  /** About how many commits there are. */
  aboutCommits(): Promise<number>;
}>;

type Asked = Readonly<{ projection: string; revision?: number; by: string; why: string; settings?: Partial<RebuildSettings> }>;

/** How long after its record was written an execution must have been started (milliseconds). */
const startsWithin = 60_000;

const conflict = (kind: string, detail: string, extra?: Readonly<Record<string, unknown>>) =>
  new ProblemError({ kind, status: 409, detail, ...(extra && { extra }) });

/** A rebuild as it is: one whose execution has ended without saying so in the record is over. */
export const reconciled = async (
  { rebuilds, executions, clock }: Pick<Ordering, 'rebuilds' | 'executions' | 'clock'>,
  rebuild: Rebuild,
): Promise<Rebuild> => {
  const { id, startedAt, state } = rebuild;
  if (finalStates.some((final) => final === state)) return rebuild;
  const status = await executions.status(id);
  const age = clock.now() - Date.parse(startedAt);
  if (status === 'running' || (status === undefined && age < startsWithin)) return rebuild;
  const now = nowOf(clock);
  const reason =
    status === undefined ? 'Its execution was never started.' : 'Its execution ended without a result: look there for the cause.';
  await rebuilds.move(id, runningStates, { state: 'failed', reason, since: now, endedAt: now });
  return (await rebuilds.load(id)) ?? rebuild;
};

const revisionsOf = ({ views }: Pick<Ordering, 'views'>, name: string): readonly RebuildView[] => {
  const found = views
    .filter(({ projection }) => projection.name === name)
    .toSorted((a, b) => b.projection.revision - a.projection.revision);
  if (found.length === 0) throw notFound(`projection '${name}'`);
  return found;
};

const deployed = (ordering: Pick<Ordering, 'views'>, name: string, revision: number): RebuildView => {
  const view = revisionsOf(ordering, name).find(({ projection }) => projection.revision === revision);
  if (!view) throw notFound(`revision ${revision} of ${name} in this deployment`);
  return view;
};

/** The revision that is named, or that answers; it must be live, since what is being built is not to be compared with anything. */
const liveView = async (
  ordering: Ordering,
  { projection, revision }: Pick<Asked, 'projection' | 'revision'>,
): Promise<RebuildView> => {
  revisionsOf(ordering, projection);
  const wanted = revision ?? (await ordering.actives.load(projection))?.revision;
  if (wanted === undefined) throw conflict('not-built', `No revision of ${projection} answers yet: rebuild it first.`);
  const view = deployed(ordering, projection, wanted);
  if ((await ordering.phases.load(projection, wanted))?.phase !== 'live')
    throw conflict('not-built', `Revision ${wanted} of ${projection} is still being built: rebuild it first.`);
  return view;
};

/** The plan holds three pieces of work for each, of about 100 bytes, and a state of an execution at most 256 KB. */
const mostSegments = 500;
const limits: Readonly<Record<keyof RebuildSettings, number>> = {
  segments: mostSegments,
  concurrency: 100,
  unitsPerSecond: 1_000_000,
  compareOneOf: 1_000_000,
};

/** Settings as they were asked for, and as they are otherwise. */
export const rebuildSettings = (asked: Partial<RebuildSettings> = {}): RebuildSettings => {
  for (const [name, most] of Object.entries(limits)) {
    const value = asked[name as keyof RebuildSettings];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1 && value <= most))
      throw invalid(name, `a whole number from 1 to ${most}`);
  }
  return { ...defaultRebuildSettings, ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) };
};

/** Writes the record, takes the lock, and starts the execution. One that is locked by something long over goes on all the same. */
const begin = async (ordering: Ordering, rebuild: Rebuild, prepare?: () => Promise<void>): Promise<Rebuild> => {
  const { rebuilds, executions, clock } = ordering;
  let running = await rebuilds.begin(rebuild);
  if (running !== undefined) {
    const there = await rebuilds.load(running);
    const now = there && (await reconciled(ordering, there));
    if (now && finalStates.some((final) => final === now.state)) running = await rebuilds.begin(rebuild);
  }
  if (running !== undefined)
    throw conflict('rebuild-running', `${rebuild.projection} has one running: ${running}. Wait for it, or cancel it.`, {
      rebuild: running,
    });
  try {
    await prepare?.();
    await executions.start(rebuild.id);
  } catch (cause) {
    const now = nowOf(clock);
    await rebuilds.move(rebuild.id, runningStates, {
      state: 'failed',
      reason: `It could not be started: ${cause}`,
      since: now,
      endedAt: now,
    });
    throw cause;
  }
  return rebuild;
};

type Kind = Pick<Rebuild, 'kind' | 'state'> & Partial<Pick<Rebuild, 'category' | 'repair' | 'from'>>;

const recordOf = async (
  { clock, keys, aboutCommits }: Ordering,
  { projection }: RebuildView,
  { by, why }: Pick<Asked, 'by' | 'why'>,
  settings: RebuildSettings,
  kind: Kind,
): Promise<Rebuild> => {
  const now = nowOf(clock);
  return {
    id: keys.randomId(),
    projection: projection.name,
    revision: projection.revision,
    ...kind,
    since: now,
    by,
    why,
    startedAt: now,
    settings,
    aboutCommits: await aboutCommits(),
  };
};

/** The revision that a rebuild is for: the one that is named, or the newest; refused where it answers already. */
export const rebuildable = async (
  ordering: Pick<Ordering, 'views' | 'actives'>,
  { projection, revision }: Pick<Asked, 'projection' | 'revision'>,
): Promise<Readonly<{ view: RebuildView; from?: number }>> => {
  const revisions = revisionsOf(ordering, projection);
  const view = revision === undefined ? revisions[0]! : deployed(ordering, projection, revision);
  const active = await ordering.actives.load(projection);
  if (active?.revision === view.projection.revision)
    throw conflict(
      'nothing-to-rebuild',
      `Revision ${active.revision} of ${projection} answers already. Raise the revision and deploy it beside this one, or audit this one with --repair.`,
    );
  return { view, ...(active && { from: active.revision }) };
};

/** Begins to build a revision from all history, or to go on with it. */
export const orderRebuild = async (ordering: Ordering, asked: Asked): Promise<Rebuild> => {
  const { phases, clock } = ordering;
  const settings = rebuildSettings(asked.settings);
  const { view, from } = await rebuildable(ordering, asked);
  const { name, revision } = view.projection;
  const phase = await phases.load(name, revision);
  // What other code may have written is compared as a whole.
  const foreign = phase?.code === undefined || phase.code !== view.code;
  const kind: Kind = { kind: 'rebuild', state: 'filling', ...(from !== undefined && { from }) };
  const record = await recordOf(ordering, view, asked, foreign ? { ...settings, compareOneOf: 1 } : settings, kind);
  return begin(ordering, record, async () => {
    // Only by whoever has the lock: who was refused would write this over what another rebuild has made live.
    if (!phase)
      await phases.save(name, revision, {
        phase: 'building',
        since: nowOf(clock),
        ...(view.code !== undefined && { code: view.code }),
      });
  });
};

/** Looks whether a live revision is what its streams come to; with `repair`, what differs is folded anew. */
export const orderAudit = async (ordering: Ordering, asked: Asked & Readonly<{ repair?: boolean }>): Promise<Rebuild> => {
  const settings = rebuildSettings({ compareOneOf: 1, ...asked.settings });
  const view = await liveView(ordering, asked);
  const { repair = false } = asked;
  return begin(
    ordering,
    await recordOf(ordering, view, asked, settings, { kind: 'audit', state: 'verifying', ...(repair && { repair }) }),
  );
};

export type Refolded = Readonly<{ projection: string; revision: number; stream: string }>;

/** Folds one stream of a live revision anew: by the projection's own function, since nobody else may write its table. */
export const orderRefold = async (
  ordering: Ordering,
  asked: Pick<Asked, 'projection' | 'revision'> & Readonly<{ stream: string; correlation: string }>,
): Promise<Refolded> => {
  const { stream, correlation } = asked;
  if (!parseStream(stream)) throw invalid('stream', 'a stream is named <category>-<id>, such as account-7f3a');
  const { projection, queue } = await liveView(ordering, asked);
  if (!sourceOf(projection, stream)) throw notFound(`stream ${stream} in ${projection.name}`);
  const order: RefoldOrder = { refold: { stream, correlation } };
  const [failed] = await queue.send([order]);
  if (failed) throw new Error(`The order to refold ${stream} in ${projection.name} was not taken by its queue: ${failed.reason}`);
  return { projection: projection.name, revision: projection.revision, stream };
};

/** Folds all streams of a category anew in a live revision, where they are. */
export const orderReplay = async (ordering: Ordering, asked: Asked & Readonly<{ category: string }>): Promise<Rebuild> => {
  const settings = rebuildSettings(asked.settings);
  const view = await liveView(ordering, asked);
  const { category } = asked;
  const categories = sourcesOf(view.projection).map((source) => source.category);
  if (!categories.includes(category)) throw invalid('category', `${asked.projection} reads ${categories.join(' and ')}`);
  return begin(ordering, await recordOf(ordering, view, asked, settings, { kind: 'replay', state: 'filling', category }));
};

/** Stops a rebuild: what answered goes on answering, and the next rebuild goes on from what is there. */
export const cancelRebuild = async (ordering: Ordering, { id, by }: Readonly<{ id: string; by: string }>): Promise<Rebuild> => {
  const { rebuilds, executions, clock } = ordering;
  if (!(await rebuilds.load(id))) throw notFound(`rebuild ${id}`);
  const now = nowOf(clock);
  const moved = await rebuilds.move(id, runningStates, {
    state: 'cancelled',
    reason: `Cancelled by ${by}.`,
    since: now,
    endedAt: now,
  });
  const rebuild = await rebuilds.load(id);
  if (!rebuild) throw notFound(`rebuild ${id}`);
  if (!moved && rebuild.state !== 'cancelled') throw conflict('not-running', `${id} is over: it is ${rebuild.state}.`);
  // Also at a repeat: the first one may have come no further than the record.
  await executions.stop(id);
  return rebuild;
};

/** Lets the revision before answer again: its own code has kept it up to date. */
export const rollBack = async (
  ordering: Pick<Ordering, 'views' | 'actives' | 'phases' | 'clock'>,
  { projection, by, why }: Pick<Asked, 'projection' | 'by' | 'why'>,
): Promise<Active> => {
  const { views, actives, phases, clock } = ordering;
  revisionsOf(ordering, projection);
  const active = await actives.load(projection);
  if (active?.previous === undefined)
    throw conflict('nothing-to-roll-back', `No revision of ${projection} answered before this one.`);
  const { revision, previous } = active;
  if (!viewOf(views, { projection, revision: previous }))
    throw conflict(
      'not-deployed',
      `Revision ${previous} of ${projection} is not deployed any more: nothing keeps it up to date.`,
    );
  if ((await phases.load(projection, previous))?.phase !== 'live')
    throw conflict('not-built', `Revision ${previous} of ${projection} is not live: rebuild it.`);
  const next: Active = { projection, revision: previous, previous: revision, since: nowOf(clock), by, why };
  if (await actives.switch(next, revision)) return next;
  // A switch that was sent twice finds its own in the way.
  const now = await actives.load(projection);
  if (now?.revision !== previous || now.since !== next.since || now.by !== by)
    throw conflict('switched-meanwhile', `${projection} was switched by somebody else at the same time: look, and decide anew.`);
  return next;
};
