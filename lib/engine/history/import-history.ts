import type { Commit } from '../../core/commit.ts';
import { boundedCache } from '../bounded-cache.ts';
import { dynamoDb } from '../limits.ts';
import type { Keys, Store } from '../ports.ts';
import { type ChainEnd, chainEnd, chainStart, commitHash } from '../store/known.ts';
import { isPurged } from '../store/purged.ts';
import { itemSize } from '../store/size.ts';
import { complete, type ImportLine } from './import-line.ts';
import { type importSealing, isToSeal } from './import-seal.ts';
import { turns } from './turns.ts';

export type Importing = Readonly<{
  store: Store;
  keys: Pick<Keys, 'hash'>;
  /** The mark of every imported commit. */
  mark: string;
  /** What plain values in the place of personal ones are sealed with. */
  sealing?: ReturnType<typeof importSealing>;
}>;

/** A stream that cannot be imported any further, and the first commit of it that does not fit. */
type Refusal = Readonly<{ stream: string; commit: number; reason: string }>;

export type Imported = Readonly<{
  written: number;
  skipped: number;
  /** Lines: that one and all that follow it in its stream. */
  refused: number;
  refusals: readonly Refusal[];
  /** The streams of which every line is there now. */
  streams: readonly string[];
}>;

type Went = Readonly<{ last: ChainEnd; did: 'written' | 'skipped' } | { refused: string }>;

const atOnce = 64;
const mostWaiting = 500;
/** The number of streams whose next stored commits are known at a time, and how many of them: enough to skip existing commits cheaply. */
const mostAhead = 256;
const aheadLimit = 50;

/** The position of a stream: its beginning, or behind a commit that exists. */
const begin = async ({ store, keys }: Importing, { stream, commit = 1 }: ImportLine): Promise<ChainEnd | undefined> => {
  if (commit === 1) return chainStart;
  const before = await store.find(stream, commit - 1);
  return before && chainEnd(keys, before);
};

/** The commits that some streams have already, behind the last checked one. */
const lookAhead = (store: Pick<Store, 'read'>) => {
  const known = boundedCache<Map<number, Commit>>(mostAhead);
  return {
    find: (stream: string, commit: number): Commit | undefined => {
      const found = known.get(stream)?.get(commit);
      known.get(stream)?.delete(commit);
      return found;
    },
    read: async (stream: string, from: number): Promise<void> => {
      const { commits } = await store.read(stream, { from, limit: aheadLimit });
      known.set(stream, new Map(commits.map((commit) => [commit.commit, commit])), 1);
    },
  };
};

type LookAhead = ReturnType<typeof lookAhead>;

const closed = 'the stream was purged, and takes nothing again';
const forked = 'another commit is there: the histories have forked';

/** One line with plain values, which are sealed. Each sealing is another one, so that the commit that is there is compared by its values' hashes. */
const importPlain = async ({ store, keys, mark, sealing }: Importing, ahead: LookAhead, commit: Commit): Promise<Went> => {
  if (!sealing) throw new Error(`${commit.stream}: an import without keys was given plain values to seal.`);
  const compared = async (there: Commit): Promise<Went> => {
    if (isPurged(there)) return { refused: closed };
    if (isPurged(there)) return { refused: closed };
    if (!(await sealing.isSame(commit, there))) return { refused: forked };
    return { last: chainEnd(keys, there), did: there.imported === mark ? 'written' : 'skipped' };
  };
  const there = ahead.find(commit.stream, commit.commit) ?? (await store.find(commit.stream, commit.commit));
  if (there) return compared(there);
  const made = await sealing.seal(commit);
  if ('erased' in made) return { refused: `it has personal values of ${made.erased}, who is erased: nothing brings them back` };
  if (itemSize(made.commit) > dynamoDb.itemBytes)
    return { refused: `it has over ${dynamoDb.itemBytes} bytes once its values are sealed, which no item may have` };
  const appended = await store.append(made.commit);
  return appended.stored ? { last: chainEnd(keys, made.commit), did: 'written' } : compared(appended.winner);
};

/** One line: put where there is nothing yet, passed over where the same is there. Never over anything else. */
const importLine = async (importing: Importing, ahead: LookAhead, last: ChainEnd, line: ImportLine): Promise<Went> => {
  const { store, keys, mark } = importing;
  const completed = complete(line, last, mark);
  if ('fault' in completed) return { refused: completed.fault };
  const { commit } = completed;
  if (isToSeal(commit)) return importPlain(importing, ahead, commit);
  const next = chainEnd(keys, commit);
  const there = ahead.find(commit.stream, commit.commit);
  const appended = there ? { stored: false as const, winner: there } : await store.append(commit);
  if (appended.stored) return { last: next, did: 'written' };
  if (isPurged(appended.winner)) return { refused: closed };
  if (commitHash(keys, appended.winner) !== next.hash) return { refused: forked };
  if (there) return { last: next, did: 'skipped' };
  // An acknowledgement that got lost looks like a commit that was there before.
  if (appended.winner.imported === mark) return { last: next, did: 'written' };
  await ahead.read(commit.stream, commit.commit + 1);
  return { last: next, did: 'skipped' };
};

/**
 * Imports lines from some sources at once, each stream's in order, many streams at the same time. A stream is in one source. What does not fit
 * stops its own stream alone. Done again, it writes nothing.
 */
export const importHistory = async (
  importing: Importing,
  sources: readonly AsyncIterable<ImportLine>[],
  seen: (lines: number) => void = () => {},
): Promise<Imported> => {
  const streams = new Map<string, ChainEnd | 'refused'>();
  const counts = { written: 0, skipped: 0, refused: 0 };
  const refusals: Refusal[] = [];
  const ahead = lookAhead(importing.store);
  const { take, ended } = turns({ atOnce, mostWaiting });

  const refuse = (line: ImportLine, reason: string, last = 0) => {
    streams.set(line.stream, 'refused');
    counts.refused += 1;
    refusals.push({ stream: line.stream, commit: line.commit ?? last + 1, reason });
  };
  const one = async (line: ImportLine): Promise<void> => {
    const known = streams.get(line.stream);
    if (known === 'refused') {
      counts.refused += 1;
      return;
    }
    const last = known ?? (await begin(importing, line));
    if (!last) return refuse(line, `commit ${(line.commit ?? 1) - 1} is missing before it`);
    const went = await importLine(importing, ahead, last, line);
    if ('refused' in went) return refuse(line, went.refused, last.commit);
    streams.set(line.stream, went.last);
    counts[went.did] += 1;
  };

  await Promise.all(
    sources.map(async (source) => {
      for await (const line of source) {
        await take(line.stream, () => one(line));
        seen(counts.written + counts.skipped + counts.refused);
      }
    }),
  );
  await ended();
  const whole = [...streams].flatMap(([stream, going]) => (going === 'refused' ? [] : [stream]));
  return { ...counts, refusals, streams: whole };
};
