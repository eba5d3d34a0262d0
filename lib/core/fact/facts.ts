import type { Source } from '../version.ts';
import { ofEach } from './given.ts';

declare const given: unique symbol;

/** What a fact takes of the decider whose streams it names. */
interface Folding extends Source {
  readonly initial: unknown;
  readonly evolve: Readonly<Record<string, (state: never, data: never) => unknown>>;
}

/**
 * Streams of another aggregate whose states a decision is given. It is made by `fact()` or `guarded()`, which infer what `decide` gets.
 * @example const prices: Fact<{ skus: string[] }, Readonly<Record<string, Product>>> = guarded(product, ({ skus }) => skus);
 */
export interface Fact<Data, Given = unknown> {
  readonly decider: Folding;
  /** The id, or the ids, of the streams. */
  readonly idsOf: (data: Data) => string | readonly string[];
  /** The commit is appended only if none of the streams has moved since the decision was made. */
  readonly isGuarded: boolean;
  /** For the compiler alone: no value has this. */
  readonly [given]?: Given;
}

/** What a command decides on beside its own stream, by name.
 * @example const facts: Facts<{ sku: string }> = { product: guarded(product, ({ sku }) => sku) };
 */
export type Facts<Data> = Readonly<Record<string, Fact<Data>>>;

type Of<State, Ids> = Ids extends string ? State : Readonly<Record<string, State>>;

/**
 * The states that `decide` gets of some facts, by name: one state where the fact names one id, a record by id where it names a list.
 * @example type Prices = GivenFacts<{ product: Fact<{ sku: string }, Product> }>['product']; // Product
 */
export type GivenFacts<F> = { readonly [Name in keyof F]: F[Name] extends Fact<never, infer Given> ? Given : never };

type Declare = <State, Data, Ids extends string | readonly string[]>(
  decider: Folding & Readonly<{ initial: State }>,
  idsOf: (data: Data) => Ids,
) => Fact<Data, Of<State, Ids>>;

/**
 * Declares a fact that may not change under a decision: the append is a transaction with a check that none of the streams has moved, and
 * if one has, the command is decided again on its newer state. An id that can be no stream's has the initial state.
 * @example
 * Place: command(['owner'], z.strictObject({ lines }), {
 *   facts: { product: guarded(product, ({ lines }) => lines.map(({ sku }) => sku)) },
 * }), // decide.Place: (state, { lines }, { facts }) => ... facts.product[sku]?.price
 */
export const guarded: Declare = (decider, idsOf) => ({ decider, idsOf, isGuarded: true });

/**
 * Declares a fact that is read when the command comes, and may have changed when its events are appended: it costs no transaction.
 * @example Open: command(['user'], z.strictObject({ branch }), { facts: { branch: fact(branch, ({ branch }) => branch) } })
 */
export const fact: Declare = (decider, idsOf) => ({ decider, idsOf, isGuarded: false });

/** The ids that a fact names for a command's data. */
export const idsIn = ({ idsOf }: Fact<never>, data: unknown): readonly string[] => [idsOf(data as never)].flat();

/** The states of a command's facts, in the form in which `decide` gets them. */
export const givenStates = (
  facts: Facts<never>,
  data: unknown,
  stateOf: (fact: Fact<never>, id: string) => unknown,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, ofEach(fact.idsOf(data as never), (id) => stateOf(fact, id))]),
  );
