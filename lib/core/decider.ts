import type { ZodType, z } from 'zod';
import type { Actor, May } from './access.ts';
import type { Facts } from './fact/facts.ts';
import type { DataOf, Message, MessagesOf } from './message.ts';
import type { Retention } from './personal/retention.ts';
import type { Plain, Sealed } from './personal/sealed.ts';
import type { AnyTag, CommandTags } from './tag/tag.ts';
import type { Also } from './together/also.ts';
import { currentSchema, type Formats, type Reading, type Source } from './version.ts';

/**
 * The context of a decision, beside the state and the command. Pure code never reads a clock or the environment.
 * @example decide.Open(state, data, { id: '7f3a', actor: user('ada'), at: '2026-11-21T12:00:00.000Z' });
 */
export interface Context {
  readonly id: string;
  readonly actor: Actor;
  readonly at: string;
}

/**
 * The details of a refusal for the caller. The field names of problem documents are not allowed.
 * @example const detail: RefusalDetail = { balance: 50 };
 */
export interface RefusalDetail
  extends Readonly<
    Record<string, unknown> & { [taken in 'type' | 'title' | 'status' | 'detail' | 'instance' | 'correlation']?: never }
  > {}

/**
 * An expected refusal: a value, with a reason in kebab-case and details for the caller.
 * @example const refusal: Refusal = { refused: 'insufficient-funds', detail: { balance: 50 } };
 */
export interface Refusal<Reason extends string = string, Detail extends RefusalDetail = RefusalDetail> {
  readonly refused: Reason;
  readonly detail?: Detail;
  /** The command states what its sender saw, and that is not so any more: `outdated()` says so. */
  readonly outdated?: true;
}

/** Refuses a command. The type keeps the reason and the fields, which callers of the typed client get.
 * @example return refuse('insufficient-funds', { balance });
 */
export const refuse: {
  <const Reason extends string>(reason: Reason): Refusal<Reason, Record<never, never>>;
  <const Reason extends string, Detail extends RefusalDetail>(reason: Reason, detail: Detail): Refusal<Reason, Detail>;
} = (refused: string, detail?: RefusalDetail): never => (detail === undefined ? { refused } : { refused, detail }) as never;

/** Refuses a command whose sender saw an older state, and says what is there now: HTTP answers it with 412, where `refuse` is 422, and adds the stream's
 * `version`. It is for commands that say themselves what they rest on, more narrowly than If-Match, which is about the whole stream.
 * @example return outdated('edited-meanwhile', { yours, theirs, saw });
 */
export const outdated = <const Reason extends string, Detail extends RefusalDetail>(
  reason: Reason,
  detail: Detail & { readonly version?: never },
): Refusal<Reason, Detail> => ({ refused: reason, detail, outdated: true });

/**
 * True if an outcome is a refusal.
 * @example if (isRefusal(outcome)) console.log(outcome.refused);
 */
export const isRefusal = (outcome: readonly unknown[] | Refusal): outcome is Refusal => 'refused' in outcome;

/** Ids of things of other aggregates that a command names, by category.
 * @example const owns: Owns<{ from: string }> = { account: ({ from }) => from };
 */
export type Owns<T> = Readonly<Record<string, (data: T) => string | undefined>>;

declare const named: unique symbol;
declare const along: unique symbol;

/** The tags that a command names, for the compiler.
 * @example type Named = NamedTags<typeof enrolmentCommands.Enrol>; // { course: ..., student: ... }
 */
export type NamedTags<Format> = Format extends { readonly [named]?: infer Tags extends CommandTags<never> }
  ? string extends keyof Tags
    ? NoTags
    : Tags
  : NoTags;

/** The commands that go along with a command, for the compiler.
 * @example type Others = AlongWith<(typeof moveCommands)['Make']>;
 */
export type AlongWith<Format> = Format extends { readonly [along]?: infer A } ? Extract<A, Also<never>> : never;

/**
 * A command's schema and its audience. `versions` has all versions of its format if there are several; `owns` names entities that a caller who
 * sends it must own; `tags` and `facts` name what it decides on beside its own stream; `together` names commands of other aggregates that take effect
 * with it, or none does.
 * @example const accountCommands = { Deposit: command(['owner'], z.strictObject({ amount: z.int() })) };
 */
export interface CommandFormat<T, Input = unknown, M extends May = May, Tags = unknown, F = unknown, A = unknown> {
  readonly may: M;
  readonly schema: ZodType<T, Input>;
  readonly versions?: Formats[string];
  readonly owns?: Owns<never>;
  readonly tags?: CommandTags<never>;
  /** For the compiler alone: no value has this. */
  readonly [named]?: Tags;
  readonly facts?: Facts<never> & F;
  readonly together?: readonly Also<never>[];
  /** For the compiler alone: no value has this. */
  readonly [along]?: A;
}

type NoTags = Record<never, never>;
type Over<T, Tags, F, A> = Readonly<{ owns?: Owns<T>; tags?: Tags; facts?: F; together?: readonly A[] }>;

/**
 * Declares a command: its audience, and the schema of its data. A process stores the commands that it decided, so a command sent by processes changes
 * its format as a stored event does, by a new version. With `owns` the caller must also own the entities that the command names, unless a role of theirs is named in `may` or they are an operator. This is checked over
 * HTTP, before anything is stored, and not again when the command takes effect, so a process that acts on it has to check as well.
 * `facts` are handed to `decide` in its context, whoever sends the command; that they may be read by its sender is not checked.
 * @example command(['owner', 'process'], v1(z.strictObject({ amount })).next(z.strictObject({ amount, currency }), inEuro));
 */
export const command: {
  <
    const M extends May,
    S extends ZodType,
    const Tags extends CommandTags<z.output<S>> = NoTags,
    F extends Facts<z.output<S>> = NoTags,
    A extends Also<z.output<S>> = never,
  >(
    may: M,
    schema: S,
    over?: Over<z.output<S>, Tags, F, A>,
  ): CommandFormat<z.output<S>, z.input<S>, M, Tags, F, A>;
  <const M extends May, T, const Tags extends CommandTags<T> = NoTags, F extends Facts<T> = NoTags, A extends Also<T> = never>(
    may: M,
    versions: Reading<T>,
    over?: Over<T, Tags, F, A>,
  ): CommandFormat<T, T, M, Tags, F, A>;
} = (may: May, format: ZodType | Reading<unknown>, over: object = {}): never =>
  ('schemas' in format
    ? { may, schema: currentSchema(format), versions: format, ...over }
    : { may, schema: format, ...over }) as never;

/** The union of commands that a map of command formats describes.
 * @example type AccountCommand = CommandOf<typeof accountCommands>;
 */
export type CommandOf<F extends Record<string, CommandFormat<unknown>>> = MessagesOf<{
  [T in keyof F & string]: F[T] extends CommandFormat<infer D> ? D : never;
}>;

type Decide<S, C extends Message, E extends Message> = { readonly [T in C['type']]: Decision<S, DataOf<C, T>, E> };
type Decision<S, D, E extends Message> = (state: S, data: D, context: Context) => readonly Plain<E>[] | Refusal;

/**
 * The data that a caller sends with a command, and the refusals that may answer it.
 * @example type Withdraw = Call<{ amount: number }, Refusal<'insufficient-funds', { balance: number }>>;
 */
export interface Call<Data, Refused> {
  readonly data: Data;
  readonly refused: Refused;
}

declare const calls: unique symbol;
declare const refusals: unique symbol;

type WithStream<R> =
  R extends Refusal<infer Reason, infer Detail> ? Refusal<Reason, Detail & Readonly<{ refusedBy: string }>> : never;

/** The refusals of one command of a decider, with the stream that refuses, for a command that takes it along.
 * @example type Refusals = RefusalsOf<typeof account, 'Debit'>;
 */
export type RefusalsOf<D, T extends string> = D extends { readonly [refusals]?: infer Refusals }
  ? T extends keyof Refusals
    ? WithStream<Refusals[T]>
    : never
  : never;

/** One aggregate: its stored formats, its commands, and the two pure maps that give it behaviour. It is made by `decider()`, which infers the last three
 * types: the category, and the commands that callers may send, each with its data and its refusals; and the refusals of every command.
 * @example export const account = decider<Account, AccountEvent>()({ category: 'account', events: accountEvents, ... });
 */
export interface Decider<
  S,
  C extends Message,
  E extends Message,
  Category extends string = string,
  Calls = unknown,
  Refusals = unknown,
> extends Source<E> {
  readonly category: Category;
  /** For the compiler alone: no value has this. */
  readonly [calls]?: Calls;
  /** For the compiler alone: no value has this. */
  readonly [refusals]?: Refusals;
  readonly commands: { readonly [T in C['type']]: CommandFormat<DataOf<C, T>> };
  readonly initial: S;
  /** The owner's id; undefined while there is none. Required if a command is for the owner. */
  readonly owner?: (state: S) => string | undefined;
  /** Who may read the history, states and differences of its streams: the owner, if there is one, and operators unless this says otherwise. */
  readonly history?: May;
  /** Values that no other stream of the category may have at the same time, by name. */
  readonly unique?: Readonly<Record<string, (state: S) => string | Sealed | undefined>>;
  /** The tags that its events carry or that its commands decide on. */
  readonly tags?: readonly AnyTag[];
  /** The event types that other teams may listen to: each of them is also sent as a CloudEvent. */
  readonly publishes?: readonly E['type'][];
  /** The start time of each type that became public after events of it were stored: earlier commits are not announced. */
  readonly publishesSince?: { readonly [T in E['type']]?: string };
  /** How long personal values may live after a stream has ended; without it they live until somebody erases their subject. */
  readonly retention?: Retention<E['type']>;
  readonly decide: Decide<S, C, E>;
  readonly evolve: { readonly [T in E['type']]: (state: S, data: DataOf<E, T>) => S };
}

/** Any decider, for code that is driven by a manifest and knows no domain.
 * @example const categories = manifest.aggregates.map((decider: AnyDecider) => decider.category);
 */
export interface AnyDecider extends Source {
  readonly commands: Readonly<Record<string, CommandFormat<unknown>>>;
  readonly initial: unknown;
  readonly owner?: (state: never) => string | undefined;
  readonly history?: May;
  readonly unique?: Readonly<Record<string, (state: never) => string | Sealed | undefined>>;
  readonly tags?: readonly AnyTag[];
  readonly publishes?: readonly string[];
  readonly publishesSince?: Readonly<Record<string, string | undefined>>;
  readonly retention?: Retention;
  readonly decide: Readonly<Record<string, (state: never, data: never, context: Context) => readonly Message[] | Refusal>>;
  readonly evolve: Readonly<Record<string, (state: never, data: never) => unknown>>;
}

/** The state after some more events.
 * @example const state = fold(account, account.initial, events);
 */
export const fold = (decider: AnyDecider, state: unknown, events: readonly Message[]): unknown =>
  events.reduce((before, event) => {
    const evolve = decider.evolve[event.type];
    if (!evolve) throw new Error(`${decider.category} has no evolve for ${event.type}.`);
    return evolve(before as never, event.data as never);
  }, state);

/**
 * The outcome of a command on a state: events, none, or a refusal.
 * @example const outcome = decide(account, state, { type: 'Withdraw', data }, context);
 */
export const decide = (
  decider: AnyDecider,
  state: unknown,
  { type, data }: Message,
  context: Context,
): readonly Message[] | Refusal => {
  const decision = decider.decide[type];
  if (!decision) throw new Error(`${decider.category} has no command ${type}.`);
  return decision(state as never, data as never, context);
};

/**
 * Who may read the history of a decider's streams.
 * @example historyFor(stock); // ['operator']
 */
export const historyFor = ({ history, owner }: Pick<AnyDecider, 'history' | 'owner'>): May =>
  history ?? (owner ? ['owner', 'operator'] : ['operator']);

/**
 * The categories of the streams that a decider's commands decide on beside their own.
 * @example decidesOn(order); // ['product']
 */
export const decidesOn = ({ commands }: Pick<AnyDecider, 'commands'>): readonly string[] => [
  ...new Set(Object.values(commands).flatMap(({ facts = {} }) => Object.values(facts).map(({ decider }) => decider.category))),
];

/**
 * The categories of the entities that a decider's commands name as the caller's own.
 * @example namedBy(transfer); // ['account']
 */
export const namedBy = ({ commands }: Pick<AnyDecider, 'commands'>): readonly string[] => [
  ...new Set(Object.values(commands).flatMap(({ owns = {} }) => Object.keys(owns))),
];
