import { type Commit, storedEvents, trailOf } from '../../core/commit.ts';
import type { Recorded } from '../../core/message.ts';
import { type Cause, kernelEvents } from '../../core/process/events.ts';
import { toldIn } from '../../core/process/performs.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { sourceOf } from '../../core/projection.ts';
import { isId, streamName } from '../../core/stream.ts';
import type { ProcessSettings } from '../settings.ts';
import { eventsIn } from '../store/fold-commit.ts';
import { itemSize } from '../store/size.ts';
import { type Attending, stepIn } from './attend.ts';
import type { KeptCursors } from './kept-cursors.ts';
import type { Cursors } from './ports.ts';

type EventCause = Extract<Cause, { event: unknown }>;

export type Reacting = Attending & Readonly<{ cursors: Cursors; kept?: KeptCursors }>;

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
export const decideOn = async (reacting: Reacting, commit: Commit, isNew = false): Promise<readonly Commit[]> => {
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
        ...(isNew && i === 0 && { isNew }),
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

/** The streams of the instances that a commit concerns. */
export const instancesOf = ({ process }: Reacting, commit: Commit): readonly string[] => {
  if (!concerns(process, commit)) return [];
  const told = toldIn(process, commit).map(({ instance }) => instance);
  if (told.length > 0 || sourceOf(process, commit.stream) === undefined) return told;
  return [...causesIn(process, commit).keys()].map((id) => streamName(process.category, id));
};
