import { allowed } from '../../../core/access.ts';
import { type Commit, storedEvents } from '../../../core/commit.ts';
import { type AnyDecider, decide, fold, isRefusal } from '../../../core/decider.ts';
import { kebab, parseStream } from '../../../core/stream.ts';
import { readEvent } from '../../../core/version.ts';
import { canonical } from '../../../engine/canonical.ts';
import type { CommandAnswer, CommandRequest } from '../../../engine/command/request.ts';
import { commitHash } from '../../../engine/store/known.ts';
import { memoryKeys } from '../../memory/system.ts';
import { type Answered, correlationOf } from '../clients.ts';

const keys = memoryKeys();
/** A state of a stream, with its version and the time of its last commit. */
export type StateAt = Readonly<{ state: unknown; version: number; at: string }>;

/** The states of a stream after 0, 1, 2, ... commits. */
export type Past = Readonly<{ commits: readonly Commit[]; states: readonly StateAt[] }>;

/** No hole, no fork, no time that runs backwards, no command twice. */
export const pastOf = (decider: AnyDecider, commits: readonly Commit[]): Past | string => {
  const states: StateAt[] = [{ state: decider.initial, version: 0, at: '' }];
  const caused = new Set<string>();
  let hash = '';
  for (const [i, commit] of commits.entries()) {
    const place = `${commit.stream} ${commit.commit}`;
    const before = states[i]!;
    if (commit.commit !== i + 1) return `there is a hole or a fork in front of ${place}`;
    if (commit.version !== before.version + commit.events.length) return `${place} does not go on from version ${before.version}`;
    if ((commit.prev ?? '') !== hash) return `${place} does not carry the hash of its predecessor`;
    if (commit.at < before.at) return `time runs backwards at ${place}`;
    // A caller's command is recognized by its correlation id, whatever its id; a process's command has the correlation id of its cause.
    const cause = commit.command.startsWith('process/') ? commit.command : commit.meta.correlation;
    if (caused.has(cause)) return `${cause} took effect twice, again at ${place}`;
    caused.add(cause);
    hash = commitHash(keys, commit);
    const events = storedEvents(commit).map((stored) => readEvent(decider.events, stored));
    states.push({ state: fold(decider, before.state, events), version: commit.version, at: commit.at });
  }
  return { commits, states };
};

/** The outcome of a command on a state, as far as its caller sees it. */
const outcomeOn = (
  decider: AnyDecider,
  { state, version, at }: StateAt,
  request: CommandRequest,
): Readonly<{ outcome: string }> => {
  const { actor, command, expectedVersion, stream } = request;
  const format = decider.commands[command.type];
  if (!format || !allowed(format.may, actor, decider.owner?.(state as never))) return { outcome: 'forbidden' };
  if (expectedVersion !== undefined && expectedVersion !== version) return { outcome: 'stale', ...{ version } };
  const outcome = decide(decider, state, command, { id: parseStream(stream)?.id ?? '', actor, at });
  if (isRefusal(outcome)) return { outcome: 'refused', ...{ refusal: outcome, ...(outcome.outdated && { version }) } };
  return { outcome: outcome.length > 0 ? 'committed' : 'unchanged' };
};

/** Refused because another stream has a value that is to be unique, which no state of this one shows. */
const isTaken = ({ unique = {} }: AnyDecider, answer: CommandAnswer): boolean =>
  answer.outcome === 'refused' && Object.keys(unique).some((name) => answer.refusal.refused === `${kebab(name)}-taken`);

/** Refused since a subject of the command's personal values is erased, which no state shows. */
const isErased = (answer: CommandAnswer): boolean => answer.outcome === 'refused' && answer.refusal.refused === 'subject-erased';

/** An answer as it must be right at some moment: versions are checked with the commits. */
export const told = (answer: CommandAnswer) => ('commit' in answer ? { outcome: answer.outcome } : answer);

const readsBeside = ({ commands }: AnyDecider, type: string): boolean => {
  const { tags, together, facts = {} } = commands[type] ?? {};
  return tags !== undefined || together !== undefined || Object.keys(facts).length > 0;
};

/** The faults of an answer: it must have been right at some moment between the request and the answer. */
export const answerFault = (
  deciders: readonly AnyDecider[],
  { commits, states }: Past,
  { planned, request, answer, from, to }: Answered,
): string | undefined => {
  const what = `${correlationOf(planned)} (${request.command.type}) was answered '${answer.outcome}'`;
  const own = commits.find(({ meta }) => meta.correlation === correlationOf(planned) && meta.actor === planned.ask.actor.id);
  if (answer.outcome === 'committed') {
    const stored = commits[answer.commit.commit - 1];
    // A commit that was packed comes back with its fields in another order.
    if (stored === undefined || canonical(stored) !== canonical(answer.commit)) return `${what}, and its commit is not there`;
    return stored === own || stored?.meta.correlation === own?.meta.correlation ? undefined : `${what} with another's commit`;
  }
  if (answer.outcome === 'contended' || answer.outcome === 'too-large') return undefined;
  if (answer.outcome === 'id-reused') return `${what}, and nobody else has this id`;
  if (own && own.commit <= from) return `${what}, although it had taken effect at commit ${own.commit}`;
  // Decided on other streams as well, with whose states it is checked in `beside.ts`.
  if (deciders.some((decider) => readsBeside(decider, request.command.type))) return undefined;
  const wanted = JSON.stringify(told(answer));
  const right = states.slice(from, to + 1).some((state) =>
    deciders.some((decider) => {
      const outcome = outcomeOn(decider, state, request);
      return (
        JSON.stringify(outcome) === wanted || ((isTaken(decider, answer) || isErased(answer)) && outcome.outcome === 'committed')
      );
    }),
  );
  return right ? undefined : `${what}: ${wanted}, which was not right at any commit from ${from} to ${to}`;
};
