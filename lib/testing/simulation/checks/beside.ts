import { allowed } from '../../../core/access.ts';
import type { Commit } from '../../../core/commit.ts';
import { type AnyDecider, type CommandFormat, decide, isRefusal, refuse } from '../../../core/decider.ts';
import { givenStates } from '../../../core/fact/facts.ts';
import { ofEach } from '../../../core/fact/given.ts';
import type { Message } from '../../../core/message.ts';
import { isId, parseStream, streamName } from '../../../core/stream.ts';
import { tagDecider } from '../../../core/tag/stream.ts';
import { type Along, alongWith, UnfitTogether } from '../../../core/together/along.ts';
import { storeEvent } from '../../../core/version.ts';
import { latest } from '../../../engine/instant.ts';
import { type Answered, correlationOf } from '../clients.ts';
import { pastOf, type StateAt, told } from './streams.ts';
import { streamOfTag } from './tags.ts';

type Streams = ReadonlyMap<string, readonly Commit[]>;

const factsOf = ({ facts = {} }: Pick<CommandFormat<never>, 'facts'>) => Object.values(facts);

/** True if a command is decided on the states of other streams, or together with them: all of them as they are when its events are stored. */
export const isDecidedBeside = (decider: AnyDecider, type: string): boolean => {
  const format = decider.commands[type];
  if (!format) return false;
  const facts = factsOf(format);
  return (
    format.tags !== undefined || format.together !== undefined || (facts.length > 0 && facts.every(({ isGuarded }) => isGuarded))
  );
};

/** The state of a stream as it was when so many commits had been stored in all. */
type StateOf = (decider: AnyDecider, stream: string, moment: number) => StateAt;

const momentsOf = (streams: Streams, log: readonly Commit[]): StateOf => {
  const places = new Map<string, number[]>();
  for (const [i, { stream }] of log.entries()) {
    const known = places.get(stream);
    if (known) known.push(i);
    else places.set(stream, [i]);
  }
  const pasts = new Map<string, readonly StateAt[]>();
  return (decider, stream, moment) => {
    const key = `${stream} ${decider.category}`;
    const past =
      pasts.get(key) ?? (pastOf(decider, streams.get(stream) ?? []) as Exclude<ReturnType<typeof pastOf>, string>).states;
    pasts.set(key, past);
    return past[(places.get(stream) ?? []).filter((place) => place < moment).length]!;
  };
};

/** What a command is given beside its own stream, at one moment, and the latest time of these streams. */
const givenAt = (stateOf: StateOf, decider: AnyDecider, { request }: Answered, moment: number) => {
  const { command, stream } = request;
  const times: string[] = [];
  const stateIn = (of: AnyDecider, name: string) => {
    const { state, at } = stateOf(of, name, moment);
    times.push(at);
    return state;
  };
  const { facts = {}, tags: named = {} } = decider.commands[command.type] ?? {};
  const tags = Object.fromEntries(
    Object.entries(named).map(([name, valuesIn]) => {
      const tag = decider.tags!.find((each) => each.name === name)!;
      const ofValue = (value: string) => stateIn(tagDecider(tag), streamOfTag(name, value));
      return [name, ofEach(valuesIn(command.data as never, parseStream(stream)?.id ?? ''), ofValue)];
    }),
  );
  const states = givenStates(facts, command.data, (fact, id) =>
    isId(id) ? stateIn(fact.decider as AnyDecider, streamName(fact.decider.category, id)) : fact.decider.initial,
  );
  return { tags, facts: states, at: latest(...times) };
};

/** What goes along with a command, or why it cannot. */
const streamsAlong = (decider: AnyDecider, command: Message, id: string): readonly Along[] | string => {
  try {
    return alongWith(decider, command, id);
  } catch (fault) {
    if (fault instanceof UnfitTogether) return fault.message;
    throw fault;
  }
};

/** A moment, by the number of commits stored before it. `decidedAt`: the time at which a command was decided, if that is known. */
type At = Readonly<{ stateOf: StateOf; deciders: readonly AnyDecider[]; moment: number; decidedAt?: string }>;

/** The answer to a command at a moment, as far as its caller sees it, and the events that it makes, by stream. */
const outcomeAt = ({ stateOf, deciders, moment, decidedAt }: At, decider: AnyDecider, answered: Answered) => {
  const { actor, command, expectedVersion, stream } = answered.request;
  const { state, version, at } = stateOf(decider, stream, moment);
  const format = decider.commands[command.type];
  if (!format || !allowed(format.may, actor, decider.owner?.(state as never))) return { outcome: 'forbidden' };
  if (expectedVersion !== undefined && expectedVersion !== version) return { outcome: 'stale', ...{ version } };
  const { at: besides, ...given } = givenAt(stateOf, decider, answered, moment);
  const context = { id: parseStream(stream)?.id ?? '', actor, at: decidedAt ?? latest(at, besides), ...given };
  const along = streamsAlong(decider, command, context.id);
  if (typeof along === 'string') return { outcome: 'refused', ...{ refusal: refuse('unfit-together', { why: along }) } };
  const outcome = decide(decider, state, command, context);
  if (isRefusal(outcome)) return { outcome: 'refused', ...{ refusal: outcome, ...(outcome.outdated && { version }) } };
  if (outcome.length === 0) return { outcome: 'unchanged' };
  const events = new Map([[stream, outcome.map((event) => storeEvent(decider.events, event))]]);
  for (const { category, stream: to, command: other } of along) {
    const target = deciders.find((each) => each.category === category)!;
    const theirs = stateOf(target, to, moment);
    const made = decide(target, theirs.state, other, { id: parseStream(to)?.id ?? '', actor, at: decidedAt ?? theirs.at });
    if (isRefusal(made))
      return { outcome: 'refused', ...{ refusal: { refused: made.refused, detail: { ...made.detail, refusedBy: to } } } };
    const stored = made.map((event) => storeEvent(target.events, event));
    if (stored.length > 0) events.set(to, stored);
  }
  return { outcome: 'committed', events };
};

/** The events that a command's transaction appended, by stream: its own and those of the commands that went along. */
const appendedBy = (deciders: readonly AnyDecider[], streams: Streams, { stream, events, siblings = [] }: Commit) => [
  [stream, events],
  ...siblings
    .filter((each) => deciders.some(({ category }) => category === parseStream(each.stream)?.category))
    .map((each) => [each.stream, streams.get(each.stream)?.[each.commit - 1]?.events]),
];

/**
 * The faults of answers that were decided on tags, on guarded facts, or with commands that go along. One that took effect must be what is decided on all states just before its commit
 * was stored: none of the streams has moved between. One that did not must have been right at one moment for all of its streams together.
 */
export const answersBesideFault = (
  deciders: readonly AnyDecider[],
  streams: Streams,
  log: readonly Commit[],
  answers: readonly Answered[],
): string | undefined => {
  const stateOf = momentsOf(streams, log);
  for (const answered of answers) {
    const { request, answer, planned, since, until } = answered;
    const own = deciders.filter(
      (decider) => decider.category === parseStream(request.stream)?.category && isDecidedBeside(decider, request.command.type),
    );
    if (own.length === 0 || ['contended', 'too-large', 'id-reused'].includes(answer.outcome)) continue;
    const what = `${correlationOf(planned)} (${request.command.type} of ${request.stream}) was answered '${answer.outcome}'`;
    if (answer.outcome === 'committed') {
      const { stream, commit, events, at } = answer.commit;
      const appended = JSON.stringify(appendedBy(deciders, streams, answer.commit));
      const place = log.findIndex((each) => each.stream === stream && each.commit === commit);
      const isRight = own.some((decider) => {
        const outcome = outcomeAt({ stateOf, deciders, moment: place, decidedAt: at }, decider, answered);
        return events.length === 0 || ('events' in outcome && JSON.stringify([...(outcome.events ?? [])]) === appended);
      });
      if (!isRight) return `${what}, and its events do not follow from the states on which it was appended`;
      continue;
    }
    const wanted = JSON.stringify(told(answer));
    const moments = Array.from({ length: until - since + 1 }, (_, i) => since + i);
    const isRight = moments.some((moment) =>
      own.some((decider) => JSON.stringify(outcomeAt({ stateOf, deciders, moment }, decider, answered)) === wanted),
    );
    if (!isRight) return `${what}: ${wanted}, which was not right at any moment`;
  }
  return undefined;
};
