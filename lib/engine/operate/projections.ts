import { announcerName } from '../../core/announcer.ts';
import { revisionKey } from '../../core/deployed-names.ts';
import { ProblemError } from '../../core/problem.ts';
import { type AnyProjection, sourceOf, streamKey } from '../../core/projection.ts';
import { parseStream } from '../../core/stream.ts';
import type { Depth, Log, Queue, View } from '../ports.ts';
import { invalid, notFound } from '../problems.ts';
import { sendOrders } from '../send-orders.ts';
import type { Actives } from '../view/ports.ts';
import type { ResumeOrder } from '../view/resume.ts';
import { type Act, keepAct, type Recording } from './acts/acts.ts';
import type { Parked, ParkedList } from './ports.ts';

/**
 * The age in seconds of the oldest message of a view's queue, and of the newest record that the publisher has taken; absent if nothing was
 * measured lately.
 */
export interface Ages {
  ofQueues(names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  ofPublisher(): Promise<number | undefined>;
}

/** A revision of a view, as operators see it. */
export type Operated = Readonly<{
  projection: AnyProjection;
  queueName: string;
  queue: Queue;
  view: Pick<View, 'head'>;
  parked: ParkedList;
}>;

export type Operating = Readonly<{ views: readonly Operated[]; actives: Pick<Actives, 'load'>; ages: Ages; log: Log }>;

export type Lag = Depth & Readonly<{ oldestSeconds?: number }>;
type Status = Readonly<{
  name: string;
  revision: number;
  active: boolean;
  parked: readonly Parked[];
  /** More are parked than are listed. */
  moreParked: boolean;
  lag: Lag;
}>;

export type ProjectionsReport = Readonly<{ projections: readonly Status[]; publisher: Readonly<{ behindSeconds?: number }> }>;

export type ViewActs = Readonly<{ projection: string; revision: number; acts: readonly Act[] }>;

/** Under what the acts on a revision are kept: that of its dead letters, if it shares them with no other. */
export const actsOf = (projection: Pick<AnyProjection, 'name' | 'revision'>): string => `view/${revisionKey(projection)}`;

const listedParked = 100;

/** The revision that answers queries, if one does yet. */
const activeOf = async ({ views, actives }: Pick<Operating, 'views' | 'actives'>, name: string) => {
  // The consumer that announces public events answers no queries, and there is one of it.
  if (name === announcerName) return views.find(({ projection }) => projection.name === name);
  const revision = (await actives.load(name))?.revision;
  return views.find(({ projection }) => projection.name === name && projection.revision === revision);
};

/** The named revision, or else the active one; if there is none yet, the only one. */
const revisionOf = async (operating: Pick<Operating, 'views' | 'actives'>, name: string, revision: number | undefined) => {
  const candidates = operating.views.filter(({ projection }) => projection.name === name);
  if (revision !== undefined) return candidates.find(({ projection }) => projection.revision === revision);
  const active = await activeOf(operating, name);
  if (active || candidates.length <= 1) return active ?? candidates[0];
  throw invalid('revision', `no revision of ${name} answers yet: name one`);
};

const knownRevision = async (
  operating: Pick<Operating, 'views' | 'actives'>,
  name: string,
  revision: number | undefined,
): Promise<Operated> => {
  const view = await revisionOf(operating, name, revision);
  if (!view) throw notFound(`view '${name}'${revision === undefined ? '' : ` with the revision ${revision}`}`);
  return view;
};

/** The lag of a queue's consumer. */
export const lagOf = async ({ queueName, queue }: Pick<Operated, 'queueName' | 'queue'>, oldest: ReadonlyMap<string, number>) => {
  const oldestSeconds = oldest.get(queueName);
  return { ...(await queue.depth()), ...(oldestSeconds !== undefined && { oldestSeconds }) };
};

/** Figures help, but a list without them is better than none. */
export const measured = async <T>(log: Log, asking: Promise<T>, otherwise: T): Promise<T> =>
  asking.catch((cause: unknown) => {
    log.warn('Figures could not be read.', { cause: String(cause) });
    return otherwise;
  });

/** All views: their parked streams, and their lag. */
export const reportProjections = async (operating: Operating): Promise<ProjectionsReport> => {
  const { views, ages, log } = operating;
  const [oldest, behindSeconds] = await Promise.all([
    measured(log, ages.ofQueues(views.map(({ queueName }) => queueName)), new Map<string, number>()),
    measured(log, ages.ofPublisher(), undefined),
  ]);
  const projections = await Promise.all(
    views.map(async (view) => {
      const { name, revision } = view.projection;
      const [{ items, more }, lag, active] = await Promise.all([
        view.parked.parked(listedParked),
        lagOf(view, oldest),
        activeOf(operating, name),
      ]);
      return {
        name,
        revision,
        active: active === view,
        parked: items,
        moreParked: more,
        lag,
      };
    }),
  );
  return { projections, publisher: behindSeconds === undefined ? {} : { behindSeconds } };
};

/** What operators did to a revision of a view, the newest first: what was resumed and refolded. */
export const actsOnView = async (
  operating: Pick<Operating, 'views' | 'actives'> & Pick<Recording, 'acts'>,
  name: string,
  revision: number | undefined,
): Promise<ViewActs> => {
  const view = await knownRevision(operating, name, revision);
  const kept = await operating.acts.load(actsOf(view.projection));
  return { projection: name, revision: view.projection.revision, acts: kept?.acts ?? [] };
};

type Resume = Readonly<{ name: string; stream: string; revision?: number; correlation: string; by: string; why?: string }>;

/** Requests that a parked stream is resumed by the view's own function, since no other may write its table. */
export const orderResume = async (
  operating: Pick<Operating, 'views' | 'actives'> & Recording,
  { name, stream, revision, ...asked }: Resume,
) => {
  const view = await knownRevision(operating, name, revision);
  if (!parseStream(stream)) throw invalid('{stream}', 'a stream is named <category>-<id>, such as account-7f3a');
  if (!sourceOf(view.projection, stream)) throw notFound(`stream ${stream} in ${name}`);
  const head = await view.view.head(streamKey(view.projection, stream));
  if (!head?.parked)
    throw new ProblemError({
      kind: 'not-parked',
      detail: `${stream} is not parked in ${name}: there is nothing to resume.`,
    });
  await keepAct(operating, actsOf(view.projection), { act: 'resume', stream, ...asked });
  const order: ResumeOrder = { resume: { stream, correlation: asked.correlation } };
  await sendOrders(view.queue, name, [order]);
  return { projection: name, revision: view.projection.revision, stream, commit: head.parked.commit };
};
