import { type Commit, storedEvents, trailOf } from '../../core/commit.ts';
import type { Recorded } from '../../core/message.ts';
import { type Cause, kernelEvents } from '../../core/process/events.ts';
import { toldIn } from '../../core/process/performs.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { sourceOf } from '../../core/projection.ts';
import { isId, streamName } from '../../core/stream.ts';
import { TryAgain, untilWon } from '../again.ts';
import type { Delivered } from '../delivery/delivered.ts';
import type { Store } from '../ports.ts';
import type { ProcessSettings } from '../settings.ts';
import { eventsIn } from '../store/fold-commit.ts';
import { StreamPurged } from '../store/purged.ts';
import { streamBatch, withGapsFilled } from '../store/read-all.ts';
import { itemSize } from '../store/size.ts';
import { type Attending, attend, stepIn } from './attend.ts';
import type { Cursors } from './ports.ts';

type EventCause = Extract<Cause, { event: unknown }>;

export type Reacting = Attending & Readonly<{ cursors: Cursors }>;

/** True if a process reacts to a commit: not to imported ones, nor to those before its `since`. */
export const concerns = (process: AnyProcess, { stream, commit, events, at, imported }: Commit): boolean =>
  imported === undefined &&
  at >= process.since &&
  ((sourceOf(process, stream) !== undefined && events.some(({ type }) => Object.hasOwn(process.on, type))) ||
    toldIn(process, { stream, commit, at, events }).length > 0);

/** The causes that a commit has for each instance. */
export const causesIn = (process: AnyProcess, commit: Commit): ReadonlyMap<string, readonly EventCause[]> => {
  const formats = sourceOf(process, commit.stream)?.events ?? {};
  const handled = (type: string) => Object.hasOwn(process.on, type);
  const events = eventsIn(formats, commit, handled);
  const stored = storedEvents(commit);
  const causes = new Map<string, EventCause[]>();
  events.forEach((event: Recorded, i) => {
    if (!handled(event.type)) return;
    const id = process.instance(event as never);
    if (id === undefined) return;
    if (!isId(id))
      throw new Error(`${process.category}: ${event.id} is assigned to the instance '${id}', which is not a valid id.`);
    const { entityId: _, ...place } = event;
    const { v, data } = stored[i]!;
    causes.set(id, [...(causes.get(id) ?? []), { event: { ...place, v, data } }]);
  });
  return causes;
};

/**
 * The causes of one commit for one instance in portions, each of which fits into a commit of the instance whatever its state is. They
 * follow from the source commit, and from two settings that never change: a retry makes the same portions.
 */
const portionsOf = ({ causesAtOnce, causeBytes }: ProcessSettings, causes: readonly EventCause[]): readonly EventCause[][] => {
  const portions: EventCause[][] = [];
  let bytes = 0;
  for (const cause of causes) {
    const size = itemSize(cause);
    const last = portions.at(-1);
    const fits = last && last.length < causesAtOnce && bytes + size <= causeBytes;
    if (fits) last.push(cause);
    else portions.push([cause]);
    bytes = (fits ? bytes : 0) + size;
  }
  return portions;
};

/** True if a commit of an instance has reacted to one of these events, or keeps one for later. */
const hasTaken = (commit: Commit, causes: readonly EventCause[]): boolean => {
  const ids = new Set(causes.map(({ event }) => event.id));
  return kernelEvents(commit).some(({ type, data }) => {
    const of =
      type === 'Reacted' ? data.occasion : type === 'CauseDeferred' || type === 'InstanceParked' ? data.cause : undefined;
    return of !== undefined && 'event' in of && ids.has(of.event.id);
  });
};

/** Records the outcomes of effects, each with the reaction to it: once, however often the commit is delivered. */
const recordTold = async (reacting: Reacting, commit: Commit): Promise<readonly Commit[]> => {
  const steps = toldIn(reacting.process, commit).map(({ instance, ...outcome }) =>
    stepIn(reacting, instance, {
      id: `${reacting.process.category}/${commit.stream}/${commit.commit}`,
      step: { type: 'Answer', data: { outcomes: [outcome] } },
      trail: trailOf(commit.meta),
      causation: `${commit.stream}/${commit.version}`,
      causeAt: commit.at,
    }),
  );
  return (await Promise.all(steps)).filter((step) => step !== undefined);
};

/** One decision for each instance that a commit concerns, in several commits where it has many events: however often this is done, each is there once. */
const decideOn = async (reacting: Reacting, commit: Commit): Promise<readonly Commit[]> => {
  const { process, settings } = reacting;
  if (!concerns(process, commit)) return [];
  const told = await recordTold(reacting, commit);
  if (told.length > 0 || sourceOf(process, commit.stream) === undefined) return told;
  const decided = [...causesIn(process, commit)].map(async ([id, all]) => {
    const commits: Commit[] = [];
    const portions = portionsOf(settings, all);
    for (const [i, causes] of portions.entries()) {
      const step = await stepIn(reacting, streamName(process.category, id), {
        id: `${process.category}/${commit.stream}/${commit.commit}${i === 0 ? '' : `/${i}`}`,
        step: { type: 'React', data: { causes } },
        trail: trailOf(commit.meta),
        causation: causes[0]!.event.id,
        causeAt: commit.at,
      });
      if (!step) continue;
      commits.push(step);
      // An earlier release decided on a source commit as a whole, under the id of the first portion now.
      if (i === 0 && hasTaken(step, portions.slice(1).flat())) break;
    }
    return commits;
  });
  return (await Promise.all(decided)).flat();
};

/** The number of the last commit before a process's time, found by halving: times never fall in a stream. */
const lastBefore = async (store: Pick<Store, 'find'>, stream: string, since: string, last: number): Promise<number> => {
  let [before, after] = [0, last + 1];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const commit = await store.find(stream, middle);
    if (!commit) throw new TryAgain(`${stream}: commit ${middle} cannot be read yet.`);
    if (commit.at < since) before = middle;
    else after = middle;
  }
  return before;
};

/** Moves the cursor, never back. After a lost race the faster function has handled the commits that it passed. */
const moveTo = async (cursors: Cursors, stream: string, to: number, read: number | undefined): Promise<number> => {
  let from = read;
  return untilWon(`${stream} is being taken by others at the same time.`, async () => {
    if (from !== undefined && from >= to) return from;
    if (await cursors.move(stream, to, from)) return to;
    from = await cursors.load(stream);
    return 'again';
  });
};

/** What came of a delivery from a source: the decisions, and the delivered commits that were decided on before. */
type Taken = Readonly<{ decided: Commit[]; again: Delivered[] }>;

/** Handles a source stream's commits in order up to the last that was delivered. What it has taken so far is known where it fails. */
const reactToStream = async (
  reacting: Reacting,
  stream: string,
  deliveries: readonly Delivered[],
  { decided, again }: Taken,
): Promise<void> => {
  const { process, cursors, settings, own } = reacting;
  const batch = streamBatch(deliveries);
  const { last } = batch;
  let cursor = await cursors.load(stream);
  const passed = cursor ?? 0;
  again.push(...deliveries.filter(({ commit }) => commit <= passed));
  if (passed >= last) return;
  const isShort = last <= settings.commitsAtOnce;
  const start = cursor ?? (isShort ? 0 : await lastBefore(own.store, stream, process.since, last));
  for await (const page of withGapsFilled(own.store, stream, batch, start))
    for (let i = 0; i < page.commits.length; i += settings.commitsAtOnce) {
      const commits = page.commits.slice(i, i + settings.commitsAtOnce);
      for (const commit of commits) decided.push(...(await decideOn(reacting, commit)));
      // Only now: what the cursor has passed is decided on never again.
      cursor = await moveTo(cursors, stream, commits.at(-1)!.commit, cursor);
    }
};

/** The streams of the instances that a commit concerns. */
const instancesOf = ({ process }: Reacting, commit: Commit): readonly string[] => {
  if (!concerns(process, commit)) return [];
  const told = toldIn(process, commit).map(({ instance }) => instance);
  if (told.length > 0 || sourceOf(process, commit.stream) === undefined) return told;
  return [...causesIn(process, commit).keys()].map((id) => streamName(process.category, id));
};

/** The instances of commits that come again: whoever took them may have failed between the decision and what follows from it. */
const instancesAgain = async (reacting: Reacting, deliveries: readonly Delivered[]): Promise<ReadonlySet<string>> => {
  const commits = await Promise.all(
    deliveries.map((each) => ('pointer' in each ? reacting.own.store.find(each.stream, each.commit) : each)),
  );
  return new Set(commits.flatMap((commit) => (commit ? instancesOf(reacting, commit) : [])));
};

/**
 * Reacts to a source stream, and carries the decisions out at once. The records are done with when both are: a commit that comes again is not decided on
 * again, but what its instances have open is seen to.
 */
export const reactTo = async (reacting: Reacting, stream: string, deliveries: readonly Delivered[]): Promise<void> => {
  const taken: Taken = { decided: [], again: [] };
  const failed: unknown[] = [];
  const noting = (cause: unknown) => void failed.push(cause);
  await reactToStream(reacting, stream, deliveries, taken).catch(noting);
  const news = Map.groupBy(taken.decided, (commit) => commit.stream);
  const again = await instancesAgain(reacting, taken.again);
  await Promise.all(
    [...new Set([...news.keys(), ...again])].map(async (instance) => {
      try {
        const decided = news.get(instance);
        if (decided) await attend(reacting, instance, decided);
        if (again.has(instance)) await attend(reacting, instance);
      } catch (cause) {
        // Nothing is open in a stream that was purged.
        if (!(cause instanceof StreamPurged)) noting(cause);
      }
    }),
  );
  if (failed.length > 0) throw failed[0];
};
