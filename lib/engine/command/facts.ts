import { type Facts, givenStates, idsIn } from '../../core/fact/facts.ts';
import { isId, streamName } from '../../core/stream.ts';
import { latest } from '../instant.ts';
import { dynamoDb } from '../limits.ts';
import type { Unmoved } from '../ports.ts';
import type { Known } from '../store/known.ts';
import { type Commanding, type CommandRequest, otherOf } from './request.ts';
import { stateNow } from './state-now.ts';
import { begin, type Tracked } from './tracked.ts';

/** The known state of a stream that a command decides on beside its own. */
export type FactPart = Tracked & Readonly<{ isGuarded: boolean }>;

/** The streams that a transaction is decided on beside those that it appends to; with `tooMany` none was read. */
export type FactParts = Readonly<{ streams: ReadonlyMap<string, FactPart>; tooMany?: number }>;

/** The facts that a decision is given: the states by name, the latest time of their streams, and the guarded ones as they were read. */
export type GivenFacts = Readonly<{
  facts: Readonly<Record<string, unknown>>;
  at: string;
  guarded: readonly Unmoved[];
  tooMany?: number;
}>;

type Asked = Readonly<{ commanding: Commanding; request: Pick<CommandRequest, 'command'> }>;

const factsIn = ({ commanding: { decider }, request: { command } }: Asked): Facts<never> =>
  decider.commands[command.type]?.facts ?? {};

/** Most commands have none, and each goes through here. */
const hasFacts = ({ commanding: { decider }, request: { command } }: Asked): boolean =>
  decider.commands[command.type]?.facts !== undefined;

type Place = Readonly<{ stream: string; category: string; isGuarded: boolean }>;

/** The streams that a command decides on beside its own. An id that is none can be no stream's: nobody can ever append there. */
export const factStreams = (asked: Asked): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>();
  for (const fact of Object.values(factsIn(asked)))
    for (const id of idsIn(fact, asked.request.command.data).filter(isId)) {
      const { category } = fact.decider;
      const stream = streamName(category, id);
      places.set(stream, { stream, category, isGuarded: fact.isGuarded || places.get(stream)?.isGuarded === true });
    }
  return places;
};

/** The largest number of streams that a command decides on beside its own: a check for each and the commit are one transaction. */
export const mostFacts = dynamoDb.transactionItems - 1;

/** A guarded state may come from the cache, since the append checks it; any other is read now. */
const beginFact = async ({ category, stream, isGuarded }: Place, own: Commanding): Promise<FactPart> => {
  const place = { commanding: otherOf(own, category), request: { stream }, isGuarded };
  if (isGuarded) return begin(place, () => {});
  return { ...place, known: await stateNow(place.commanding, stream), confirmed: true };
};

/** The facts of all commands of a transaction, except the streams in `own`: their states are known already, and the appends guard them. */
export const beginFacts = async (asked: readonly Asked[], own: ReadonlySet<string>): Promise<FactParts> => {
  const places = new Map<string, Place & Pick<Asked, 'commanding'>>();
  for (const { commanding, request } of asked)
    for (const [stream, place] of factStreams({ commanding, request })) {
      if (own.has(stream)) continue;
      const isGuarded = place.isGuarded || places.get(stream)?.isGuarded === true;
      places.set(stream, { ...place, commanding, isGuarded });
    }
  if (places.size > mostFacts) return { streams: new Map(), tooMany: places.size };
  const begun = [...places].map(
    async ([stream, { commanding, ...place }]) => [stream, await beginFact(place, commanding)] as const,
  );
  return { streams: new Map(await Promise.all(begun)) };
};

/** The facts of one command. `own`: the known states of the streams that the transaction appends to. */
export const givenFacts = (asked: Asked, { streams, tooMany }: FactParts, own: ReadonlyMap<string, Known>): GivenFacts => {
  if (tooMany !== undefined) return { facts: {}, at: '', guarded: [], tooMany };
  if (!hasFacts(asked)) return { facts: {}, at: '', guarded: [] };
  const guarded = new Map<string, Unmoved>();
  const times: string[] = [];
  const facts = givenStates(factsIn(asked), asked.request.command.data, ({ decider, isGuarded }, id) => {
    const stream = streamName(decider.category, id);
    const known = own.get(stream) ?? streams.get(stream)?.known;
    if (!known) return decider.initial;
    if (isGuarded && !own.has(stream)) guarded.set(stream, { stream, commit: known.commit });
    times.push(known.at);
    return known.state;
  });
  return { facts, at: latest(...times), guarded: [...guarded.values()] };
};

/** The guarded facts of a transaction: none of these streams may have moved when it is appended. */
export const guardedIn = ({ streams }: FactParts): readonly FactPart[] =>
  [...streams.values()].filter(({ isGuarded }) => isGuarded);
