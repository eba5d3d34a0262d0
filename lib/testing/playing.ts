import { isDeepStrictEqual } from 'node:util';
import { type AnyDecider, decide, fold, isRefusal } from '../core/decider.ts';
import { effectName } from '../core/effect/decider.ts';
import type { Message, Recorded } from '../core/message.ts';
import { type ProcessStep, processDecider } from '../core/process/decider.ts';
import type { Cause } from '../core/process/events.ts';
import { type Instance, nextSends, type OpenSend } from '../core/process/instance.ts';
import type { Told } from '../core/process/outcome.ts';
import type { AnyProcess } from '../core/process/process.ts';
import { parseStream, streamName } from '../core/stream.ts';
import { currentSchema, readEvent, storeEvent } from '../core/version.ts';
import { storable } from '../engine/store/storable.ts';
import { fail } from './difference.ts';
import { frozen, throughStore } from './stored.ts';

export type Answer = Readonly<{
  answers: string;
  to?: string;
  /** The answer of an effect. */
  answer?: unknown;
  refused?: Readonly<{ reason: string; detail?: unknown }>;
  timedOut?: Readonly<{ attempts: number; why: string }>;
}>;
export type Fires = Readonly<{ fires: string }>;
export type Resolves = Readonly<{ resolves: Readonly<{ by: string; why: string }> }>;
export type Sourced = Readonly<{ event: Message; stream: string }>;

/** An input of an instance: an event, the outcome of one of its commands, a deadline, or an operator who ends it. */
export type Happening<E extends Message> = E | Answer | Fires | Sourced | Resolves;

const start = Date.UTC(2026, 10, 21, 12);
const minute = 60_000;

type CauseEvent = Extract<Cause, { event: unknown }>['event'];

/** One instance so far: its state, the time of what came last, and how much came. */
export type Played = Readonly<{ instance: Instance; at: number; count: number; id?: string }>;
export type Setting = Readonly<{ process: AnyProcess; decider: AnyDecider }>;

/** Nobody may change in place what a reaction is given. */
const guarded = (process: AnyProcess): AnyProcess => {
  const guard = (reactions: AnyProcess['on'] = {}) =>
    Object.fromEntries(
      Object.entries(reactions).map(([name, react]) => [
        name,
        react && ((memory: never, what: never) => react(frozen(memory), frozen(what))),
      ]),
    );
  const { on, onDone, onRefused, onTimedOut, onDeadline, onResolved, initial } = process;
  return {
    ...process,
    initial: frozen(structuredClone(initial)),
    on: guard(on),
    onDone: guard(onDone),
    onRefused: guard(onRefused),
    onTimedOut: guard(onTimedOut),
    onDeadline: guard(onDeadline),
    ...(onResolved && guard({ onResolved })),
  };
};

const causeOf = ({ process }: Setting, happening: Message | Sourced, at: string, count: number): CauseEvent => {
  const event = 'event' in happening ? happening.event : happening;
  const source = process.from.find(({ category, events }) =>
    'event' in happening ? category === parseStream(happening.stream)?.category : Object.hasOwn(events, event.type),
  );
  if (!source || !process.on[event.type])
    return fail({
      title: `${process.category} does not react to ${event.type}.`,
      came: event.type,
      expected: Object.keys(process.on),
    });
  const stream = 'event' in happening ? happening.stream : streamName(source.category, '1');
  const place = { id: `${stream}/${count}`, stream, version: count, commit: count, at };
  const stored = storeEvent(source.events, throughStore(source.events, event));
  return { ...stored, ...place, actor: 'ada', correlation: 'c-1', causation: `request-${count}` };
};

/** The instance of an event, found as the engine finds it. */
const instanceOf = ({ process }: Setting, { type, v, data, ...place }: CauseEvent): string | undefined => {
  const { category = '', id = '' } = parseStream(place.stream) ?? {};
  const read = readEvent(process.from.find((source) => source.category === category)?.events ?? {}, { type, v, data });
  const event: Recorded = { ...read, ...place, entityId: id };
  return process.instance(frozen(event) as never);
};

/** The open command that an answer is about; it must be one whose outcome can come next. */
const answeredIn = ({ process }: Setting, { sends, stuck }: Instance, { answers, to, refused, timedOut }: Answer): OpenSend => {
  const followsIn = (send: OpenSend) => (timedOut ? send.timedOut : refused ? send.refused : send.done);
  const nameOf = (send: OpenSend) => (send.performs ? effectName(send.to) : send.command.type);
  const isMeant = (send: OpenSend) => (to === undefined || send.to === to) && [nameOf(send), followsIn(send)].includes(answers);
  const open = nextSends({ sends, stuck });
  const waits = sends.some(isMeant) ? ' Commands to one target have their outcomes in the order decided.' : '';
  return (
    open.find(isMeant) ??
    fail({
      title: `${process.category} waits for no outcome '${answers}'${to ? ` from ${to}` : ''}.${waits}`,
      came: open,
      expected: answers,
    })
  );
};

/** An instance that stands still, as only such a one is resolved: any reaction may throw, so where it does not it is parked first. */
const standingStill = ({ process, decider }: Setting, instance: Instance, { id = '1', at }: { id?: string; at: string }) => {
  if (instance.status === 'ended')
    fail({ title: `${process.category} is over: nobody resolves it.`, came: 'ended', expected: 'stuck, parked or running' });
  if (instance.status !== 'running') return instance;
  const stream = streamName(process.category, id);
  const place = {
    id: `${stream}/0`,
    stream,
    version: 1,
    commit: 1,
    at,
    actor: 'ada',
    correlation: 'c-1',
    causation: 'request-0',
  };
  const cause: Cause = { event: { type: 'Thrown', v: 1, data: {}, ...place } };
  return fold(decider, instance, [{ type: 'InstanceParked', data: { cause, thrown: 'Error: Thrown.' } }]) as Instance;
};

/** The outcome of an effect, checked as production would check the answer of its adapter. */
const toldOf = ({ process }: Setting, { to }: OpenSend, { answer, refused, timedOut }: Answer): Told => {
  if (timedOut) return { how: 'timed-out', ...timedOut };
  if (refused) return { how: 'refused', ...refused };
  const format = process.effects?.find(({ name }) => name === effectName(to))?.answer;
  const checked = format && currentSchema(format).safeParse(answer);
  if (!format || !checked?.success)
    return fail({
      title: `The answer of ${effectName(to)} does not fit its schema: ${checked?.error?.issues[0]?.message}`,
      came: answer,
      expected: `done('...', { answer: ... })`,
    });
  return { how: 'answered', answer: { v: format.current, data: storable(checked.data) } };
};

/** The step that a happening comes to in the engine, and when. */
const stepOf = (setting: Setting, { instance, at, count, id }: Played, happening: Happening<Message>) => {
  const now = at + minute;
  const instant = new Date(now).toISOString();
  if ('fires' in happening) {
    const open = instance.deadlines[happening.fires];
    const { category } = setting.process;
    if (!open)
      return fail({
        title: `${category} has no such deadline set.`,
        came: Object.keys(instance.deadlines),
        expected: happening.fires,
      });
    const { name, setBy } = open;
    return { at: Math.max(now, Date.parse(open.at)), id, step: { type: 'Due', data: { due: [{ name, setBy }] } } as const };
  }
  if ('resolves' in happening) return { at: now, id, step: { type: 'Resolve', data: happening.resolves } } as const;
  if ('answers' in happening) {
    const send = answeredIn(setting, instance, happening);
    const { number, attempt } = send;
    const { refused } = happening;
    const of = { number, attempt, commit: count + 1, at: instant };
    const outcome = send.performs ? { ...of, told: toldOf(setting, send, happening) } : { ...of, ...(refused && { refused }) };
    return { at: now, id, step: { type: 'Answer', data: { outcomes: [outcome] } } as const };
  }
  const event = causeOf(setting, happening, instant, count + 1);
  const whose = instanceOf(setting, event);
  if (id !== undefined && whose !== undefined && whose !== id)
    fail({ title: `${event.type} of ${event.stream} belongs to another instance.`, came: whose, expected: id });
  const causes = whose === undefined ? [] : [{ event }];
  return { at: now, id: whose ?? id, step: { type: 'React', data: { causes } } as const };
};

const decided = ({ process, decider }: Setting, instance: Instance, step: ProcessStep, at: number, id = '1') => {
  const context = { id, actor: { id: process.category, kind: 'process', roles: [] }, at: new Date(at).toISOString() } as const;
  const [events, again] = [0, 1].map(() => decide(decider, instance, step, context));
  if (!events || isRefusal(events))
    return fail({ title: `${process.category} refuses ${step.type}.`, came: events, expected: 'events' });
  if (!isDeepStrictEqual(events, again))
    fail({
      title: `${process.category} comes to something else the second time: a reaction keeps something for itself.`,
      came: again,
      expected: events,
    });
  const parked = events.find(({ type }) => type === 'InstanceParked');
  if (parked)
    fail({ title: `${process.category} parks.`, came: (parked.data as { thrown: string }).thrown, expected: 'a reaction' });
  return events.map((event) => throughStore(decider.events, event));
};

/** An instance after one more happening, with the events that it came to: through the decider that drives it in production. */
export const play = (
  setting: Setting,
  played: Played,
  happening: Happening<Message>,
): Played & Readonly<{ events: readonly Message[] }> => {
  const { at, id, step } = stepOf(setting, played, happening);
  const where = { at: new Date(at).toISOString(), ...(id !== undefined && { id }) };
  const before = 'resolves' in happening ? standingStill(setting, played.instance, where) : played.instance;
  const events = decided(setting, before, step, at, id);
  const instance = frozen(fold(setting.decider, before, events)) as Instance;
  storable(instance, `the state of ${setting.process.category}`);
  for (const { to, command, performs } of instance.sends) if (!performs) checkMay(setting, to, command.type);
  return { instance, at, count: played.count + 1, ...(id !== undefined && { id }), events };
};

const checkMay = ({ process }: Setting, to: string, type: string) => {
  const target = process.sends.find(({ category }) => category === parseStream(to)?.category);
  const may: readonly string[] = target?.commands[type]?.may ?? [];
  if (!may.includes('process'))
    fail({ title: `${process.category} sends ${type} to ${to}, which processes may not.`, came: may, expected: 'process' });
};

/** A process, and an instance of it to which nothing has happened yet. */
export const newcomer = (process: AnyProcess): Readonly<{ setting: Setting; first: Played }> => {
  const pure = guarded(process);
  const decider = processDecider(pure);
  return { setting: { process: pure, decider }, first: { instance: decider.initial as Instance, at: start, count: 0 } };
};
