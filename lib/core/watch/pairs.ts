import { later } from '../instant.ts';
import type { Kept, PatternMemory } from './formats.ts';
import {
  type Arrival,
  countedOf,
  idBytes,
  inOrder,
  isAfter,
  keptBytes,
  keptOf,
  length,
  type Mechanism,
  remembered,
  type Taken,
  time,
} from './mechanism.ts';
import type { FollowedBy, NotFollowedBy } from './patterns.ts';

type Pair = FollowedBy<never> | NotFollowedBy<never>;

const parts = (pattern: Pair, lateness: number, most: number) => {
  const span = length(pattern.within);
  const { when = () => true } = pattern;
  return {
    span,
    answers: (by: Kept, first: Kept) => isAfter(by, first) && time(by[1]) - time(first[1]) <= span && when(first[2], by[2]),
    /** A first event that is still to arrive is no older than this, and neither are its answers. */
    answersKept: (answers: readonly Kept[], newest: string) => remembered(answers, time(newest) - lateness, most),
    of: [pattern.first, pattern.by],
    types: [...new Set([...Object.keys(pattern.first), ...Object.keys(pattern.by)])],
    faults: span > 0 ? [] : ['`within` must be longer than nothing'],
  };
};

/** A followed by B within a span: raised once for each A, with the first B of those that have come.
 * @example followedMechanism({ kind: 'followed-by', first, by, within: { minutes: 10 } }, 0, 100).take(kept, arrival);
 */
export const followedMechanism = (pattern: FollowedBy<never>, lateness: number, most: number): Mechanism => {
  const { span, answers, answersKept, of, types, faults } = parts(pattern, lateness, most);
  const pair = (first: Kept, by: Kept) => ({ from: first[1], to: by[1], first: first[2], by: by[2], events: [first[0], by[0]] });

  const thinned = ({ events, answers = [] }: PatternMemory, newest: string): PatternMemory => ({
    events: remembered(events, time(newest) - lateness - span, most),
    answers: answersKept(answers, newest),
  });

  const take = (kept: PatternMemory, { event, newest, late }: Arrival): Taken | undefined => {
    const [first, by] = [countedOf(pattern.first, event), countedOf(pattern.by, event)];
    if ((first === undefined && by === undefined) || late) return undefined;
    const answer = by === undefined ? [] : [keptOf(event, by)];
    const begun = first === undefined ? [] : [keptOf(event, first)];
    const known = answersKept([...(kept.answers ?? []), ...answer], newest);
    const raised = [
      ...kept.events.flatMap((waiting) => answer.filter((it) => answers(it, waiting)).map((it) => pair(waiting, it))),
      ...begun.flatMap((it) =>
        known
          .filter((known) => answers(known, it))
          .slice(0, 1)
          .map((known) => pair(it, known)),
      ),
    ];
    const done = new Set(raised.map(({ events }) => events[0]));
    const waiting = [...kept.events, ...begun].filter(([id]) => !done.has(id));
    return { kept: { events: remembered(waiting, time(newest) - lateness - span, most), answers: known }, raised };
  };
  return { of, types, take, thinned, faults, bytes: most * (2 * keptBytes + 2 * idBytes + 180) + 100 };
};

/**
 * A not followed by B within a span: raised when no B that is in time can come any more. That is so when the newest event is later than
 * the span and the lateness, and where nothing comes at all, the deadline says so.
 * @example notFollowedMechanism({ kind: 'not-followed-by', first, by, within: { days: 30 } }, 0, 100).due?.(kept, at);
 */
export const notFollowedMechanism = (pattern: NotFollowedBy<never>, lateness: number, most: number): Mechanism => {
  const { span, answers, answersKept, of, types, faults } = parts(pattern, lateness, most);
  const limit = ([, at]: Kept) => later(at, { seconds: (span + lateness + 1) / 1_000 });
  const figures = ([id, from, first]: Kept) => ({ from, to: later(from, { seconds: span / 1_000 }), first, events: [id] });

  const due = (kept: PatternMemory, at: string): Taken => {
    const over = kept.events.filter((first) => time(limit(first)) <= time(at));
    const events = kept.events.filter((first) => !over.includes(first));
    return { kept: { ...kept, events }, raised: over.toSorted(inOrder).map(figures) };
  };

  const take = (kept: PatternMemory, { event, newest, late }: Arrival): Taken | undefined => {
    const first = late ? undefined : countedOf(pattern.first, event);
    const by = countedOf(pattern.by, event);
    const answer = by === undefined ? [] : [keptOf(event, by)];
    // A late answer counts too: an answered event must not be raised.
    const left = kept.events.filter((waiting) => !answer.some((it) => answers(it, waiting)));
    if (first === undefined && (by === undefined || (late && left.length === kept.events.length))) return undefined;
    const known = answersKept([...(kept.answers ?? []), ...answer], newest);
    const begun = first === undefined ? [] : [keptOf(event, first)];
    const open = begun.filter((it) => !known.some((by) => answers(by, it)));
    const { kept: waiting, raised } = due({ events: [...left, ...open], answers: known }, newest);
    return { kept: { ...waiting, events: remembered(waiting.events, 0, most) }, raised };
  };

  return {
    of,
    types,
    take,
    due,
    waitsUntil: ({ events: [oldest] }) => oldest && limit(oldest),
    faults,
    bytes: most * (2 * keptBytes + idBytes + 160) + 100,
  };
};
