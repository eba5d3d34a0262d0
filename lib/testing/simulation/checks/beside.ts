import { type Actor, allowed } from '../../../core/access.ts';
import type { Commit } from '../../../core/commit.ts';
import { type AnyDecider, type CommandFormat, decide, fold, isRefusal, type Refusal, refuse } from '../../../core/decider.ts';
import { givenStates } from '../../../core/fact/facts.ts';
import { ofEach } from '../../../core/fact/given.ts';
import type { Message } from '../../../core/message.ts';
import { isId, parseStream, streamName } from '../../../core/stream.ts';
import { tagDecider } from '../../../core/tag/stream.ts';
import { type Along, alongWith, UnfitTogether } from '../../../core/together/along.ts';
import { storeEvent } from '../../../core/version.ts';
import { canonical } from '../../../engine/canonical.ts';
import { latest } from '../../../engine/instant.ts';
import { type Answered, correlationOf } from '../clients.ts';
import { pastOf, type StateAt, told } from './streams.ts';
import { streamOfTag } from './tags.ts';

type Streams = ReadonlyMap<string, readonly Commit[]>;

const factsOf = ({ facts = {} }: Pick<CommandFormat<never>, 'facts'>) => Object.values(facts);

const alongOf = (decider: AnyDecider, type: string) =>
  (decider.commands[type]?.together ?? []).map((also) => ({ target: also.decider as AnyDecider, type: also.type }));

/** True if a command is decided on the states of other streams, all of them as they are when its events are stored. */
export const isDecidedBeside = (decider: AnyDecider, type: string): boolean => {
  const format = decider.commands[type];
  if (!format) return false;
  const along = alongOf(decider, type);
  const facts = [format, ...along.map((each) => each.target.commands[each.type] ?? {})].flatMap(factsOf);
  return (along.length > 0 || format.tags !== undefined || facts.length > 0) && facts.every(({ isGuarded }) => isGuarded);
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

/**
 * A moment at which a command may have been decided. `decidedAt` is the time at which the command of a stream was decided, if that is known; `after` has the
 * states of streams after the commands of the same transaction that were decided before.
 */
type Moment = Readonly<{
  stateOf: StateOf;
  deciders: readonly AnyDecider[];
  moment: number;
  decidedAt: (stream: string) => string | undefined;
  after: Map<string, unknown>;
}>;

type Asked = Readonly<{ command: Message; stream: string }>;

/** What a command is given beside its own stream, at one moment, and the latest time of these streams. */
const givenAt = ({ stateOf, moment, after }: Moment, decider: AnyDecider, { command, stream }: Asked) => {
  const times: string[] = [];
  const stateIn = (of: AnyDecider, name: string) => {
    const { state, at } = stateOf(of, name, moment);
    times.push(at);
    return after.has(name) ? after.get(name) : state;
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

/** What a command comes to on its own stream at a moment: the events as they are stored, or the refusal with the version that it names. */
const decidedIn = (now: Moment, decider: AnyDecider, actor: Actor, asked: Asked) => {
  const { stream, command } = asked;
  const { state, version, at } = now.stateOf(decider, stream, now.moment);
  const { at: besides, ...given } = givenAt(now, decider, asked);
  const context = { id: parseStream(stream)?.id ?? '', actor, at: now.decidedAt(stream) ?? latest(at, besides), ...given };
  const outcome = decide(decider, state, command, context);
  if (isRefusal(outcome)) return { refusal: outcome, ...(outcome.outdated && { version }) };
  now.after.set(stream, fold(decider, state, outcome));
  return { events: outcome.map((event) => storeEvent(decider.events, event)) };
};

/** What goes along with a command, or the refusal if it cannot. */
const streamsAlong = (decider: AnyDecider, command: Message, id: string): readonly Along[] | Refusal => {
  try {
    return alongWith(decider, command, id);
  } catch (fault) {
    if (fault instanceof UnfitTogether) return refuse('unfit-together', { why: fault.message });
    throw fault;
  }
};

/** The answer to a command at a moment, as far as its caller sees it, and the events that it makes, by stream. */
const outcomeAt = (now: Moment, decider: AnyDecider, { request }: Answered) => {
  const { actor, command, expectedVersion, stream } = request;
  const { state, version } = now.stateOf(decider, stream, now.moment);
  const format = decider.commands[command.type];
  if (!format || !allowed(format.may, actor, decider.owner?.(state as never))) return { outcome: 'forbidden' };
  if (expectedVersion !== undefined && expectedVersion !== version) return { outcome: 'stale', ...{ version } };
  const along = streamsAlong(decider, command, parseStream(stream)?.id ?? '');
  if (isRefusal(along)) return { outcome: 'refused', ...{ refusal: along } };
  const own = decidedIn(now, decider, actor, request);
  if ('refusal' in own) return { outcome: 'refused', ...own };
  if (own.events.length === 0) return { outcome: 'unchanged' };
  const appended = [[stream, own.events]];
  for (const { category, ...asked } of along) {
    const target = now.deciders.find((each) => each.category === category)!;
    const made = decidedIn(now, target, actor, asked);
    if ('refusal' in made) {
      const refusal = { ...made.refusal, detail: { ...made.refusal.detail, refusedBy: asked.stream } };
      return { outcome: 'refused', ...{ ...made, refusal } };
    }
    if (made.events.length > 0) appended.push([asked.stream, made.events]);
  }
  return { outcome: 'committed', appended };
};

/** The commit of a command and those of what went along with it, in the streams of aggregates. */
const appendedBy = (deciders: readonly AnyDecider[], streams: Streams, commit: Commit): readonly Commit[] => {
  const others = (commit.siblings ?? []).filter(({ stream }) =>
    deciders.some(({ category }) => category === parseStream(stream)?.category),
  );
  return [commit, ...others.flatMap(({ stream, commit: number }) => streams.get(stream)?.[number - 1] ?? [])];
};

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
      const { stream, commit, events } = answer.commit;
      const commits = appendedBy(deciders, streams, answer.commit);
      const appended = canonical(commits.map((each) => [each.stream, each.events]));
      const decidedAt = (of: string) => commits.find((each) => each.stream === of)?.at;
      const place = log.findIndex((each) => each.stream === stream && each.commit === commit);
      const isRight = own.some((decider) => {
        const outcome = outcomeAt({ stateOf, deciders, moment: place, decidedAt, after: new Map() }, decider, answered);
        return events.length === 0 || ('appended' in outcome && canonical(outcome.appended) === appended);
      });
      if (!isRight) return `${what}, and its events do not follow from the states on which it was appended`;
      continue;
    }
    const wanted = JSON.stringify(told(answer));
    const moments = Array.from({ length: until - since + 1 }, (_, i) => since + i);
    const isRight = moments.some((moment) =>
      own.some((decider) => {
        const now = { stateOf, deciders, moment, decidedAt: () => undefined, after: new Map() };
        return JSON.stringify(outcomeAt(now, decider, answered)) === wanted;
      }),
    );
    if (!isRight) return `${what}: ${wanted}, which was not right at any moment`;
  }
  return undefined;
};
