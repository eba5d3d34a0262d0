import type { Commit } from '../../core/commit.ts';
import { recentCommits } from '../store/known.ts';
import type { Handling } from './along.ts';
import { maySend } from './decide.ts';
import { beginFacts, type FactParts } from './facts.ts';
import { lookBack } from './look-back.ts';
import type { CommandAnswer, CommandRequest } from './request.ts';
import { enterNamed, type TagBook } from './tags.ts';
import { begin, type Seen, type Tracked } from './tracked.ts';

/** One stream's part in a command: the stream as it is known, and the commit up to which it was searched for the command's id. */
export type Part = Handling & Tracked & { lookedThrough: number };

/** True if a commit is of this very command, and not of another one under its id. */
const isOf = ({ digest }: Pick<Commit, 'digest'>, request: CommandRequest): boolean =>
  digest === request.digest || (digest !== undefined && request.otherDigests?.includes(digest) === true);

/**
 * The answer to a command that has already taken effect, as far as the caller may know it. Who may not send the command at all is not told that its
 * id was used: undefined leaves it to the decision to say so, on a state that is confirmed.
 */
const firstAnswer = ({ commanding: { decider }, request, known }: Part, commit: Commit): CommandAnswer | undefined => {
  if (isOf(commit, request)) return { outcome: 'committed', commit };
  return maySend(decider, known.state, request) ? { outcome: 'id-reused' } : undefined;
};

/** Reads the stream of a command and those of the tags that it names. */
const beginPart = async (handling: Handling, book: TagBook, seen: Seen): Promise<Part> => {
  const [tracked] = await Promise.all([begin(handling, seen), enterNamed(book, handling.commanding, handling.request)]);
  return { ...tracked, lookedThrough: 0 };
};

/** All that the commands of a transaction are decided on. */
export type Basis = Readonly<{ parts: readonly Part[]; book: TagBook; facts: FactParts }>;

export const beginAll = async (handlings: readonly Handling[], seen: Seen): Promise<Basis> => {
  const book: TagBook = new Map();
  const [parts, facts] = await Promise.all([
    Promise.all(handlings.map((handling) => beginPart(handling, book, seen))),
    beginFacts(handlings, new Set(handlings.map(({ request }) => request.stream))),
  ]);
  return { parts, book, facts };
};

/** True for an id that follows from what caused the command: from a process's decision, or from an event of a provider. */
const isDerived = ({ actor: { kind } }: CommandRequest): boolean => kind === 'process' || kind === 'hook';

/** The first answer, if a command is found to have taken effect before, in its own stream. */
const earlierIn = async (part: Part, already?: Commit): Promise<CommandAnswer | undefined> => {
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

/** The parts that a caller has named: what goes along with one of them leaves the id to it. */
export const namedIn = ({ parts }: Pick<Basis, 'parts'>): readonly Part[] => parts.filter(({ request }) => !request.isAlong);

/**
 * The first answer, if commands are found to have taken effect before. A command's id is looked up in its own stream. Of several that a caller has named
 * together, the first one may have changed nothing: then any of the others tells, if it came from the same request.
 */
export const earlier = async (basis: Pick<Basis, 'parts'>, already: Commit | undefined): Promise<CommandAnswer | undefined> => {
  const [first, ...others] = namedIn(basis);
  const found = await earlierIn(first!, already);
  if (found) return found;
  for (const part of others) {
    const answer = await earlierIn(part);
    if (answer?.outcome === 'committed') return answer;
  }
  return undefined;
};

/** Notes the commit of a command that took effect before, among commits that were read. All of the requests have the same id. */
export const noting = (requests: readonly CommandRequest[]): Seen & { already?: Commit } => {
  const [{ stream: own, id }] = requests as readonly [CommandRequest];
  const named = new Map(requests.flatMap((request) => (request.isAlong ? [] : [[request.stream, request] as const])));
  const seen: Seen & { already?: Commit } = (commits) => {
    seen.already ??= commits.find(({ stream, command, digest }) => {
      if (command !== id) return false;
      const request = named.get(stream);
      return request !== undefined && (stream === own || (digest !== undefined && isOf({ digest }, request)));
    });
  };
  return seen;
};
