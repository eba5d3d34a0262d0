import { type Commit, versionBefore } from '../../core/commit.ts';
import type { AppendedTogether } from '../ports.ts';
import { snapshotDue } from '../store/known.ts';
import { follow, saveSnapshot, unlessBroken } from '../store/load.ts';
import { isFresh } from './cache.ts';
import { factStreams, guardedIn } from './facts.ts';
import { type Basis, beginAll, type Decided, decideAll, earlier, type Handling, type Part } from './part.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';
import { decidedOn } from './tags.ts';
import { confirmTogether, loadAnew, refresh, type Seen, type Tracked } from './tracked.ts';

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

const append = async ({ store }: Commanding, { commits, unmoved }: Decided): Promise<AppendedTogether> => {
  if (commits.length + unmoved.length > 1) return store.appendTogether(commits, unmoved);
  const appended = await store.append(commits[0]!);
  return appended.stored ? appended : { stored: false, winners: [appended.winner] };
};

/** Folds what an append was lost to. */
const foldWinners = async (tracked: Tracked, winners: readonly Commit[], readAt: number, seen: Seen): Promise<void> => {
  const won = winners.filter(({ stream }) => stream === tracked.request.stream);
  if (won.length === 0) return;
  const { known, commanding } = tracked;
  tracked.known = await unlessBroken(
    () => ({ ...follow(commanding, known, won), readAt }),
    () => loadAnew(tracked, seen),
  );
  tracked.confirmed = false;
};

/** The streams that the answer of a part depends on. */
const dependsOn = (part: Part, { parts, book, facts }: Basis): readonly Tracked[] => {
  const named = factStreams(part);
  const guarded = [...parts, ...guardedIn(facts)].filter(
    (each) => each !== part && named.get(each.request.stream)?.isGuarded === true,
  );
  return [part, ...decidedOn(book, part.commanding, part.request), ...guarded];
};

/**
 * Handles commands of which all take effect or none: decides each on its known state, its tags and its facts, appends their commits on the condition
 * that none of these has moved, and after a lost race folds the winners and decides again. An answer that appends nothing is confirmed by a consistent read
 * first. All have the same id, which is looked up in the first stream.
 */
export const handleTogether = async (handlings: readonly [Handling, ...Handling[]]): Promise<CommandAnswer> => {
  const [{ commanding, request }] = handlings;
  const { clock, settings } = commanding;
  let already: Commit | undefined;
  const seen: Seen = (commits) => {
    already ??= commits.find(({ stream, command }) => stream === request.stream && command === request.id);
  };
  const basis = await beginAll(handlings, seen);
  const first = basis.parts[0]!;
  const tracked = (): readonly Tracked[] => [...basis.parts, ...basis.book.values(), ...guardedIn(basis.facts)];
  /** Only commits of the first stream tell whether the command took effect before. */
  const refreshAll = (some: readonly Tracked[]) => Promise.all(some.map((each) => refresh(each, seen)));
  for (let lost = 0, aged = 0; lost + aged < settings.tries; ) {
    for (const { commanding, known } of tracked()) commanding.cache.set(known);
    const repeated = await earlier(first, already);
    if (repeated) return repeated;
    const decided = await decideAll(basis);
    if ('answer' in decided) {
      const streams = dependsOn(decided.part, basis);
      if (await confirmTogether(streams, seen)) return decided.answer;
      // A single stream that has been read again needs no further confirmation, so that it cannot go on for ever.
      if (streams.length > 1) aged += 1;
      continue;
    }
    const old = tracked().filter((each) => !isFresh(each.commanding, each.known));
    if (old.length > 0) {
      aged += 1;
      await refreshAll(old);
      continue;
    }
    // Folded before they are stored: events that their own decider cannot fold would end the stream for good.
    const next = tracked().map(({ commanding, known: before }) => {
      const own = decided.commits.filter(({ stream }) => stream === before.stream);
      return { commanding, before, known: follow(commanding, before, own) };
    });
    const sentAt = clock.now();
    const appended = await append(commanding, decided);
    if (appended.stored) {
      const conditions = new Set([...decided.commits, ...decided.unmoved].map(({ stream }) => stream));
      for (const { commanding, known } of next.filter(({ known }) => conditions.has(known.stream)))
        commanding.cache.set({ ...known, readAt: sentAt });
      // Not beside the append: only its success tells that no other instance is about to save the same one.
      const due = next.filter(({ known, before }) => known !== before && snapshotDue(before, settings.snapshotBytes));
      await Promise.all(due.map(({ commanding, before }) => saveSnapshot(commanding, before)));
      return { outcome: 'committed', commit: decided.commits[0]! };
    }
    const took = clock.now() - sentAt;
    lost += 1;
    seen(appended.winners);
    for (const each of tracked()) await foldWinners(each, appended.winners, sentAt, seen);
    if (lost === 1 || already) continue;
    await backOff(commanding, lost, took);
    await refreshAll(tracked());
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
