import { allowed } from '../../core/access.ts';
import type { Commit } from '../../core/commit.ts';
import { type AnyDecider, type Context, decide, isRefusal, type Refusal, refuse } from '../../core/decider.ts';
import { parseStream } from '../../core/stream.ts';
import { storeEvent } from '../../core/version.ts';
import { latest, nowOf } from '../instant.ts';
import type { Known } from '../store/known.ts';
import { storable } from '../store/storable.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';

/** The result of a decision on a known state: a commit to append, or an answer that appends nothing. */
export type Decision = Readonly<{ append: Commit } | { answer: CommandAnswer }>;

/** What a command decides on beside its own stream, and the latest time of that. */
export type Given = Readonly<{ states: Readonly<Record<string, unknown>>; at: string }>;

const contextOf = ({ clock }: Commanding, known: Known, { stream, actor, causeAt }: CommandRequest, given?: Given): Context => ({
  id: parseStream(stream)?.id ?? stream,
  actor,
  at: latest(nowOf(clock), known.at, causeAt, given?.at),
  ...(given && { tags: given.states }),
});

/** The next commit after the known state, without events yet. */
const emptyCommit = (known: Known, { stream, id, digest, meta, actor }: CommandRequest, at: string): Commit => ({
  stream,
  commit: known.commit + 1,
  version: known.version,
  events: [],
  command: id,
  ...(digest !== undefined && { digest }),
  at,
  meta: { ...meta, actor: actor.id },
  ...(known.hash && { prev: known.hash }),
});

/** A process must find the outcome of its command on the target, whichever of its senders asks; a caller over HTTP need not. */
const leavesTrace = ({ actor, leavesNoTrace }: CommandRequest): boolean => actor.kind === 'process' && !leavesNoTrace;

/** The result of a command without events: an answer, or, if a trace is needed, a commit that has only the reason. */
const withoutEvents = (
  commanding: Commanding,
  known: Known,
  request: CommandRequest,
  answer: CommandAnswer,
  refusal?: Refusal,
): Decision => {
  if (!leavesTrace(request)) return { answer };
  const commit = emptyCommit(known, request, contextOf(commanding, known, request).at);
  const { refused: reason, detail } = refusal ?? {};
  return {
    append: { ...commit, ...(reason !== undefined && { refused: { reason, ...(detail && { detail: storable(detail) }) } }) },
  };
};

/** The result of a refusal. */
export const refusalOn = (commanding: Commanding, known: Known, request: CommandRequest, refusal: Refusal): Decision =>
  withoutEvents(commanding, known, request, { outcome: 'refused', refusal }, refusal);

type TooLarge = Extract<CommandAnswer, { outcome: 'too-large' }>;

/** The result of a command whose commit would be too large. */
export const tooLargeOn = (commanding: Commanding, known: Known, request: CommandRequest, answer: TooLarge): Decision => {
  const { outcome, size, limit, unit } = answer;
  return withoutEvents(commanding, known, request, answer, refuse(outcome, { size, limit, unit }));
};

/** True if the actor may send the command to a stream of this state. */
export const maySend = ({ commands, owner }: AnyDecider, state: unknown, { command, actor }: CommandRequest): boolean => {
  const format = commands[command.type];
  return format !== undefined && allowed(format.may, actor, owner?.(state as never));
};

/** Decides a command on the known state of its stream, and of the tags that it names. */
export const decideOn = (commanding: Commanding, known: Known, request: CommandRequest, given: Given): Decision => {
  const { decider, settings } = commanding;
  const { stream, command } = request;
  const nothing = (answer: CommandAnswer, refusal?: Refusal) => withoutEvents(commanding, known, request, answer, refusal);
  if (!maySend(decider, known.state, request)) return nothing({ outcome: 'forbidden' }, refuse('forbidden'));
  const { version, commit } = known;
  if (request.expectedVersion !== undefined && request.expectedVersion !== version)
    return nothing({ outcome: 'stale', version }, refuse('stale-version', { version }));
  const context = contextOf(commanding, known, request, given);
  const outcome = decide(decider, known.state, command, context);
  if (isRefusal(outcome)) return refusalOn(commanding, known, request, outcome);
  // A stream without events reports commit 0: callers must not see the commits of refused commands of processes.
  if (outcome.length === 0) return nothing({ outcome: 'unchanged', stream, version, commit: version === 0 ? 0 : commit });
  const limit = settings.eventsPerCommit;
  if (outcome.length > limit)
    return tooLargeOn(commanding, known, request, { outcome: 'too-large', size: outcome.length, limit, unit: 'events' });
  const events = outcome.map((event) => storeEvent(decider.events, { ...event, data: storable(event.data) }));
  return { append: { ...emptyCommit(known, request, context.at), version: version + events.length, events } };
};
