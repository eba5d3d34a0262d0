import { type Commit, versionBefore } from '../../core/commit.ts';
import { isFresh } from '../bounded-cache.ts';
import type { AppendedTogether } from '../ports.ts';
import { type Known, snapshotDue } from '../store/known.ts';
import { follow, saveSnapshot, unlessBroken } from '../store/load.ts';
import { allWithAlong, type Handling } from './along.ts';
import { type Decided, decideAll, type Unchanged } from './decide-all.ts';
import { factStreams, guardedIn } from './facts.ts';
import { type Basis, beginAll, earlier, noting, type Part } from './part.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';
import { decidedOn } from './tags.ts';
import { confirmTogether, loadAnew, NotNew, refresh, type Seen, type Tracked } from './tracked.ts';

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

/** The streams that the answer of a part depends on: its own and those of the parts before it, with their tags and guarded facts. */
const dependsOn = (part: Part, { parts, book, facts }: Basis): readonly Tracked[] => {
  const decided = parts.slice(0, parts.indexOf(part) + 1);
  const guarded = new Set(
    decided.flatMap((each) => [...factStreams(each).values()].flatMap(({ stream, isGuarded }) => (isGuarded ? [stream] : []))),
  );
  return [
    ...new Set([
      ...decided,
      ...decided.flatMap(({ commanding, request }) => decidedOn(book, commanding, request)),
      ...[...parts, ...guardedIn(facts)].filter(({ request }) => guarded.has(request.stream)),
    ]),
  ];
};

/** Keeps the states after a successful append, whose conditions have confirmed them. */
const keep = async ({ settings }: Commanding, next: readonly Next[], { commits, unmoved }: Decided, sentAt: number) => {
  const conditions = new Set([...commits, ...unmoved].map(({ stream }) => stream));
  for (const { commanding, known } of next) if (conditions.has(known.stream)) commanding.cache.set({ ...known, readAt: sentAt });
  // Not beside the append: only its success tells that no other instance is about to save the same one.
  const due = next.filter(({ known, before }) => known !== before && snapshotDue(before, settings.snapshotBytes));
  await Promise.all(due.map(({ commanding, before }) => saveSnapshot(commanding, before)));
};

type Next = Readonly<{ commanding: Commanding; before: Known; known: Known }>;

/** What became of a transaction: the answer, of which part it is, what was appended now, and the commands that change nothing where all of them do not. */
export type Settled = Readonly<{
  answer: CommandAnswer;
  stream: string;
  appended?: readonly Commit[];
  unchanged: readonly Unchanged[];
}>;

/**
 * Handles commands of which all take effect or none: decides each on its known state, its tags and its facts, appends their commits on the condition
 * that none of these has moved, and after a lost race folds the winners and decides again. An answer that appends nothing is confirmed by consistent reads
 * first. All have the same id.
 */
export const settle = async (handlings: readonly [Handling, ...Handling[]]): Promise<Settled> => {
  const [{ commanding, request }] = handlings;
  const { clock, settings } = commanding;
  const seen = noting(handlings.map((each) => each.request));
  const basis = await beginAll(handlings, seen);
  const tracked = (): readonly Tracked[] => [...basis.parts, ...basis.book.values(), ...guardedIn(basis.facts)];
  const refreshAll = (some: readonly Tracked[]) => Promise.all(some.map((each) => refresh(each, seen)));
  const { stream } = request;
  for (let lost = 0, aged = 0; lost + aged < settings.tries; ) {
    for (const { commanding, known } of tracked()) commanding.cache.set(known);
    if (request.isNew && basis.parts[0]!.known.commit > 0) throw new NotNew(`${stream} is not new.`);
    const repeated = await earlier(basis, seen.already);
    if (repeated) return { answer: repeated, stream, unchanged: [] };
    const decided = await decideAll(basis);
    if ('answer' in decided) {
      const streams = dependsOn(decided.part, basis);
      if (await confirmTogether(streams, seen)) {
        const { part, answer, unchanged } = decided;
        return { answer, stream: part.request.stream, unchanged };
      }
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
      await keep(commanding, next, decided, sentAt);
      return { answer: { outcome: 'committed', commit: decided.commits[0]! }, stream, appended: decided.commits, unchanged: [] };
    }
    const took = clock.now() - sentAt;
    lost += 1;
    seen(appended.winners);
    for (const each of tracked()) await foldWinners(each, appended.winners, sentAt, seen);
    if (lost === 1 || seen.already) continue;
    await backOff(commanding, lost, took);
    await refreshAll(tracked());
  }
  return {
    answer: (await earlier(basis, seen.already)) ?? { outcome: 'contended', tries: settings.tries },
    stream,
    unchanged: [],
  };
};

/** Handles commands of which all take effect or none, with what goes along with each. */
export const handleTogether = async (handlings: readonly [Handling, ...Handling[]]): Promise<CommandAnswer> => {
  const { answer } = await settle(allWithAlong(handlings));
  return answer;
};

/** Handles one command, and what goes along with it; alone, with one write when warm. */
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
