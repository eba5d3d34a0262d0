import { type Trail, trailOf } from '../commit.ts';
import type { Context } from '../decider.ts';
import { difference } from '../difference.ts';
import { isInstant } from '../instant.ts';
import type { Message } from '../message.ts';
import { unsealedIn } from '../personal/personal.ts';
import { parseStream } from '../stream.ts';
import { type Formats, FromNewerRelease, readEvent, storeEvent } from '../version.ts';
import { type Cause, type CauseOutcome, type ProcessEvent, rememberedType } from './events.ts';
import type { Instance } from './instance.ts';
import { performanceOf, performedOf, targetsOf, withoutAnswer } from './performs.ts';
import type { AnyProcess, Due, Outcome, Reaction, RefusedOutcome, Resolution } from './process.ts';
import { readCommand, storeCommand } from './stored-command.ts';

type Occasion = Extract<ProcessEvent, { type: 'Reacted' }>['data']['occasion'];
type React = (memory: unknown, what: unknown) => Reaction<unknown> | undefined;
type Named = Readonly<Record<string, unknown>> | undefined;

/**
 * A cause for the process's pure code: its reaction, the time before which no deadline may be, and the end that holds whatever the reaction says.
 */
type Taken = Readonly<{ occasion: Occasion; react?: React; what: unknown; after: string; ends?: string }> & Trail;

const own = (names: Named, name: string): React | undefined =>
  names && Object.hasOwn(names, name) ? (names[name] as React) : undefined;

const declared = (names: Named, name: string, list: string): string => {
  if (own(names, name)) return name;
  throw new Error(`There is no '${name}' in \`${list}\`: declare the reaction, or correct the name.`);
};

const targetOf = (process: AnyProcess, to: string) => {
  const target = targetsOf(process).find(({ category }) => category === parseStream(to)?.category);
  if (!target)
    throw new Error(
      `A command goes to ${to}, but \`sends\` has no aggregate of that category, and \`effects\` no such effect: add it.`,
    );
  return target;
};

const outcomeOf = (process: AnyProcess, { to, command, commit, at, reason, detail }: CauseOutcome): Outcome | RefusedOutcome => {
  const outcome = {
    to,
    command: readCommand(targetOf(process, to), command),
    commit,
    at,
    ...(reason !== undefined && { reason }),
    ...(detail !== undefined && { detail }),
  };
  return process.effects?.length ? withoutAnswer(outcome) : outcome;
};

const taken = (process: AnyProcess, cause: Cause, instance: string): Taken => {
  if ('event' in cause) {
    const { type, v, data, ...place } = cause.event;
    const entity = parseStream(place.stream);
    const source = process.from.find(({ category }) => category === entity?.category);
    const react = own(process.on, type);
    const read = readEvent(source?.events ?? {}, { type, v, data });
    const occasion = { event: { id: place.id, type, at: place.at } };
    return {
      occasion,
      ...(react && { react }),
      what: { ...read, ...place, entityId: entity?.id ?? place.stream },
      after: place.at,
      ...trailOf(place),
    };
  }
  if ('due' in cause) {
    const { name, setBy, dueAt, at } = cause.due;
    const what: Due = { name, dueAt, at };
    const react = own(process.onDeadline, declared(process.onDeadline, name, 'onDeadline'));
    const occasion = { deadline: { name, setBy, dueAt } };
    return { occasion, ...(react && { react }), what, after: dueAt, ...trailOf(cause.due) };
  }
  if ('resolved' in cause) {
    const { by, why, at } = cause.resolved;
    const what: Resolution = { instance, by, why, at };
    const react = process.onResolved as React | undefined;
    const occasion = { resolved: { by, at } };
    return { occasion, ...(react && { react }), what, after: at, ends: 'resolved', ...trailOf(cause.resolved) };
  }
  const { number, at, performs } = cause.outcome;
  const [name, list, outcome] = followsOn(cause.outcome);
  const react = name === undefined ? undefined : own(process[list], declared(process[list], name, list));
  const occasion = { send: number, outcome };
  const what = performs ? performedOf(process, cause.outcome) : outcomeOf(process, cause.outcome);
  return { occasion, ...(react && { react }), what, after: at, ...trailOf(cause.outcome) };
};

/** The reaction that follows on an outcome: its name, where it is declared, and the outcome in a word. */
const followsOn = ({ done, refused, timedOut, reason, unanswered }: CauseOutcome) => {
  if (unanswered) return [timedOut, 'onTimedOut', 'timed-out'] as const;
  return reason === undefined ? ([done, 'onDone', 'done'] as const) : ([refused, 'onRefused', 'refused'] as const);
};

const commandsOf = (process: AnyProcess, { sent }: Instance, { send = [] }: Reaction<unknown>) =>
  send.map(({ to, command, done, refused }, i) => ({
    number: sent + 1 + i,
    to,
    command: storeCommand(targetOf(process, to), command),
    ...(done !== undefined && { done: declared(process.onDone, done, 'onDone') }),
    ...(refused !== undefined && { refused: declared(process.onRefused, refused, 'onRefused') }),
  }));

/** The effects that a reaction asks for, as sends to streams of their own, numbered after its commands. */
const performsOf = (
  process: AnyProcess,
  { sent }: Instance,
  { send = [], perform = [] }: Reaction<unknown>,
  { id, trail }: Readonly<{ id: string; trail: Trail }>,
) =>
  perform.map((asked, i) => {
    const { done, refused, timedOut } = asked;
    const number = sent + send.length + 1 + i;
    return {
      number,
      ...performanceOf(process, { id, number, trail }, asked),
      performs: true as const,
      ...(done !== undefined && { done: declared(process.onDone, done, 'onDone') }),
      ...(refused !== undefined && { refused: declared(process.onRefused, refused, 'onRefused') }),
      ...(timedOut !== undefined && { timedOut: declared(process.onTimedOut, timedOut, 'onTimedOut') }),
    };
  });

const deadlinesOf = ({ onDeadline }: AnyProcess, { setDeadlines = {} }: Reaction<unknown>, after: string) =>
  Object.entries(setDeadlines).map(([name, at]) => {
    declared(onDeadline, name, 'onDeadline');
    if (!isInstant(at)) throw new Error(`The deadline '${name}' is at '${at}', which is not an instant: use \`later(...)\`.`);
    if (at <= after) throw new Error(`The deadline '${name}' is at ${at}, which is not later than its cause (${after}).`);
    return { name, at };
  });

/** Checks an event of an instance. Its personal values are sealed ones that the process was given: it has no others, and no subject to seal them to. */
const requireStorable = (formats: Formats, event: Message): void => {
  const [plain] = unsealedIn(storeEvent(formats, event).data);
  if (plain)
    throw new Error(
      `The ${event.type} of a process has a personal value at ${plain.path} that is not sealed: a process can keep and raise only the sealed values that it was given.`,
    );
};

const raised = ({ raises = {} }: AnyProcess, { raise = [] }: Reaction<unknown>): readonly Message[] => {
  for (const event of raise) requireStorable(raises, event);
  return raise;
};

const remembered = ({ memory: format }: AnyProcess, before: unknown, memory: unknown): readonly Message[] => {
  if (memory === undefined || difference(before, memory).length === 0) return [];
  const event = { type: rememberedType, data: memory };
  requireStorable({ [rememberedType]: format } as Formats, event);
  return [event];
};

const eventsOf = (
  process: AnyProcess,
  instance: Instance,
  reaction: Reaction<unknown>,
  { occasion, after, ends, ...trail }: Taken,
  { id, at }: Pick<Context, 'id' | 'at'>,
) => {
  const { deadlines } = instance;
  const number = instance.reactions + 1;
  const sends = [
    ...commandsOf(process, instance, reaction),
    ...performsOf(process, instance, reaction, { id, trail: trailOf(trail) }),
  ];
  const set = deadlinesOf(process, reaction, after);
  const { cancelDeadlines = [] } = reaction;
  const cancel = [
    ...cancelDeadlines.map((name) => declared(process.onDeadline, name, 'onDeadline')),
    ...set.map(({ name }) => name),
  ];
  const fired = 'deadline' in occasion ? occasion.deadline.name : undefined;
  const open = Object.values(deadlines).filter(({ name }) => name !== fired);
  const cancelled = open.flatMap(({ name, setBy }) => (cancel.includes(name) ? [{ name, setBy }] : []));
  const memory = remembered(process, instance.memory, reaction.memory);
  const own = raised(process, reaction);
  const { end = ends } = reaction;
  // Nothing to store, except for a deadline: it must be recorded as fired.
  if (sends.length + set.length + cancelled.length + memory.length + own.length === 0 && end === undefined && fired === undefined)
    return [];
  const left = [
    ...open.flatMap(({ name, setBy }) => (cancel.includes(name) ? [] : [{ name, setBy }])),
    ...set.map(({ name }) => ({ name, setBy: number })),
  ];
  const reacted = { number, occasion, at, ...trailOf(trail), sends, set, cancelled };
  const ended = end === undefined ? [] : [{ type: 'Ended', data: { how: end, cancelled: left } }];
  return [{ type: 'Reacted', data: reacted }, ...memory, ...own, ...ended];
};

/**
 * The text stored for a reaction that threw.
 * @example thrownBy(new Error('No rate for XYZ.')); // 'Error: No rate for XYZ.'
 */
export const thrownBy = (cause: unknown): string => {
  const { name, message } = cause instanceof Error ? cause : { name: 'Thrown', message: String(cause) };
  return `${name}: ${message}`.slice(0, 1_000);
};

/**
 * The events of an instance's reaction to one cause. If it throws or decides something invalid, the event is that the instance parked. An event of a
 * newer release is thrown: a retry passes.
 * @example reactTo(transferProcess, instance, { event }, { id: 't1', at })[0]?.type; // 'Reacted'
 */
export const reactTo = (
  process: AnyProcess,
  instance: Instance,
  cause: Cause,
  { id, at }: Pick<Context, 'id' | 'at'>,
): readonly Message[] => {
  try {
    const given = taken(process, cause, id);
    return eventsOf(process, instance, given.react?.(instance.memory, given.what) ?? {}, given, { id, at });
  } catch (fault) {
    if (fault instanceof FromNewerRelease) throw fault;
    return [{ type: 'InstanceParked', data: { cause, thrown: thrownBy(fault) } }];
  }
};
