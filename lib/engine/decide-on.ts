import { allowed } from '../core/access.ts';
import type { Commit } from '../core/commit.ts';
import { type Context, decide, isRefusal, type Refusal } from '../core/decider.ts';
import { parseStream } from '../core/stream.ts';
import { storeEvent } from '../core/version.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './command.ts';
import type { Known } from './history.ts';
import { storable } from './storable.ts';

/** What a decision on a known state comes to: a commit to append, or an answer that appends nothing. */
export type Decision = Readonly<{ append: Commit } | { answer: CommandAnswer }>;

/** The latest of some instants. */
export const latest = (...instants: readonly (string | undefined)[]): string =>
  instants.reduce<string>((a, b) => (b !== undefined && b > a ? b : a), '');

const contextOf = ({ clock }: Commanding, known: Known, { stream, actor, causeAt }: CommandRequest): Context => ({
  id: parseStream(stream)?.id ?? stream,
  actor,
  at: latest(new Date(clock.now()).toISOString(), known.at, causeAt),
});

/** The commit that follows on what is known, with nothing in it yet. */
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

/**
 * What a refusal comes to. A process must find the outcome of its command on the target, whichever of its senders asks; a
 * caller over HTTP need not.
 */
export const refusalOn = (commanding: Commanding, known: Known, request: CommandRequest, refusal: Refusal): Decision => {
  if (request.actor.role !== 'process') return { answer: { outcome: 'refused', refusal } };
  const { refused: reason, detail } = refusal;
  const commit = emptyCommit(known, request, contextOf(commanding, known, request).at);
  return { append: { ...commit, refused: { reason, ...(detail && { detail: storable(detail) }) } } };
};

/** Decides a command on what is known of its stream. */
export const decideOn = (commanding: Commanding, known: Known, request: CommandRequest): Decision => {
  const { decider, settings } = commanding;
  const { stream, command, actor } = request;
  const format = decider.commands[command.type];
  if (!format || !allowed(format.may, actor, decider.owner?.(known.state as never))) return { answer: { outcome: 'forbidden' } };
  if (request.expectedVersion !== undefined && request.expectedVersion !== known.version)
    return { answer: { outcome: 'stale', version: known.version } };
  const context = contextOf(commanding, known, request);
  const outcome = decide(decider, known.state, command, context);
  if (isRefusal(outcome)) return refusalOn(commanding, known, request, outcome);
  if (outcome.length === 0 && actor.role !== 'process')
    return { answer: { outcome: 'unchanged', stream, version: known.version, commit: known.commit } };
  if (outcome.length > settings.eventsPerCommit)
    return { answer: { outcome: 'too-large', size: outcome.length, limit: settings.eventsPerCommit, unit: 'events' } };
  const events = outcome.map((event) => storeEvent(decider.events, { ...event, data: storable(event.data) }));
  return { append: { ...emptyCommit(known, request, context.at), version: known.version + events.length, events } };
};
