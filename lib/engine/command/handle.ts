import { type Commit, versionBefore } from '../../core/commit.ts';
import { dynamoDb } from '../limits.ts';
import type { AppendedTogether } from '../ports.ts';
import { type Known, recentCommits, snapshotDue } from '../store/known.ts';
import { catchUp, follow, load, saveSnapshot, unlessBroken } from '../store/load.ts';
import { itemSize, largestCommit } from '../store/size.ts';
import { withSiblings } from '../store/transaction.ts';
import { isFresh } from './cache.ts';
import { decideOn, maySend, tooLargeOn } from './decide.ts';
import { lookBack } from './look-back.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';
import { reserving } from './unique.ts';

/**
 * The answer to a command that has already taken effect, as far as the caller may know it. Who may not send the command at all is not told that its
 * id was used: undefined leaves it to the decision to say so, on a state that is confirmed.
 */
const firstAnswer = ({ commanding: { decider }, request, known }: Part, commit: Commit): CommandAnswer | undefined => {
  if (commit.digest === request.digest) return { outcome: 'committed', commit };
  return maySend(decider, known.state, request) ? { outcome: 'id-reused' } : undefined;
};

/**
 * Waits with full jitter, longer after each lost race, and in proportion to the time of a try: where requests are slow, a wait shorter than
 * two of them would not spread the callers.
 */
const backOff = ({ clock, keys, settings }: Commanding, lost: number, tookMilliseconds: number) => {
  const { backoffMilliseconds, backoffCeilingMilliseconds } = settings;
  // A clock may have jumped meanwhile: no measure counts for more than the ceiling.
  const base = Math.max(backoffMilliseconds, Math.min(2 * tookMilliseconds, backoffCeilingMilliseconds));
  const ceiling = Math.max(backoffCeilingMilliseconds, 8 * base);
  return clock.wait(keys.random() * Math.min(ceiling, base * 2 ** (lost - 2)));
};

/** One command on its way, and what its aggregate is handled with. */
export type Handling = Readonly<{ commanding: Commanding; request: CommandRequest }>;

/**
 * One stream's part in a command: its known state, whether a consistent read has just confirmed it as the newest, and the commit up to
 * which it was searched for the command's id.
 */
type Part = Handling & { known: Known; confirmed: boolean; lookedThrough: number };

type Seen = (commits: readonly Commit[]) => void;

const loadAnew = ({ commanding, request: { stream } }: Handling, seen: Seen): Promise<Known> => {
  commanding.cache.drop(stream);
  return load(commanding, stream, seen);
};

const begin = async (handling: Handling, seen: Seen): Promise<Part> => {
  const cached = handling.commanding.cache.get(handling.request.stream);
  const confirmed = !cached || !isFresh(handling.commanding, cached);
  return { ...handling, known: cached && !confirmed ? cached : await loadAnew(handling, seen), confirmed, lookedThrough: 0 };
};

/** Reads the commits after the known state; a state that is too old is read from storage again. */
const refresh = async (part: Part, seen: Seen): Promise<void> => {
  const { commanding, known } = part;
  part.known = isFresh(commanding, known)
    ? await unlessBroken(
        () => catchUp(commanding, known, seen),
        () => loadAnew(part, seen),
      )
    : await loadAnew(part, seen);
  part.confirmed = true;
};

/** The first answer, if a command is found to have taken effect before. */
const earlier = async (part: Part, already: Commit | undefined): Promise<CommandAnswer | undefined> => {
  const { commanding, request, known, lookedThrough } = part;
  const { store, keys } = commanding;
  if (already) return firstAnswer(part, already);
  // Only an id with a digest can be retried by a caller; a process derives its ids, and has no digest.
  const isRepeatable = request.digest !== undefined || request.actor.kind === 'process';
  for (const recent of isRepeatable ? recentCommits(keys, known, request.id) : []) {
    const commit = await store.find(request.stream, recent);
    if (commit?.command === request.id) return firstAnswer(part, commit);
  }
  const before = request.actor.kind === 'process' ? await lookBack(store, known, request, lookedThrough) : undefined;
  part.lookedThrough = known.commit;
  return before && firstAnswer(part, before);
};

/** The result of all parts on the known states: commits to append in one transaction, or the answer of the first part that appends nothing. */
const decideAll = async (
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

const append = async ({ store }: Commanding, commits: readonly Commit[]): Promise<AppendedTogether> => {
  if (commits.length > 1) return store.appendTogether(commits);
  const appended = await store.append(commits[0]!);
  return appended.stored ? appended : { stored: false, winners: [appended.winner] };
};

/**
 * Handles commands of which all take effect or none: decides each on its known state, appends their commits on the condition that no other
 * came first, and after a lost race folds the winners and decides again. An answer that appends nothing is confirmed by a consistent read
 * first. All have the same id, which is looked up in the first stream.
 */
export const handleTogether = async (handlings: readonly [Handling, ...Handling[]]): Promise<CommandAnswer> => {
  const [{ commanding, request }] = handlings;
  const { clock, settings } = commanding;
  let already: Commit | undefined;
  const seen: Seen = (commits) => {
    already ??= commits.find(({ stream, command }) => stream === request.stream && command === request.id);
  };
  const parts = await Promise.all(handlings.map((handling) => begin(handling, seen)));
  const first = parts[0]!;
  for (let lost = 0, aged = 0; lost + aged < settings.tries; ) {
    for (const { commanding, known } of parts) commanding.cache.set(known);
    const repeated = await earlier(first, already);
    if (repeated) return repeated;
    const decided = await decideAll(parts);
    const open =
      'answer' in decided
        ? [decided.part].filter(({ confirmed }) => !confirmed)
        : parts.filter((part) => !isFresh(part.commanding, part.known));
    if ('answer' in decided && open.length === 0) return decided.answer;
    if ('answer' in decided || open.length > 0) {
      if (!('answer' in decided)) aged += 1;
      await Promise.all(open.map((part) => refresh(part, seen)));
      continue;
    }
    // Folded before they are stored: events that their own decider cannot fold would end the stream for good.
    const next = parts.map(({ commanding, known }) =>
      follow(
        commanding,
        known,
        decided.filter(({ stream }) => stream === known.stream),
      ),
    );
    const sentAt = clock.now();
    const appended = await append(commanding, decided);
    if (appended.stored) {
      for (const [i, { commanding }] of parts.entries()) commanding.cache.set({ ...next[i]!, readAt: sentAt });
      // Not beside the append: only its success tells that no other instance is about to save the same one.
      const due = parts.filter(({ known }) => snapshotDue(known, settings.snapshotBytes));
      await Promise.all(due.map(({ commanding, known }) => saveSnapshot(commanding, known)));
      return { outcome: 'committed', commit: decided[0]! };
    }
    const took = clock.now() - sentAt;
    lost += 1;
    seen(appended.winners);
    for (const part of parts) {
      const won = appended.winners.filter(({ stream }) => stream === part.request.stream);
      if (won.length === 0) continue;
      const { known } = part;
      part.known = await unlessBroken(
        () => ({ ...follow(part.commanding, known, won), readAt: sentAt }),
        () => loadAnew(part, seen),
      );
      part.confirmed = false;
    }
    if (lost === 1 || already) continue;
    await backOff(commanding, lost, took);
    await Promise.all(parts.map((part) => refresh(part, seen)));
  }
  return (await earlier(first, already)) ?? { outcome: 'contended', tries: settings.tries };
};

/** Handles one command, with one write when warm. */
export const handleCommand = (commanding: Commanding, request: CommandRequest): Promise<CommandAnswer> =>
  handleTogether([{ commanding, request }]);

/** The answer to a committed command: a function of the commit alone, so that a retry gets it byte for byte. */
export const committedAnswer = (commit: Commit) => {
  const before = versionBefore(commit);
  return {
    stream: commit.stream,
    version: commit.version,
    commit: commit.commit,
    events: commit.events.map(({ type }, i) => ({ type, version: before + i + 1 })),
  };
};
