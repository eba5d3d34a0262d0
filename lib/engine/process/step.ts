import type { Commit } from '../../core/commit.ts';
import { type ProcessStep, takenAtOnce } from '../../core/process/decider.ts';
import { kernelEvents } from '../../core/process/events.ts';
import { thrownBy } from '../../core/process/reaction.ts';
import { TryAgain } from '../again.ts';
import { handleCommand } from '../command/handle.ts';
import type { Commanding, CommandRequest } from '../command/request.ts';
import { NotStorable } from '../store/storable.ts';

type Stepping = Pick<CommandRequest, 'id' | 'causeAt' | 'meta' | 'isNew'> &
  Readonly<{ stream: string; step: ProcessStep; actor: string }>;

/** Stores a step. Answers the reason if the step can never be stored; no reason if it was stored or there was nothing to store. */
const attempt = async (
  own: Commanding,
  { step, actor, ...request }: Stepping,
): Promise<Readonly<{ commit?: Commit; unstorable?: string }>> => {
  try {
    const answer = await handleCommand(own, {
      ...request,
      command: step,
      actor: { id: actor, kind: 'process', roles: [] },
      leavesNoTrace: true,
    });
    if (answer.outcome === 'committed') return { commit: answer.commit };
    if (answer.outcome === 'unchanged') return {};
    if (answer.outcome === 'too-large')
      return { unstorable: `TooLarge: what it comes to has ${answer.size} ${answer.unit}; a commit takes ${answer.limit}.` };
    if (answer.outcome === 'contended') throw new TryAgain(`${request.stream} is being changed by others at the same time.`);
    throw new Error(`${request.stream}: the step ${step.type} had the outcome '${answer.outcome}', which no step may have.`);
  } catch (cause) {
    if (cause instanceof NotStorable) return { unstorable: thrownBy(cause) };
    throw cause;
  }
};

const withData = (step: ProcessStep, more: object): ProcessStep => ({ ...step, data: { ...step.data, ...more } }) as ProcessStep;

/**
 * The number of reactions of a step. Causes that have just arrived wait instead, all of them, since each of their steps has one id for its
 * portion.
 */
const reactionsIn = (step: ProcessStep): number => {
  if (step.type === 'React') return step.data.causes.length;
  if (step.type === 'Answer') return step.data.outcomes.length;
  return step.type === 'Due' ? step.data.due.length : takenAtOnce;
};

/** The same step with fewer reactions, the largest first. */
const smallerThan = (step: ProcessStep): readonly ProcessStep[] => {
  const reactions = reactionsIn(step);
  if (reactions < 2) return [];
  if (step.type === 'React') return [withData(step, { waits: true })];
  const halves: ProcessStep[] = [];
  for (let most = Math.floor(reactions / 2); most >= 1; most = Math.floor(most / 2)) halves.push(withData(step, { most }));
  return halves;
};

/** Logs a stuck or parked instance: it needs an operator. */
const sayStopped = ({ log }: Commanding, commit: Commit | undefined): Commit | undefined => {
  for (const event of commit ? kernelEvents(commit) : []) {
    const about = { instance: commit?.stream, correlation: commit?.meta.correlation };
    if (event.type === 'InstanceParked') log.error('An instance is parked.', { ...about, thrown: event.data.thrown });
    if (event.type === 'InstanceStuck') {
      const { to, command, reason } = event.data;
      log.error('An instance is stuck.', { ...about, to, command: command.type, reason });
    }
  }
  return commit;
};

/**
 * One step of an instance: one commit, or none if it decides nothing. A step that is too large for a commit is tried again with fewer
 * reactions, since each alone may fit. If one reaction alone does not fit, the instance is parked.
 */
export const takeStep = async (own: Commanding, stepping: Stepping): Promise<Commit | undefined> => {
  const { commit, unstorable } = await attempt(own, stepping);
  if (unstorable === undefined) return sayStopped(own, commit);
  for (const smaller of smallerThan(stepping.step)) {
    const tried = await attempt(own, { ...stepping, step: smaller });
    if (tried.unstorable === undefined) return sayStopped(own, tried.commit);
  }
  const parked = await attempt(own, { ...stepping, step: withData(stepping.step, { most: 1, thrown: unstorable }) });
  if (parked.unstorable === undefined) return sayStopped(own, parked.commit);
  throw new Error(`${stepping.stream} cannot be parked either: ${parked.unstorable}`);
};
