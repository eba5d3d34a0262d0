import { allowed } from '../../core/access.ts';
import type { Commit } from '../../core/commit.ts';
import { type AnyDecider, decide, isRefusal, type Refusal, refuse } from '../../core/decider.ts';
import { hasSealedLike } from '../../core/personal/sealed.ts';
import { parseStream } from '../../core/stream.ts';
import { storeEvent } from '../../core/version.ts';
import { latest, nowOf } from '../instant.ts';
import type { Known } from '../store/known.ts';
import { storable } from '../store/storable.ts';
import { type GivenFacts, mostFacts } from './facts.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';

/** The result of a decision on a known state: a commit to append, or an answer that appends nothing. */
export type Decision = Readonly<{ append: Commit } | { answer: CommandAnswer }>;

/** What a command decides on beside its own stream: the states of tags and of facts, and the latest time of all. `unfit` says why nothing can take effect with it. */
export type Given = GivenFacts & Readonly<{ tags: Readonly<Record<string, unknown>>; unfit?: string }>;

/** A command, the known state of its stream, and what it is given beside it. */
export type Deciding = Readonly<{ commanding: Commanding; known: Known; request: CommandRequest; given: Given }>;

const contextOf = ({ commanding: { clock }, known, request: { stream, actor, causeAt }, given }: Deciding) => ({
  id: parseStream(stream)?.id ?? stream,
  actor,
  at: latest(nowOf(clock), known.at, causeAt, given.at),
  tags: given.tags,
  facts: given.facts,
});

/** The next commit after the known state, without events yet. */
const emptyCommit = ({ known, request, given: { guarded } }: Deciding, at: string): Commit => ({
  stream: request.stream,
  commit: known.commit + 1,
  version: known.version,
  events: [],
  command: request.id,
  ...(request.digest !== undefined && { digest: request.digest }),
  at,
  meta: { ...request.meta, actor: request.actor.id },
  ...(known.hash && { prev: known.hash }),
  ...(guarded.length > 0 && { facts: guarded }),
});

/** A process must find the outcome of its command on the target, whichever of its senders asks; a caller over HTTP need not. */
const leavesTrace = ({ actor, leavesNoTrace, isAlong }: CommandRequest): boolean =>
  actor.kind === 'process' && !leavesNoTrace && !isAlong;

/** The result of a command without events: an answer, or, if a trace is needed, a commit that has only the reason. */
const withoutEvents = (deciding: Deciding, answer: CommandAnswer, refusal?: Refusal): Decision => {
  if (!leavesTrace(deciding.request)) return { answer };
  const commit = emptyCommit(deciding, contextOf(deciding).at);
  const { refused: reason, detail } = refusal ?? {};
  return {
    append: { ...commit, ...(reason !== undefined && { refused: { reason, ...(detail && { detail: storable(detail) }) } }) },
  };
};

/** The result of a refusal. */
export const refusalOn = (deciding: Deciding, refusal: Refusal): Decision =>
  withoutEvents(deciding, { outcome: 'refused', refusal, ...(refusal.outdated && { version: deciding.known.version }) }, refusal);

/** The result of a command if one that it takes along has this answer: a refusal says which stream refused. */
export const refusedAlong = (deciding: Deciding, answer: CommandAnswer, stream: string): Decision => {
  switch (answer.outcome) {
    case 'refused': {
      const refusal = { ...answer.refusal, detail: { ...answer.refusal.detail, refusedBy: stream } };
      return withoutEvents(deciding, { ...answer, refusal }, refusal);
    }
    case 'too-large':
      return tooLargeOn(deciding, answer);
    default:
      return withoutEvents(deciding, answer, refuse(answer.outcome, { refusedBy: stream }));
  }
};

type TooLarge = Extract<CommandAnswer, { outcome: 'too-large' }>;

/** The result of a command whose commit would be too large. */
export const tooLargeOn = (deciding: Deciding, answer: TooLarge): Decision => {
  const { outcome, size, limit, unit } = answer;
  return withoutEvents(deciding, answer, refuse(outcome, { size, limit, unit }));
};

/** True if the actor may send the command to a stream of this state. */
export const maySend = (
  { commands, owner }: AnyDecider,
  state: unknown,
  { command, actor, isAlong }: CommandRequest,
): boolean => {
  const format = commands[command.type];
  if (isAlong) return format?.may.includes('together') === true;
  return format !== undefined && allowed(format.may, actor, owner?.(state as never));
};

/** Decides a command on the known state of its stream and on what it is given beside it. The personal values of its commit are not sealed yet. */
export const decideOn = (deciding: Deciding): Decision => {
  const { commanding, known, request, given } = deciding;
  const { decider, settings } = commanding;
  const { stream, command } = request;
  if (!maySend(decider, known.state, request)) return withoutEvents(deciding, { outcome: 'forbidden' }, refuse('forbidden'));
  const { version, commit } = known;
  if (request.expectedVersion !== undefined && request.expectedVersion !== version)
    return withoutEvents(deciding, { outcome: 'stale', version }, refuse('stale-version', { version }));
  const { tooMany, unfit } = given;
  if (unfit !== undefined) return refusalOn(deciding, refuse('unfit-together', { why: unfit }));
  if (tooMany !== undefined)
    return tooLargeOn(deciding, { outcome: 'too-large', size: tooMany, limit: mostFacts, unit: 'facts' });
  // Whoever has got hold of another's sealed value could give it as their own, and read it opened.
  if (request.actor.kind !== 'process' && hasSealedLike(command.data)) return refusalOn(deciding, refuse('sealed-value-given'));
  const context = contextOf(deciding);
  const outcome = decide(decider, known.state, command, context);
  if (isRefusal(outcome)) return refusalOn(deciding, outcome);
  // A stream without events reports commit 0: callers must not see the commits of refused commands of processes.
  if (outcome.length === 0)
    return withoutEvents(deciding, { outcome: 'unchanged', stream, version, commit: version === 0 ? 0 : commit });
  const limit = settings.eventsPerCommit;
  if (outcome.length > limit) return tooLargeOn(deciding, { outcome: 'too-large', size: outcome.length, limit, unit: 'events' });
  const events = outcome.map((event) => storeEvent(decider.events, { ...event, data: storable(event.data) }));
  return { append: { ...emptyCommit(deciding, context.at), version: version + events.length, events } };
};
