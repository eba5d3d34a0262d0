import * as z from 'zod';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { later } from '../../../lib/core/instant.ts';
import type { AnyProcess, Reaction } from '../../../lib/core/process/process.ts';
import { streamName } from '../../../lib/core/stream.ts';
import { v1 } from '../../../lib/core/version.ts';
import { suspicions } from '../../../lib/core/watch/formats.ts';
import type { Pattern } from '../../../lib/core/watch/patterns.ts';
import { watch } from '../../../lib/core/watch/watch.ts';
import type { Dice } from '../../../lib/testing/simulation/dice.ts';
import { type AggregateDesign, amountOf, codes, type Data, madeBy, takenBy } from './aggregates.ts';

/** The command of a reaction: its target, and which of its outcomes have a reaction. */
type SendDesign = Readonly<{ category: string; to: 'own' | 'one' | 'any'; done: boolean; refused: boolean; again: boolean }>;
type ReactionDesign = Readonly<{
  sends: readonly SendDesign[];
  /** Sets the deadline so many seconds later, or cancels it. */
  deadline?: number | 'cancelled';
  raises: boolean;
}>;

/** A process that follows from dice, before there is code for it. */
export type ProcessDesign = Readonly<{
  n: 0 | 1;
  from: readonly string[];
  sends: readonly string[];
  /** The instance of an event: by its stream, one of two, or by its author; some events have none. */
  instance: 'stream' | 'parity' | 'author';
  on: Readonly<Record<string, ReactionDesign>>;
  due: ReactionDesign;
  resolved: boolean;
  endsAfter: number;
  /** Throws where the sum leaves this remainder, in the first release. */
  faultAt?: number;
}>;

const categories = ['mover', 'chaser'] as const;

export const processDesign = (dice: Dice, n: 0 | 1, aggregates: readonly AggregateDesign[]): ProcessDesign => {
  const from = dice.shuffled(aggregates).slice(0, dice.chance(0.4) ? 2 : 1);
  const sends = dice.shuffled(aggregates).slice(0, 1 + dice.below(2));
  // The first process does not react to what the second one causes, so nothing goes round in circles.
  const types = from.flatMap(({ category, events }) =>
    events.map(({ type }) => type).filter((type) => type !== madeBy(category, 1) && (n === 1 || type !== madeBy(category, 0))),
  );
  const reaction = (): ReactionDesign => {
    const deadline = dice.pick([undefined, undefined, 'cancelled', 0, 1, 2, 3_600] as const);
    return {
      sends: Array.from({ length: dice.pick([0, 1, 1, 2, 3]) }, () => ({
        category: dice.pick(sends).category,
        to: dice.pick(['own', 'one', 'any'] as const),
        done: dice.chance(0.5),
        refused: dice.chance(0.8),
        again: dice.chance(0.3),
      })),
      ...(deadline !== undefined && { deadline }),
      raises: dice.chance(0.2),
    };
  };
  const chosen = types.filter(() => dice.chance(0.6));
  const faultAt = dice.chance(0.3) ? dice.below(6) : undefined;
  return {
    n,
    from: from.map(({ category }) => category),
    sends: sends.map(({ category }) => category),
    instance: dice.pick(['stream', 'stream', 'parity', 'author'] as const),
    on: Object.fromEntries((chosen.length > 0 ? chosen : types.slice(0, 1)).map((type) => [type, reaction()])),
    due: reaction(),
    resolved: dice.chance(0.5),
    endsAfter: 2 + dice.below(10),
    ...(faultAt !== undefined && { faultAt }),
  };
};

const memory = v1(z.object({ id: z.string(), sum: z.int(), seen: z.int(), sent: z.int() }));
type Memory = ReturnType<(typeof memory)['parse']>;

/** An instance that has sent so much sends nothing more. */
const mostSent = 8;
const reactions = ['plain', 'again'] as const;

const ownId = 'someone';

const sendsOf = (n: 0 | 1, { id, sum }: Memory, designs: readonly SendDesign[]): NonNullable<Reaction<Memory>['send']> =>
  designs.map(({ category, to, done, refused, again }, i) => {
    const target = { own: id === '' ? ownId : id, one: '1', any: String(1 + ((sum + i) % 3)) }[to];
    const follows = again ? 'again' : 'plain';
    return {
      to: streamName(category, target),
      command: { type: takenBy(n), data: { amount: 1 + ((sum + i) % 9), code: codes[(sum + i) % codes.length] } },
      ...(done && { done: follows }),
      ...(refused && { refused: follows }),
    };
  });

/** The code of a design, as the first release or the second one has it. */
export const processOf = (design: ProcessDesign, aggregates: readonly AnyDecider[], release: 0 | 1): AnyProcess => {
  const { n, from, sends, instance, on, due, resolved, endsAfter, faultAt } = design;
  const of = (category: string) => aggregates.find((each) => each.category === category)!;
  const reacting = (before: Memory, { sends: wanted, deadline, raises }: ReactionDesign, at: string): Reaction<Memory> => {
    if (release === 0 && faultAt !== undefined && before.sum % 6 === faultAt && before.seen > 0)
      throw new Error(`nobody reacts to what leaves ${faultAt}`);
    const send = before.sent < mostSent ? sendsOf(n, before, wanted) : [];
    const seen = before.seen + 1;
    return {
      memory: { ...before, seen, sent: before.sent + send.length },
      send,
      ...(typeof deadline === 'number' &&
        seen < endsAfter && { setDeadlines: { patience: later(at, { seconds: deadline + 1 }) } }),
      ...(deadline === 'cancelled' && { cancelDeadlines: ['patience'] }),
      ...(raises && { raise: [{ type: 'Noticed', data: { seen } }] }),
      ...(seen >= endsAfter && { end: 'enough' }),
    };
  };
  const answered =
    (what: (typeof reactions)[number]) =>
    (before: Memory, { at }: Readonly<{ at: string }>) => {
      const again: SendDesign = { category: sends[0]!, to: 'any', done: false, refused: true, again: false };
      return reacting(before, { sends: what === 'again' ? [again] : [], raises: false }, at);
    };
  const outcomes = Object.fromEntries(reactions.map((what) => [what, answered(what)]));
  type Event = Readonly<{ entityId: string; at: string; data: Data }>;
  const whose = ({ entityId, data }: Event) => {
    if (amountOf(data) === 9) return undefined;
    return { stream: entityId, parity: `half-${amountOf(data) % 2}`, author: data.by }[instance];
  };
  return {
    category: categories[n],
    from: from.map(of),
    sends: sends.map(of),
    since: '2026-11-01T00:00:00.000Z',
    memory,
    initial: { id: '', sum: 0, seen: 0, sent: 0 },
    raises: { Noticed: v1(z.object({ seen: z.int() })) },
    ...(n === 0 && { publishes: ['Noticed'] }),
    instance: whose,
    on: Object.fromEntries(
      Object.entries(on).map(([type, reaction]) => [
        type,
        (before: Memory, event: Event) =>
          reacting({ ...before, id: event.entityId, sum: before.sum + amountOf(event.data) }, reaction, event.at),
      ]),
    ),
    onDone: outcomes,
    onRefused: outcomes,
    onDeadline: { patience: (before: Memory, { at }: Readonly<{ at: string }>) => reacting(before, due, at) },
    ...(resolved && { onResolved: (before: Memory) => ({ send: sendsOf(n, before, due.sends.slice(0, 1)) }) }),
  } as unknown as AnyProcess;
};

const within = { seconds: 2 };

/** A watch over one aggregate; which pattern it has follows from a number. */
export const watchOf = (n: number, source: AnyDecider): AnyProcess => {
  const [first, second = first] = Object.keys(source.events) as [string, string?];
  const values = (type: string) => ({ [type]: ({ data }: Readonly<{ data: Data }>) => amountOf(data) });
  const patterns = [
    { kind: 'count-within', of: { ...values(first), ...values(second) }, reaches: 2, within },
    { kind: 'sum-within', of: values(first), exceeds: 9, within },
    { kind: 'followed-by', first: values(first), by: values(second), within },
    { kind: 'not-followed-by', first: values(first), by: values(second), within },
    { kind: 'far-from-usual', of: values(first), deviations: 1, after: 2 },
  ] as unknown as readonly Pattern<never>[];
  const pattern = patterns[n % patterns.length]!;
  return watch({
    category: 'lookout',
    from: [source],
    since: '2026-11-01T00:00:00.000Z',
    key: ({ entityId }: { entityId: string }) => entityId,
    raises: { ThingSuspected: suspicions[pattern.kind] },
    publishes: ['ThingSuspected'],
    patterns: { ThingSuspected: pattern },
  } as never) as AnyProcess;
};
