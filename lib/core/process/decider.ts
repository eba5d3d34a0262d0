import * as z from 'zod';
import { trailOf } from '../commit.ts';
import { type AnyDecider, type Context, command } from '../decider.ts';
import { effectDecider } from '../effect/decider.ts';
import type { AnyEffect } from '../effect/effect.ts';
import type { Message } from '../message.ts';
import type { Formats } from '../version.ts';
import { type Cause, type CauseOutcome, processEvents, rememberedType } from './events.ts';
import { type Instance, newInstance, type OpenSend, processEvolve, stillOpenIn } from './instance.ts';
import type { SendOutcome, Told } from './outcome.ts';
import type { AnyProcess } from './process.ts';
import { reactTo } from './reaction.ts';

/**
 * `thrown` is the reason for which the reaction's result could not be stored, found when it was tried: the reaction is not run again, and the
 * instance parks. If a step has several reactions, `most` limits their number, since all of them together were too large.
 */
type Tried = Readonly<{ thrown?: string; most?: number }>;
type ByHand = Tried & Readonly<{ by: string; why: string }>;

type Data = Readonly<{
  /** `waits`: the causes are only queued behind those that wait, to be handled in smaller portions. */
  React: Tried & Readonly<{ causes: readonly Cause[]; waits?: true }>;
  Answer: Tried & Readonly<{ outcomes: readonly SendOutcome[] }>;
  Due: Tried & Readonly<{ due: readonly Readonly<{ name: string; setBy: number }>[] }>;
  Continue: Tried;
  Resume: ByHand;
  Retry: ByHand;
  Resolve: ByHand;
}>;

/** The commands by which the engine drives an instance; nobody else can send them.
 * @example const step: ProcessStep = { type: 'Due', data: { due: [{ name: 'payment', setBy: 3 }] } };
 */
export type ProcessStep = { [T in keyof Data]: Message<T, Data[T]> }[keyof Data];

/**
 * Queued causes are handled in portions, so that no commit exceeds its item's size.
 * @example const half = Math.floor(takenAtOnce / 2);
 */
export const takenAtOnce = 25;

const stuckOn = ({ commit: _, answer: __, unanswered: ___, ...refused }: CauseOutcome): Message => ({
  type: 'InstanceStuck',
  data: refused,
});

/** Collects the events of one decision. Each event is folded at once, so that the next part sees its effect. */
const deciding = (
  process: AnyProcess,
  evolve: ReturnType<typeof processEvolve>,
  start: Instance,
  context: Context,
  thrown: string | undefined,
) => {
  const events: Message[] = [];
  let instance = start;
  let unstorable = thrown;
  const emit = (...news: readonly Message[]) => {
    for (const event of news) {
      events.push(event);
      instance = evolve[event.type]!(instance, event.data as never);
    }
  };
  const react = (cause: Cause, ratherThanPark?: Message) => {
    const parks = unstorable !== undefined;
    const waiting = instance.deferred;
    const came = parks
      ? [{ type: 'InstanceParked', data: { cause, thrown: unstorable } }]
      : reactTo(process, instance, cause, context);
    emit(...(ratherThanPark && came.some(({ type }) => type === 'InstanceParked') ? [ratherThanPark] : came));
    unstorable = undefined;
    // No reaction follows on these any more: a person has to handle them.
    const { ended } = instance;
    if (ended !== undefined)
      emit(...waiting.flatMap((each) => ('outcome' in each && each.outcome.reason !== undefined ? [stuckOn(each.outcome)] : [])));
  };
  return {
    instance: () => instance,
    emit,
    react,
    followsOnResolution: process.onResolved !== undefined,
    /**
     * A cause that arrives while others are queued, or while the instance is stuck or parked, is queued behind them. An ended instance reacts to
     * nothing more.
     */
    take: (cause: Cause, waits = false) => {
      if (instance.ended !== undefined) return;
      if (waits || instance.status !== 'running' || instance.deferred.length > 0)
        emit({ type: 'CauseDeferred', data: { cause } });
      else react(cause);
    },
    takeDeferred: (most = takenAtOnce) => {
      for (let taken = 0; taken < most && instance.status === 'running'; taken++) {
        const [cause] = instance.deferred;
        if (!cause) return;
        emit({ type: 'CauseTaken', data: {} });
        react(cause);
      }
    },
    /** The memory of several reactions is stored once, as the last one left it. */
    decided: (): readonly Message[] => {
      const last = events.findLast(({ type }) => type === rememberedType);
      const kept = events.filter((event) => event.type !== rememberedType || event === last);
      return kept.length === 0 ? [] : [...kept, { type: 'StepEnded', data: stillOpenIn(instance) }];
    },
  };
};

type Deciding = ReturnType<typeof deciding>;

const answer = (step: Deciding, send: OpenSend, { number, attempt, commit, at, refused }: SendOutcome) => {
  const { at: _, ...of } = send;
  if (!refused) {
    step.emit({ type: 'CommandDone', data: { number, attempt, commit, at } });
    // The outcome of an effect comes later.
    if (send.done !== undefined && !send.performs) step.take({ outcome: { ...of, commit, at } });
    return;
  }
  step.emit({ type: 'CommandRefused', data: { number, attempt, commit, at, ...refused } });
  // An ended instance reacts to nothing more, so a person has to handle the refusal.
  if (send.refused === undefined || step.instance().ended !== undefined)
    step.emit({ type: 'InstanceStuck', data: { ...send, ...refused } });
  else step.take({ outcome: { ...of, commit, at, ...refused } });
};

/** The refusal of a performance as that of a command: a timeout without a reaction leaves the instance stuck in the same way. */
const refusalOf = (told: Exclude<Told, { how: 'answered' }>) =>
  told.how === 'refused'
    ? { reason: told.reason, ...(told.detail !== undefined && { detail: told.detail }) }
    : { reason: 'timed-out', detail: { attempts: told.attempts, why: told.why } };

const tell = (step: Deciding, send: OpenSend, { commit, at }: SendOutcome, told: Told) => {
  const { at: _, ...of } = send;
  const { number, attempt } = send;
  step.emit({ type: 'EffectEnded', data: { number, attempt, commit, at, how: told.how } });
  if (told.how === 'answered') {
    if (send.done !== undefined) step.take({ outcome: { ...of, commit, at, answer: told.answer } });
    return;
  }
  const refusal = refusalOf(told);
  const follows = told.how === 'refused' ? send.refused : send.timedOut;
  const unanswered = told.how === 'timed-out' && { unanswered: { attempts: told.attempts, why: told.why } };
  if (follows === undefined || step.instance().ended !== undefined)
    step.emit({ type: 'InstanceStuck', data: { ...send, ...refusal } });
  else step.take({ outcome: { ...of, commit, at, ...refusal, ...unanswered } });
};

const steps: { readonly [T in keyof Data]: (step: Deciding, data: Data[T], context: Context) => void } = {
  React: (step, { causes, waits }) => {
    for (const cause of causes) step.take(cause, waits);
  },
  // Outcomes left out here are found again when their command is sent again.
  Answer: (step, { outcomes, most }) => {
    for (const outcome of outcomes.slice(0, most)) {
      const { sends, performing } = step.instance();
      const { told } = outcome;
      const open = told ? [...performing, ...sends] : sends;
      const send = open.find(({ number, attempt }) => number === outcome.number && attempt === outcome.attempt);
      if (!send) continue;
      if (told) tell(step, send, outcome, told);
      else answer(step, send, outcome);
    }
  },
  // A message that is early, late, repeated, or of a cancelled or replaced deadline matches no open deadline, and does nothing.
  Due: (step, { due, most }, { at }) => {
    for (const { name, setBy } of due.slice(0, most)) {
      const { status, deferred, deadlines } = step.instance();
      const open = Object.hasOwn(deadlines, name) ? deadlines[name] : undefined;
      if (status !== 'running' || deferred.length > 0 || open?.setBy !== setBy || open.at > at) continue;
      step.react({ due: { name, setBy, dueAt: open.at, at, ...trailOf(open) } });
    }
  },
  Continue: (step, { most }) => step.takeDeferred(most),
  Resume: (step, { by, why, most }) => {
    if (!step.instance().parked) return;
    step.emit({ type: 'InstanceResumed', data: { by, why } });
    step.takeDeferred(most);
  },
  Retry: (step, { by, why, most }, { at }) => {
    for (const { number, attempt } of step.instance().stuck)
      step.emit({ type: 'CommandRetried', data: { number, attempt: attempt + 1, at, by, why } });
    step.takeDeferred(most);
  },
  Resolve: (step, { by, why }, { at }) => {
    const { status, ended, deadlines, parked, stuck } = step.instance();
    if (status !== 'parked' && status !== 'stuck') return;
    step.emit({ type: 'InstanceResolved', data: { by, why } });
    if (ended !== undefined) return;
    const cancelled = Object.values(deadlines).map(({ name, setBy }) => ({ name, setBy }));
    const end: Message = { type: 'Ended', data: { how: 'resolved', cancelled } };
    const [held] = parked ? Object.values(parked.cause) : stuck;
    if (!step.followsOnResolution || !held) return step.emit(end);
    // The reaction may throw, which parks the instance. A second throw ends the instance without the reaction, so an operator can always close it.
    const hasThrown = parked !== undefined && 'resolved' in parked.cause;
    step.react({ resolved: { by, why, at, ...trailOf(held) } }, hasThrown ? end : undefined);
  },
};

const made = new WeakMap<AnyProcess, AnyDecider>();

const make = (process: AnyProcess): AnyDecider => {
  const { category, raises, publishes, memory } = process;
  const evolve = processEvolve(process);
  const decide = Object.entries(steps).map(([type, run]) => [
    type,
    (instance: Instance, data: Tried, context: Context) => {
      const step = deciding(process, evolve, instance, context, data.thrown);
      run(step, data as never, context);
      return step.decided();
    },
  ]);
  return {
    category,
    events: { ...raises, ...processEvents, [rememberedType]: memory } as Formats,
    commands: Object.fromEntries(Object.keys(steps).map((type) => [type, command(['process'], z.unknown())])),
    initial: newInstance(process),
    ...(publishes && { publishes }),
    decide: Object.fromEntries(decide),
    evolve,
  };
};

/**
 * The decider of a process's instances, which makes each an aggregate, with history, optimistic locking, snapshots and views. Returns the same
 * decider for the same process.
 * @example const { category, events } = processDecider(transferProcess);
 */
export const processDecider = (process: AnyProcess): AnyDecider => {
  const decider = made.get(process) ?? make(process);
  made.set(process, decider);
  return decider;
};

/** The part of a manifest that declares categories of streams.
 * @example const categories: Categories = { aggregates: [account], processes: [transferProcess] };
 */
export type Categories = Readonly<{ aggregates: readonly AnyDecider[]; processes?: readonly AnyProcess[] }>;

/** The deciders of all categories that a manifest has streams of: its aggregates, the instances of its processes, and the performances of
 * their effects.
 * @example const decider = decidersOf(manifest).find(({ category }) => category === 'transferProcess');
 */
export const decidersOf = ({ aggregates, processes = [] }: Categories): readonly AnyDecider[] => [
  ...aggregates,
  ...processes.map(processDecider),
  ...effectsOf({ processes }).map(effectDecider),
];

/** The effects that the processes of a manifest perform.
 * @example const names = effectsOf(manifest).map(({ name }) => name);
 */
export const effectsOf = ({ processes = [] }: Pick<Categories, 'processes'>): readonly AnyEffect[] => [
  ...new Set(processes.flatMap(({ effects = [] }) => effects)),
];
