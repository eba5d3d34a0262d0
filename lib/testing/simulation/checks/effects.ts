import { isDeepStrictEqual } from 'node:util';
import type { Commit } from '../../../core/commit.ts';
import { type EffectEvent, performanceEvents } from '../../../core/effect/events.ts';
import type { DataOf } from '../../../core/message.ts';
import { parseStream } from '../../../core/stream.ts';
import type { Work } from '../world/provider.ts';
import type { PastOfInstance } from './instance.ts';

type Of<T extends EffectEvent['type']> = DataOf<EffectEvent, T>;

/** The bookkeeping of one performance, done independently of the engine's decider. */
type Book = {
  round: number;
  open: boolean;
  /** The process has been told the outcome of this round. */
  told: boolean;
  attempts: number;
  key?: string;
  until?: string | undefined;
  answers: { attempt: number; answer?: unknown; reason?: string; byHand: boolean }[];
};

const tellOnce = (book: Book, { round }: Readonly<{ round: number }>): string | undefined => {
  if (round !== book.round) return `tells the outcome of round ${round} in round ${book.round}`;
  if (book.told) return `tells the outcome of round ${round} twice`;
  book.told = true;
  book.open = false;
  return undefined;
};

const rules: { readonly [T in EffectEvent['type']]: (book: Book, data: Of<T>, at: string) => string | undefined } = {
  EffectRequested: (book, { round }) => {
    if (round !== book.round + 1) return `is asked for in round ${round} after ${book.round}`;
    if (book.round > 0 && !book.told) return 'is asked for again before its outcome';
    Object.assign(book, { round, open: true, told: false });
    return undefined;
  },
  EffectTried: (book, { attempt, key, until }, at) => {
    if (!book.open) return 'is tried after its outcome';
    if (attempt !== book.attempts + 1) return `has the try ${attempt} after ${book.attempts}`;
    if (book.until !== undefined && book.until > at) return `has the try ${attempt} beside the one before`;
    if (book.key !== undefined && book.key !== key) return `has another key in try ${attempt} than before`;
    Object.assign(book, { attempts: attempt, key, until });
    return undefined;
  },
  EffectFailed: (book, { attempt }) => {
    book.until = undefined;
    return attempt === book.attempts ? undefined : `has a failure of try ${attempt}, and ${book.attempts} runs`;
  },
  EffectAnswered: (book, data) => {
    book.answers.push({ attempt: data.attempt, answer: data.answer.data, byHand: data.byHand !== undefined });
    book.until = undefined;
    return tellOnce(book, data);
  },
  EffectRefused: (book, data) => {
    book.answers.push({ attempt: data.attempt, reason: data.reason, byHand: data.byHand !== undefined });
    book.until = undefined;
    return tellOnce(book, data);
  },
  EffectTimedOut: (book, data) => tellOnce(book, data),
  EffectAnsweredLate: (book, { attempt, outcome, byHand }) => {
    if (!book.told) return 'has a late outcome before any other';
    book.open = false;
    const of = { attempt, byHand: byHand !== undefined };
    book.answers.push('answer' in outcome ? { ...of, answer: outcome.answer.data } : { ...of, reason: outcome.reason });
    return undefined;
  },
  EffectRetried: (book) => {
    book.open = true;
    return undefined;
  },
  EffectGivenUp: (book) => {
    book.open = false;
    return book.told ? undefined : 'is given up without a word to its process';
  },
};

const pastOf = (stream: string, commits: readonly Commit[]): Book | string => {
  const book: Book = { round: 0, open: false, told: false, attempts: 0, answers: [] };
  for (const commit of commits)
    for (const { type, data } of performanceEvents(commit)) {
      const fault = rules[type](book, data as never, commit.at);
      if (fault !== undefined) return `${stream} ${commit.commit}: it ${fault}`;
    }
  return book;
};

/** An outcome that no operator gave is the one that the provider has for the key. */
const answersFault = (stream: string, { answers }: Book, work: Work | undefined): string | undefined => {
  for (const { answer, reason, byHand } of answers) {
    if (byHand) continue;
    if (!work) return `${stream} has an outcome, and its provider did nothing`;
    const right = 'done' in work.outcome ? isDeepStrictEqual(answer, work.outcome.done) : reason === work.outcome.refused;
    if (!right) return `${stream} has another outcome than its provider`;
  }
  return undefined;
};

type AtRest = Readonly<{
  streams: ReadonlyMap<string, readonly Commit[]>;
  categories: ReadonlySet<string>;
  instances: ReadonlyMap<string, PastOfInstance>;
  work: readonly Work[];
  /** The keys of performances in a history that was set back, by their streams. */
  keysBefore: ReadonlyMap<string, string>;
  count: (what: string) => void;
}>;

/**
 * The faults of all performances at rest: each was done once at most, under one key; none is forgotten; its process knows what it was told; and
 * providers did nothing that nobody asked for. After a restore a performance has the key that it had before, whatever was lost of it.
 */
export const effectsFault = ({ streams, categories, instances, work, keysBefore, count }: AtRest): string | undefined => {
  const byKey = new Map(work.map((each) => [each.key, each]));
  const asked = new Set(keysBefore.values());
  for (const [stream, commits] of streams) {
    if (!categories.has(parseStream(stream)?.category ?? '')) continue;
    const past = pastOf(stream, commits);
    if (typeof past === 'string') return past;
    const before = keysBefore.get(stream);
    if (past.key !== undefined && before !== undefined && past.key !== before)
      return `${stream} has another key than before the restore`;
    if (past.key !== undefined) asked.add(past.key);
    if (commits[0]?.imported !== undefined) {
      if (commits.some(({ imported }) => imported === undefined)) return `${stream} was imported, and performed again`;
      continue;
    }
    if (past.open) return `${stream} is forgotten: it has no outcome`;
    const fault = answersFault(stream, past, past.key === undefined ? undefined : byKey.get(past.key));
    if (fault !== undefined) return fault;
    const last = performanceEvents(commits.at(-1)!).at(-1)?.type;
    count(`performances ${last}`);
    const first = performanceEvents(commits[0]!)[0];
    if (first?.type !== 'EffectRequested') return `${stream} begins with ${first?.type}`;
    const { instance, number } = first.data;
    const send = instances.get(instance)?.sends.get(number);
    if (send && past.told && !send.told.some(({ attempt }) => attempt === past.round))
      return `${instance} was never told the outcome of ${stream}`;
  }
  const unasked = work.find(({ key }) => !asked.has(key));
  return unasked && `a provider did ${JSON.stringify(unasked.input)} under a key that is in no history`;
};
