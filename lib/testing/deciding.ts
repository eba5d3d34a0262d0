import { type Actor, actsForOthers, allowed, anybody, mayOwn, user, type Who } from '../core/access.ts';
import { type AnyDecider, type Decider, decide, fold, isRefusal, type Refusal } from '../core/decider.ts';
import { type Fact, givenStates } from '../core/fact/facts.ts';
import type { Message } from '../core/message.ts';
import type { Plain } from '../core/personal/sealed.ts';
import { parseStream, streamName } from '../core/stream.ts';
import { storable } from '../engine/store/storable.ts';
import { alongGiven, alongOnly } from './along.ts';
import { expectSame, fail, show } from './difference.ts';
import { frozen, throughStore } from './stored.ts';
import { type GivenStreams, tagsGiven } from './tagged.ts';

/** The actor, the time and the id. By default: an actor who may send the command, a fixed instant, and '1'. */
export type WhenOptions = Readonly<{
  actor?: Actor;
  at?: string;
  id?: string;
  /** False if the actor does not own what the command names beside its own stream, where it declares `owns`; true by default. */
  ownsNamed?: boolean;
  /** The events of other streams, by the streams' names, as far as they carry tags that the command decides on, or commands go along to them:
   * `{ 'course-c1': [offered] }`. */
  elsewhere?: GivenStreams;
}>;

/** The events of the streams that a command decides on beside its own, by the streams' names, such as `product-espresso`. */
export type GivenFacts = Readonly<Record<string, readonly Message[]>>;

/** Expectations about a decision. */
export type Expected<E extends Message> = Readonly<{
  /** These events, in this order and with exactly this data; none for a command that changes nothing. */
  then(...events: readonly Plain<E>[]): void;
  /** What goes along comes to these events, by stream, and to none elsewhere. */
  along(events: GivenStreams): void;
  /** Refused by the business with this reason; the detail is compared where one is given. */
  rejected(reason: string, detail?: Readonly<Record<string, unknown>>): void;
  /** Refused by `outdated()` with this reason, which HTTP answers with 412; the detail is compared where one is given. */
  outdated(reason: string, detail?: Readonly<Record<string, unknown>>): void;
  /** Never reaches the decider, because its schema refuses it; with paths: for exactly these fields. */
  invalid(...paths: readonly string[]): void;
  /** Never reaches the decider, because this actor may not send it. */
  forbidden(): void;
  /**
   * The command has an effect, and the same command once more, on the state after its own events, has none: it comes to a refusal or to
   * no events. Such a command is safe to repeat even where the store does not recognise the repeat (no Idempotency-Key, or one from
   * before the window). A command that is meant to add up (a second equal deposit is a second deposit) is not retry-safe by itself: it
   * relies on its Idempotency-Key, or carries an id of its own that the state remembers.
   */
  retrySafe(): void;
}>;

type Outcome =
  | Readonly<{ events: readonly Message[]; along?: GivenStreams }>
  | Refusal
  | Readonly<{ invalid: readonly string[] }>
  | Readonly<{ forbidden: string }>;

/** The events of other streams, by the streams' names. */
type Besides = ReadonlyMap<string, unknown>;

const defaultAt = '2026-11-21T12:00:00.000Z';

/** Somebody whom the declaration lets in: the owner where there is one, and where it is nobody's yet, 'ada'. */
const whoMay = (may: readonly Who[], owner: string | undefined): Actor => {
  if (may.includes('owner')) return user(owner ?? 'ada');
  const [who = 'operator'] = may;
  if (who === 'anyone') return anybody;
  // What only goes along comes from whoever sends the command that takes it along.
  if (who === 'user' || who === 'owner' || who === 'together') return user('ada');
  return who === 'process' || who === 'hook' ? { id: `some-${who}`, kind: who, roles: [] } : user(`some-${who}`, who);
};

const besideOf = ({ decider: { category, initial } }: Fact<never>, id: string, besides: Besides): unknown => {
  const stream = streamName(category, id);
  return besides.has(stream) ? besides.get(stream) : initial;
};

/** The states of other streams after the events that a test gives. */
const besidesAfter = (decider: AnyDecider, given: GivenFacts): Besides => {
  const facts = Object.values(decider.commands).flatMap(({ facts = {} }) => Object.values(facts));
  return new Map(
    Object.entries(given).map(([stream, events]) => {
      const category = parseStream(stream)?.category;
      const other = facts.find((fact) => fact.decider.category === category)?.decider as AnyDecider | undefined;
      if (!other)
        return fail({
          title: `No command of ${decider.category} decides on ${stream}: declare it in the command's \`facts\`.`,
          came: stream,
          expected: [...new Set(facts.map((fact) => `${fact.decider.category}-<id>`))],
        });
      const past = events.map((event) => throughStore(other.events, event));
      return [stream, folded(other, frozen(structuredClone(other.initial)), past)];
    }),
  );
};

/** The way of a command up to its commit, in the order of the real one: schema, permission, decision, stored format. */
const decideOn = (
  decider: AnyDecider,
  state: unknown,
  command: Message,
  past: readonly Message[],
  { actor, at = defaultAt, id = '1', ownsNamed = true, elsewhere = {} }: WhenOptions,
  besides: Besides,
): Outcome => {
  const format = decider.commands[command.type];
  if (!format)
    return fail({
      title: `${decider.category} has no command ${command.type}.`,
      came: command.type,
      expected: Object.keys(decider.commands),
    });
  const parsed = format.schema.safeParse(command.data);
  if (!parsed.success) return { invalid: [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].sort() };
  const owner = decider.owner?.(state as never);
  const who = actor ?? whoMay(format.may, owner);
  const ownsAll = format.owns === undefined || actsForOthers(format.may, who) || (ownsNamed && mayOwn(who));
  if (!ownsAll || !allowed(format.may, who, owner)) return { forbidden: `${who.kind} ${who.id}` };
  const asked = { type: command.type, data: frozen(parsed.data) };
  const facts = givenStates(format.facts ?? {}, asked.data, (fact, id) => besideOf(fact, id, besides));
  const others = alongOnly(decider, elsewhere);
  const tagged = Object.fromEntries(Object.entries(elsewhere).filter(([stream]) => !others.includes(stream)));
  const tags = tagsGiven(decider, asked, { stream: streamName(decider.category, id), events: past }, tagged);
  const context = { id, actor: who, at, facts, ...(format.tags && { tags }) };
  const outcome = decide(decider, state, asked, context);
  if (isRefusal(outcome)) return storable(outcome, outcome.refused);
  const events = outcome.map((event) => throughStore(decider.events, event));
  if (!format.together || events.length === 0) return { events };
  const along = alongGiven(decider, asked, context, elsewhere);
  return 'refused' in along ? along : { events, along: along.along };
};

/** The state after some events. It must be storable, because snapshots hold it, and nobody may change it in place. */
const folded = (decider: AnyDecider, state: unknown, events: readonly Message[]): unknown =>
  events.reduce<unknown>((before, event) => {
    const after = fold(decider, before, [frozen(event)]);
    storable(after, `the state after ${event.type}`);
    return frozen(after);
  }, state);

/** The refusal that is expected: with the detail that came where none is given. */
const refusalLike = (came: Outcome, refused: string, detail: Refusal['detail']): Refusal => {
  const wanted = 'refused' in came && detail === undefined ? came.detail : detail;
  return { refused, ...(wanted && { detail: wanted }) };
};

/**
 * Given what happened, when a command comes, then these events, or a refusal: behaviour without a store, a clock or a network. Needs no
 * test runner. On the way it checks what production would: the command's schema, who may send it, that events fit their stored formats
 * and are read back as written, that state can be kept in a snapshot, and that nothing is changed in place.
 *
 * What a command decides on beside its own stream is given as the events of those streams:
 * `given().facts({ 'product-espresso': [priced(350)] }).when(...)`.
 *
 * @example
 * const given = deciding(account);
 * given(opened, deposited(50)).when({ type: 'Withdraw', data: eur(80) }).rejected('insufficient-funds', { balance: 50 });
 */
export const deciding = <S, C extends Message, E extends Message>(decider: Decider<S, C, E>) => {
  const any = decider as unknown as AnyDecider;
  return (...history: readonly Plain<E>[]) => {
    const past = (history as readonly Message[]).map((event) => throughStore(any.events, event));
    const state = folded(any, frozen(structuredClone(any.initial)), past);
    const when =
      (besides: Besides) =>
      (command: C, options: WhenOptions = {}): Expected<E> => {
        const outcome = decideOn(any, state, command, past, options, besides);
        const made = 'events' in outcome ? outcome.events : [];
        const along = 'events' in outcome ? (outcome.along ?? {}) : {};
        const after = folded(any, state, made);
        const title = `${streamName(any.category, options.id ?? '1')}, when ${command.type} comes:`;
        const facts = { command: show(command), state: show(state), given: past.map(show).join('\n') || 'nothing' };
        const expectOutcome = (wanted: Outcome, at: (...args: never[]) => void) =>
          expectSame({ title, came: outcome, expected: wanted, facts, at });
        const expected: Expected<E> = {
          // biome-ignore lint/suspicious/noThenProperty: the word that everybody uses here; awaiting it by mistake fails, and says so.
          then: (...events) => {
            if (typeof events[0] === 'function')
              throw new TypeError('Say what is expected: .then(...), .rejected(...); never await it.');
            const wanted = (events as readonly Message[]).map(({ type, data }) => ({ type, data: storable(data) }));
            expectOutcome({ ...('events' in outcome && outcome), events: wanted }, expected.then);
          },
          along: (events) =>
            expectSame({
              ...{ title, facts, at: expected.along, came: 'events' in outcome ? along : outcome },
              expected: Object.fromEntries(
                Object.entries(events).map(([stream, of]) => [
                  stream,
                  of.map(({ type, data }) => ({ type, data: storable(data) })),
                ]),
              ),
            }),
          rejected: (refused, detail) => expectOutcome(refusalLike(outcome, refused, detail), expected.rejected),
          outdated: (refused, detail) =>
            expectOutcome({ ...refusalLike(outcome, refused, detail), outdated: true }, expected.outdated),
          invalid: (...paths) =>
            expectOutcome(
              { invalid: 'invalid' in outcome && paths.length === 0 ? outcome.invalid : paths.toSorted() },
              expected.invalid,
            ),
          forbidden: () =>
            expectOutcome({ forbidden: 'forbidden' in outcome ? outcome.forbidden : 'this actor' }, expected.forbidden),
          retrySafe: () => {
            const at = expected.retrySafe;
            if (made.length === 0)
              fail({
                title: `${title} it has no effect that a repeat could double.`,
                came: outcome,
                expected: 'events',
                facts,
                at,
              });
            const again = decideOn(any, after, command, [...past, ...made], options, besides);
            if (!('events' in again) || again.events.length === 0) return;
            const advice =
              'Let the state remember that it is done; or, if adding up is meant, leave repeats to the Idempotency-Key.';
            fail({
              title: `${title} once more after its own events, it takes effect again. ${advice}`,
              came: again,
              expected: 'a refusal, or no events',
              facts: { ...facts, after: show(after) },
              at,
            });
          },
        };
        return expected;
      };
    return {
      when: when(new Map()),
      facts: (given: GivenFacts) => ({ when: when(besidesAfter(any, given)) }),
    };
  };
};
