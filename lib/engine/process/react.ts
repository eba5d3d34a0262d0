import { type Commit, storedEvents, trailOf } from '../../core/commit.ts';
import type { Recorded } from '../../core/message.ts';
import { type Cause, kernelEvents } from '../../core/process/events.ts';
import { toldIn } from '../../core/process/performs.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { sourceOf } from '../../core/projection.ts';
import { isId, streamName } from '../../core/stream.ts';
import { atOnce } from '../at-once.ts';
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

/** Takes note of a step that was stored, or had been. */
type Note = (step: Commit) => void;

/** Records the outcome of an effect, with the reaction to it: once, however often the commit is delivered. */
const recordTold = async (
  reacting: Reacting,
  commit: Commit,
  { instance, ...outcome }: ReturnType<typeof toldIn>[number],
  note: Note,
): Promise<void> => {
  const step = await stepIn(reacting, instance, {
    id: `${reacting.process.category}/${commit.stream}/${commit.commit}`,
    step: { type: 'Answer', data: { outcomes: [outcome] } },
    trail: trailOf(commit.meta),
    causation: `${commit.stream}/${commit.version}`,
    causeAt: commit.at,
  });
  if (step) note(step);
};

type ForOne = Readonly<{ commit: Commit; id: string; causes: readonly EventCause[]; isNew: boolean }>;

/** The decision of one instance, in several commits where it has many events. */
const decideFor = async (reacting: Reacting, { commit, id, causes: all, isNew }: ForOne, note: Note): Promise<void> => {
  const { process, settings } = reacting;
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
    note(step);
    // An earlier release decided on a source commit as a whole, under the id of the first portion now.
    if (i === 0 && hasTaken(step, portions.slice(1).flat())) return;
  }
};

/**
 * One decision for each instance that a commit concerns: however often this is done, each is there once. Where that of one fails the others are made and
 * noted all the same.
 */
export const decideOn = async (reacting: Reacting, commit: Commit, note: Note, isNew = false): Promise<void> => {
  const { process } = reacting;
  if (!concerns(process, commit)) return;
  const told = toldIn(process, commit);
  await atOnce(told.length, told, (each) => recordTold(reacting, commit, each, note));
  if (told.length > 0 || sourceOf(process, commit.stream) === undefined) return;
  const concerned = [...causesIn(process, commit)];
  await atOnce(concerned.length, concerned, ([id, causes]) => decideFor(reacting, { commit, id, causes, isNew }, note));
};

/** The streams of the instances that a commit concerns. */
export const instancesOf = ({ process }: Reacting, commit: Commit): readonly string[] => {
  if (!concerns(process, commit)) return [];
  const told = toldIn(process, commit).map(({ instance }) => instance);
  if (told.length > 0 || sourceOf(process, commit.stream) === undefined) return told;
  return [...causesIn(process, commit).keys()].map((id) => streamName(process.category, id));
};
