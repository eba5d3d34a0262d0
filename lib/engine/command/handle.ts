import { type Commit, versionBefore } from '../../core/commit.ts';
import type { AppendedTogether } from '../ports.ts';
import { snapshotDue } from '../store/known.ts';
import { follow, saveSnapshot, unlessBroken } from '../store/load.ts';
import { isFresh } from './cache.ts';
import { begin, decideAll, earlier, type Handling, loadAnew, refresh, type Seen } from './part.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';

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

const append = async ({ store }: Commanding, commits: readonly Commit[]): Promise<AppendedTogether> => {
  if (commits.length > 1) return store.appendTogether(commits, []);
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
