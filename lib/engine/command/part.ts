import type { Commit } from '../../core/commit.ts';
import { dynamoDb } from '../limits.ts';
import { type Known, recentCommits } from '../store/known.ts';
import { catchUp, load, unlessBroken } from '../store/load.ts';
import { itemSize, largestCommit } from '../store/size.ts';
import { withSiblings } from '../store/transaction.ts';
import { isFresh } from './cache.ts';
import { decideOn, maySend, tooLargeOn } from './decide.ts';
import { lookBack } from './look-back.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';
import { reserving } from './unique.ts';

/** One command on its way, and what its aggregate is handled with. */
export type Handling = Readonly<{ commanding: Commanding; request: CommandRequest }>;

/**
 * One stream's part in a command: its known state, whether a consistent read has just confirmed it as the newest, and the commit up to
 * which it was searched for the command's id.
 */
export type Part = Handling & { known: Known; confirmed: boolean; lookedThrough: number };

export type Seen = (commits: readonly Commit[]) => void;

/**
 * The answer to a command that has already taken effect, as far as the caller may know it. Who may not send the command at all is not told that its
 * id was used: undefined leaves it to the decision to say so, on a state that is confirmed.
 */
const firstAnswer = ({ commanding: { decider }, request, known }: Part, commit: Commit): CommandAnswer | undefined => {
  if (commit.digest === request.digest) return { outcome: 'committed', commit };
  return maySend(decider, known.state, request) ? { outcome: 'id-reused' } : undefined;
};

export const loadAnew = ({ commanding, request: { stream } }: Handling, seen: Seen): Promise<Known> => {
  commanding.cache.drop(stream);
  return load(commanding, stream, seen);
};

export const begin = async (handling: Handling, seen: Seen): Promise<Part> => {
  const cached = handling.commanding.cache.get(handling.request.stream);
  const confirmed = !cached || !isFresh(handling.commanding, cached);
  return { ...handling, known: cached && !confirmed ? cached : await loadAnew(handling, seen), confirmed, lookedThrough: 0 };
};

/** Reads the commits after the known state; a state that is too old is read from storage again. */
export const refresh = async (part: Part, seen: Seen): Promise<void> => {
  const { commanding, known } = part;
  part.known = isFresh(commanding, known)
    ? await unlessBroken(
        () => catchUp(commanding, known, seen),
        () => loadAnew(part, seen),
      )
    : await loadAnew(part, seen);
  part.confirmed = true;
};

/** True for an id that follows from what caused the command: from a process's decision, or from an event of a provider. */
const isDerived = ({ actor: { kind } }: CommandRequest): boolean => kind === 'process' || kind === 'hook';

/** The first answer, if a command is found to have taken effect before. */
export const earlier = async (part: Part, already: Commit | undefined): Promise<CommandAnswer | undefined> => {
  const { commanding, request, known, lookedThrough } = part;
  const { store, keys } = commanding;
  if (already) return firstAnswer(part, already);
  // Only an id with a digest can be retried by a caller; derived ids have no digest.
  const isRepeatable = request.digest !== undefined || isDerived(request);
  for (const recent of isRepeatable ? recentCommits(keys, known, request.id) : []) {
    const commit = await store.find(request.stream, recent);
    if (commit?.command === request.id) return firstAnswer(part, commit);
  }
  const before = isDerived(request) ? await lookBack(store, known, request, lookedThrough) : undefined;
  part.lookedThrough = known.commit;
  return before && firstAnswer(part, before);
};

/** The result of all parts on the known states: commits to append in one transaction, or the answer of the first part that appends nothing. */
export const decideAll = async (
  parts: readonly Part[],
): Promise<readonly Commit[] | Readonly<{ part: Part; answer: CommandAnswer }>> => {
  const commits: Commit[] = [];
  for (const part of parts) {
    const decision = await reserving(
      part.commanding,
      part.known,
      part.request,
      decideOn(part.commanding, part.known, part.request),
    );
    if ('answer' in decision) return { part, answer: decision.answer };
    commits.push(...decision.append);
  }
  const together = withSiblings(commits);
  const part = parts[0]!;
  const limit = part.request.leavesNoTrace ? dynamoDb.itemBytes : largestCommit;
  const size = together.map((commit) => itemSize(commit)).find((each) => each > limit);
  if (size === undefined) return together;
  const tooLarge = { outcome: 'too-large', size, limit, unit: 'bytes' } as const;
  const decision = tooLargeOn(part.commanding, part.known, part.request, tooLarge);
  return 'answer' in decision ? { part, answer: decision.answer } : [decision.append];
};
