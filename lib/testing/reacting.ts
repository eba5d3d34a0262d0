import { effectName } from '../core/effect/decider.ts';
import type { Message } from '../core/message.ts';
import type { OpenSend } from '../core/process/instance.ts';
import type { AnyProcess, Process, Reaction } from '../core/process/process.ts';
import { storable } from '../engine/store/storable.ts';
import { expectSame, show } from './difference.ts';
import {
  type Answer,
  type Fires,
  type Happening,
  newcomer,
  type Played,
  play,
  type Resolves,
  type Setting,
  type Sourced,
} from './playing.ts';

type Which = Readonly<{ to?: string }>;

/**
 * A command of the instance has taken effect, or an effect was answered: by the name of what follows, or the command's or effect's own; `to` tells several of
 * them apart.
 */
export const done = (answers: string, { to, answer }: Which & Readonly<{ answer?: unknown }> = {}): Answer => ({
  answers,
  ...(to && { to }),
  ...(answer !== undefined && { answer }),
});

/** An effect of the instance got no answer in its time. */
export const timedOut = (
  answers: string,
  { to, attempts = 3, why = 'Error: No answer.' }: Which & Readonly<{ attempts?: number; why?: string }> = {},
): Answer => ({ answers, ...(to && { to }), timedOut: { attempts, why } });

/** A command or an effect of the instance was refused. */
export const refused = (answers: string, { to, ...why }: Which & Readonly<{ reason: string; detail?: unknown }>): Answer => ({
  answers,
  ...(to && { to }),
  refused: why,
});

/** A deadline that is set fires. */
export const due = (fires: string): Fires => ({ fires });

/** A person ends the instance, which is stuck, or parked in front of whatever would have come next. */
export const resolvedByHand = (why = 'Seen to.', { by = 'olga' }: Readonly<{ by?: string }> = {}): Resolves => ({
  resolves: { by, why },
});

/** An event of another stream than '1' of the first source that has such events. */
export const from = (stream: string, event: Message): Sourced => ({ stream, event });

/** The expected decision of a reaction; what is left out must not happen. */
export type ExpectedReaction = Omit<Reaction<never>, 'memory'> &
  Readonly<{
    /** A command was refused without a reaction to it: the instance stands still, for this reason. */
    stuck?: string;
  }>;

/** Expectations about an instance's memory. */
export type ExpectedMemory<Memory> = Readonly<{
  /** These fields of its memory, with exactly these values. */
  remembers(expected: Partial<Memory>): void;
}>;

/** Expectations about what an instance does, and then about its memory. */
export type ExpectedOfInstance<Memory> = ExpectedMemory<Memory> &
  Readonly<{
    /** Commands in their order, effects, deadlines, events of its own, and the end; nothing for `{}`. */
    then(expected: ExpectedReaction): ExpectedMemory<Memory>;
  }>;

const dataOf = <T>(events: readonly Message[], type: string) =>
  events.filter((event) => event.type === type).map(({ data }) => data as T);

/** An instance's decision, in the form that a reaction returns. */
const reactionIn = ({ process }: Setting, events: readonly Message[]): object => {
  type Reacted = Readonly<{
    sends: readonly OpenSend[];
    set: readonly Readonly<{ name: string; at: string }>[];
    cancelled: readonly Readonly<{ name: string }>[];
  }>;
  const reactions = dataOf<Reacted>(events, 'Reacted');
  const set = reactions.flatMap((reacted) => reacted.set);
  return {
    send: reactions.flatMap(({ sends }) =>
      sends
        .filter(({ performs }) => !performs)
        .map(({ to, command: { type, data }, done, refused }) => ({
          to,
          command: { type, data },
          ...(done && { done }),
          ...(refused && { refused }),
        })),
    ),
    perform: reactions.flatMap(({ sends }) =>
      sends
        .filter(({ performs }) => performs)
        .map(({ to, command, done, refused, timedOut }) => ({
          effect: effectName(to),
          input: (command.data as { input: { data: unknown } }).input.data,
          ...(done && { done }),
          ...(refused && { refused }),
          ...(timedOut && { timedOut }),
        })),
    ),
    setDeadlines: Object.fromEntries(set.map(({ name, at }) => [name, at])),
    cancelDeadlines: reactions
      .flatMap(({ cancelled }) => cancelled.map(({ name }) => name))
      .filter((name) => !set.some((anew) => anew.name === name)),
    raise: events.filter(({ type }) => Object.hasOwn(process.raises ?? {}, type)),
    end: dataOf<{ how: string }>(events, 'Ended')[0]?.how,
    stuck: dataOf<{ reason: string }>(events, 'InstanceStuck')[0]?.reason,
  };
};

const withoutEmpty = (reaction: object): object =>
  Object.fromEntries(
    Object.entries(reaction).filter(
      ([, part]) => part !== undefined && !(typeof part === 'object' && part !== null && Object.keys(part).length === 0),
    ),
  );

/**
 * Given what an instance of a process met, when something comes, then these commands and deadlines: through the code that decides in
 * production, without a store, a clock or a scheduler. Needs no test runner. On the way it checks what production would: events, memory and
 * commands fit their stored formats, a process may send the commands, what follows on an outcome has a name that there is, outcomes come in
 * an order in which they can, and nothing is changed in place. What happens as the nth is at minute n of 2026-11-21T12:00Z, a deadline not
 * before its time.
 *
 * @example
 * const given = reacting(transferProcess);
 * given(requested, done('debited')).when(refused('creditRefused', { reason: 'account-not-open' })).then({ send: [refund] });
 */
export const reacting = <Memory, E extends Message>(process: Process<Memory, E>) => {
  const { setting, first } = newcomer(process as unknown as AnyProcess);
  return (...history: readonly Happening<E>[]) => {
    const before = history.reduce<Played>((played, happening) => play(setting, played, happening), first);
    return {
      when: (happening: Happening<E>): ExpectedOfInstance<Memory> => {
        const { events, instance } = play(setting, before, happening);
        const title = `${process.category}, when ${show(happening)} comes:`;
        const facts = { memory: show(before.instance.memory), given: history.map(show).join('\n') || 'nothing' };
        const remembering: ExpectedMemory<Memory> = {
          remembers: (wanted) => {
            const memory = instance.memory as Readonly<Record<string, unknown>>;
            const came = Object.fromEntries(Object.keys(wanted).map((name) => [name, memory[name]]));
            expectSame({ title, came, expected: { ...wanted }, facts, at: remembering.remembers });
          },
        };
        const expected: ExpectedOfInstance<Memory> = {
          ...remembering,
          // biome-ignore lint/suspicious/noThenProperty: the word that everybody uses here; awaiting it by mistake fails, and says so.
          then: (wanted) => {
            if (typeof wanted === 'function')
              throw new TypeError('Say what is expected: .then({ send: [...] }); never await it.');
            const came = withoutEmpty(reactionIn(setting, events));
            expectSame({ title, came, expected: withoutEmpty(storable(wanted)), facts, at: expected.then });
            // Without `then`: whoever returns this from a test must not have it awaited.
            return remembering;
          },
        };
        return expected;
      },
    };
  };
};
