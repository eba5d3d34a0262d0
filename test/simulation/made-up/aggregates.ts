import * as z from 'zod';
import type { May } from '../../../lib/core/access.ts';
import { type AnyDecider, command, refuse } from '../../../lib/core/decider.ts';
import type { Message } from '../../../lib/core/message.ts';
import { type Formats, v1 } from '../../../lib/core/version.ts';
import type { Dice } from '../../../lib/testing/simulation/dice.ts';

/** The data of every made-up event; the second release writes the amount of one type under another name. */
export type Data = Readonly<{ by: string; amount?: number; minor?: number; code?: string }>;
export const amountOf = ({ amount, minor }: Data): number => amount ?? minor ?? 0;

export const codes = ['x', 'y', 'z'] as const;
const code = z.enum(codes);

const old = z.object({ by: z.string(), amount: z.int(), code: code.optional() });
const renamed = z.object({ by: z.string(), minor: z.int(), code: code.optional() });
const asked = z.strictObject({ amount: z.int().min(1).max(9), code: code.optional() });

type Effect = 'adds' | 'takes code' | 'leaves code' | 'takes tag' | 'leaves all' | 'becomes owned';
const effects: readonly Effect[] = ['adds', 'adds', 'takes code', 'takes code', 'leaves code', 'takes tag', 'leaves all'];

type EventDesign = Readonly<{ type: string; effect: Effect }>;
type CommandDesign = Readonly<{
  name: string;
  may: May;
  /** The events that it makes, in order. */
  emits: readonly string[];
  /** Refused where the sum leaves this remainder. */
  refusedAt?: number;
  /** Comes to nothing where the amount leaves no remainder. */
  idles: boolean;
}>;

/** An aggregate that follows from dice, before there is code for it. */
export type AggregateDesign = Readonly<{
  category: string;
  events: readonly EventDesign[];
  commands: readonly CommandDesign[];
  unique: readonly ('code' | 'tag')[];
  owned: boolean;
  publishes: readonly string[];
  /** The type whose format the second release changes. */
  changed: string;
  /** A type that only the second release knows, made by the first command. */
  added?: string;
}>;

/** The event type that is made by commands of a process, of the first one or of the second. */
export const madeBy = (category: string, process: number) => `${category}By${process}`;
/** The command that a process sends. */
export const takenBy = (process: number) => `Take${process}`;

const some = <T>(dice: Dice, list: readonly T[], odds: number): readonly T[] => list.filter(() => dice.chance(odds));

export const aggregateDesign = (dice: Dice, category: string): AggregateDesign => {
  const owned = dice.chance(0.5);
  const own = Array.from({ length: 2 + dice.below(3) }, (_, n) => `${category}Did${n}`);
  const events = [...own, madeBy(category, 0), madeBy(category, 1)].map((type, n): EventDesign => {
    return { type, effect: n === 0 && owned ? 'becomes owned' : dice.pick(effects) };
  });
  const may = (): May => (owned ? dice.pick([['owner'], ['owner', 'operator']] as const) : ['operator']);
  const asks = own.map((type, n): CommandDesign => {
    const more = some(dice, own, 0.25);
    // One that makes more at once than one page of a view's writes takes.
    const many = dice.chance(0.04) ? Array.from({ length: 45 }, () => type) : [type];
    const refusedAt = dice.chance(0.5) ? dice.below(5) : undefined;
    return {
      name: `Do${n}`,
      may: may(),
      emits: [...many, ...more],
      ...(refusedAt !== undefined && { refusedAt }),
      idles: dice.chance(0.2),
    };
  });
  const takes = [0, 1].map((process): CommandDesign => {
    const refusedAt = dice.chance(0.6) ? dice.below(5) : undefined;
    return {
      name: takenBy(process),
      may: ['process'],
      emits: [madeBy(category, process)],
      ...(refusedAt !== undefined && { refusedAt }),
      idles: dice.chance(0.2),
    };
  });
  const added = dice.chance(0.3) ? `${category}New` : undefined;
  return {
    category,
    events,
    commands: [...asks, ...takes],
    unique: some(dice, ['code', 'tag'] as const, 0.5),
    owned,
    publishes: some(dice, [...own, madeBy(category, 0)], 0.25),
    changed: dice.pick(own),
    ...(added !== undefined && { added }),
  };
};

type State = Readonly<{ owner?: string; sum: number; code?: string; tag?: string }>;

const after = ({ effect }: EventDesign, state: State, data: Data): State => {
  const sum = state.sum + amountOf(data);
  const { code: _, ...codeless } = state;
  if (effect === 'becomes owned') return { ...state, sum, owner: state.owner ?? data.by };
  if (effect === 'takes code') return data.code === undefined ? { ...state, sum } : { ...state, sum, code: data.code };
  if (effect === 'leaves code') return { ...codeless, sum };
  if (effect === 'takes tag') return { ...state, sum, tag: `tag-${amountOf(data) % 3}` };
  if (effect === 'leaves all') return { sum, ...(state.owner !== undefined && { owner: state.owner }) };
  return { ...state, sum };
};

/** The code of a design, as the first release or the second one has it. */
export const aggregateOf = (design: AggregateDesign, release: 0 | 1): AnyDecider => {
  const { category, commands, unique, owned, publishes, changed, added } = design;
  const events: readonly EventDesign[] =
    added !== undefined && release === 1 ? [...design.events, { type: added, effect: 'adds' }] : design.events;
  const formatOf = (type: string): Formats[string] => {
    if (type !== changed) return v1(old);
    return release === 0
      ? v1(old).soon(renamed, ({ minor, ...rest }) => ({ ...rest, amount: minor }))
      : v1(old).next(renamed, ({ amount, ...rest }) => ({ ...rest, minor: amount }));
  };
  const made = (type: string, data: z.infer<typeof asked>, by: string): Message => {
    const { amount, ...rest } = data;
    return { type, data: { ...rest, by, ...(type === changed && release === 1 ? { minor: amount } : { amount }) } };
  };
  const decide = commands.map(({ name, emits, refusedAt, idles }, n) => {
    const types = n === 0 && added !== undefined && release === 1 ? [...emits, added] : emits;
    const run = (state: State, data: z.infer<typeof asked>, { actor }: Readonly<{ actor: { id: string } }>) => {
      if (refusedAt !== undefined && state.sum % 5 === refusedAt) return refuse('bad-luck', { sum: state.sum });
      return idles && data.amount % 3 === 0 ? [] : types.map((type) => made(type, data, actor.id));
    };
    return [name, run] as const;
  });
  return {
    category,
    events: Object.fromEntries(events.map(({ type }) => [type, formatOf(type)])),
    commands: Object.fromEntries(commands.map(({ name, may }) => [name, command(may, asked)])),
    initial: { sum: 0 },
    ...(owned && { owner: ({ owner }: State) => owner }),
    ...(unique.length > 0 && { unique: Object.fromEntries(unique.map((name) => [name, (state: State) => state[name]])) }),
    publishes,
    decide: Object.fromEntries(decide),
    evolve: Object.fromEntries(events.map((event) => [event.type, (state: State, data: Data) => after(event, state, data)])),
  } as unknown as AnyDecider;
};
