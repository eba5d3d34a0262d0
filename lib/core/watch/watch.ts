import type { Span } from '../instant.ts';
import type { Message, Recorded } from '../message.ts';
import type { Process, Reaction } from '../process/process.ts';
import type { Formats, SomeOf } from '../version.ts';
import { type PatternMemory, suspicions, type WatchMemory, watchMemory } from './formats.ts';
import { length, type Mechanism, mayCount, newer, storedMemory, type Taken, time } from './mechanism.ts';
import { followedMechanism, notFollowedMechanism } from './pairs.ts';
import type { Pattern } from './patterns.ts';
import { usualMechanism } from './usual.ts';
import { windowMechanism } from './window.ts';

/**
 * Complex event processing: the patterns to find in the events of a key, by the name of the event that is raised.
 * @example export const fraudWatch = watch<AccountEvent>({ category: 'fraudWatch', from: [accountSource], ... });
 */
export type Watch<E extends Message> = Readonly<{
  category: string;
  from: readonly SomeOf<E>[];
  since: string;
  /** The seconds for which commits are gathered, so that one function takes many of them; 0 unless said. 10 at most. */
  gatherSeconds?: number;
  /** The key of an event, as an id: each key is watched by itself. Undefined: the event is ignored. */
  key: (event: Recorded<E>) => string | undefined;
  /**
   * The most by which an event may be older than the newest of its key and still be sorted in. Needed if a key's events come from several streams,
   * which have no common order; events of one stream arrive in order. The default is none: then values are compared in the order of their arrival.
   */
  lateness?: Span;
  patterns: Readonly<Record<string, Pattern<E>>>;
  /** The formats of the raised events, from the category's file in `events/`: each pattern's is `suspicions[kind]`. */
  raises: Formats;
  publishes?: readonly string[];
}>;

const mechanismOf = (pattern: Pattern<never>, lateness: number, most: number): Mechanism => {
  switch (pattern.kind) {
    case 'count-within':
    case 'sum-within':
      return windowMechanism(pattern, lateness, most);
    case 'followed-by':
      return followedMechanism(pattern, lateness, most);
    case 'not-followed-by':
      return notFollowedMechanism(pattern, lateness, most);
    case 'far-from-usual':
      return usualMechanism(pattern, lateness, most);
  }
};

const nothing: PatternMemory = { events: [] };

const name = /^[A-Z][A-Za-z0-9]*Suspected$/;

/** Of an item's 400 KB, so that the commit has room for what stands beside the memory and the figures. */
const mostBytes = 300_000;

type Named = Readonly<{ type: string; pattern: Pattern<never>; mechanism: Mechanism; most: number }>;

const patternFaults = ({ from, raises }: Watch<never>, { type, pattern, mechanism, most }: Named): readonly string[] =>
  [
    ...(name.test(type) ? [] : ['what is raised is named in PascalCase and ends in Suspected']),
    ...(raises[type] === suspicions[pattern.kind] ? [] : [`\`raises\` must have it, as suspicions['${pattern.kind}']`]),
    ...(Number.isSafeInteger(most) && most >= 1 ? [] : ['`most` must be 1, 2, 3 or more']),
    ...(mechanism.types.length > 0 ? [] : ['it looks at no event']),
    ...mechanism.types
      .filter((handled) => !from.some(({ events }) => Object.hasOwn(events, handled)))
      .map((handled) => `it looks at ${handled}, which ${from.map(({ category }) => category).join(' and ')} does not have`),
    ...mechanism.faults,
  ].map((fault) => `${type}: ${fault}.`);

const faultsOf = (declared: Watch<never>, named: readonly Named[], lateness: number): readonly string[] => {
  const bytes = named.reduce((sum, { mechanism }) => sum + mechanism.bytes, 0);
  return [
    ...named.flatMap((each) => patternFaults(declared, each)),
    ...Object.keys(declared.raises)
      .filter((type) => !Object.hasOwn(declared.patterns, type))
      .map((type) => `${type}: it is in \`raises\`, but there is no pattern of that name.`),
    ...(named.length > 0 ? [] : ['`patterns` is empty: add a pattern.']),
    ...(lateness >= 0 ? [] : ['`lateness` must not be negative.']),
    ...(bytes <= mostBytes
      ? []
      : [
          `All patterns together may need ${Math.ceil(bytes / 1_000)} KB in one commit, and ${mostBytes / 1_000} are allowed: lower \`most\`, or make two watches.`,
        ]),
  ];
};

/**
 * Makes a process of a watch. Its memory is bounded, and raised events depend only on the events and their own times.
 * @example
 * watch<AccountEvent>({
 *   category: 'fraudWatch', from: [accountSource], since: '2026-11-01T00:00:00.000Z', key: ({ entityId }) => entityId, raises: fraudWatchEvents,
 *   patterns: {
 *     RapidWithdrawalsSuspected: { kind: 'count-within', of: { MoneyWithdrawn: ({ data }) => data.amount }, reaches: 5, within: { minutes: 1 } },
 *   },
 * });
 */
export const watch = <E extends Message>(declared: Watch<E>): Process<WatchMemory, E> => {
  const { category, from, since, gatherSeconds, key, raises, publishes } = declared;
  const lateness = length(declared.lateness ?? {});
  const named = Object.entries(declared.patterns).map(([type, pattern]): Named => {
    const most = pattern.most ?? 100;
    return { type, pattern, most, mechanism: mechanismOf(pattern as unknown as Pattern<never>, lateness, most) } as Named;
  });
  const faults = faultsOf(declared as unknown as Watch<never>, named, lateness);
  if (faults.length > 0)
    throw new Error(`The watch ${category} is invalid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);

  const memoryOf = (patterns: WatchMemory['patterns'], newest: string): WatchMemory => {
    const stored = { ...patterns };
    for (const { type, mechanism } of named) {
      const { [type]: kept = nothing } = stored;
      const memory = storedMemory(mechanism.thinned?.(kept, newest) ?? kept);
      if (memory) stored[type] = memory;
      else delete stored[type];
    }
    return { newest, patterns: stored };
  };

  /** Combines the results of all patterns into a reaction. The deadline is that of the event that has waited longest. */
  const reaction = (
    before: WatchMemory,
    newest: string,
    taken: readonly (readonly [Named, Taken])[],
    fired?: string,
  ): Reaction<WatchMemory> => {
    const kept = Object.fromEntries(taken.map(([{ type }, { kept }]) => [type, kept]));
    const setDeadlines: Record<string, string> = {};
    const cancelDeadlines: string[] = [];
    for (const [{ type, mechanism }, { kept }] of taken) {
      const was = type === fired ? undefined : mechanism.waitsUntil?.(before.patterns[type] ?? nothing);
      const at = mechanism.waitsUntil?.(kept);
      if (at === was) continue;
      if (at !== undefined) setDeadlines[type] = at;
      else cancelDeadlines.push(type);
    }
    const raise = taken.flatMap(([{ type }, { raised }]) => raised.map((data) => ({ type, data })));
    return { memory: memoryOf({ ...before.patterns, ...kept }, newest), setDeadlines, cancelDeadlines, raise };
  };

  const react = (memory: WatchMemory, event: Recorded): Reaction<WatchMemory> | undefined => {
    const newest = newer(memory.newest, event.at);
    const arrival = { event, newest, late: time(event.at) < time(newest) - lateness };
    const taken = named.flatMap((each) => {
      const came = each.mechanism.take(memory.patterns[each.type] ?? nothing, arrival);
      return came ? [[each, came] as const] : [];
    });
    return taken.length === 0 ? undefined : reaction(memory, newest, taken);
  };

  const types = new Set(named.flatMap(({ mechanism }) => mechanism.types));
  const waiting = named.filter(({ mechanism }) => mechanism.due);
  return {
    category,
    from,
    sends: [],
    since,
    ...(gatherSeconds !== undefined && { gatherSeconds }),
    memory: watchMemory,
    initial: { newest: '', patterns: {} },
    raises,
    ...(publishes && { publishes }),
    // What counts for no pattern changes nothing, so the instance need not be read for it.
    instance: (event) => (named.some(({ mechanism }) => mayCount(mechanism, event)) ? key(event) : undefined),
    on: Object.fromEntries([...types].map((type) => [type, react])) as unknown as Process<WatchMemory, E>['on'],
    onDeadline: Object.fromEntries(
      waiting.map((each) => [
        each.type,
        (memory: WatchMemory, { at }: { at: string }) => {
          const came = each.mechanism.due?.(memory.patterns[each.type] ?? nothing, at);
          return came && reaction(memory, memory.newest, [[each, came]], each.type);
        },
      ]),
    ),
  };
};
