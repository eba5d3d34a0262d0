import type { Commit } from '../../core/commit.ts';
import { latest } from '../instant.ts';
import { dynamoDb } from '../limits.ts';
import type { Unmoved } from '../ports.ts';
import { recentCommits } from '../store/known.ts';
import { itemSize, largestCommit, sum } from '../store/size.ts';
import { withSiblings } from '../store/transaction.ts';
import { type Deciding, decideOn, maySend, tooLargeOn } from './decide.ts';
import { beginFacts, type FactParts, givenFacts } from './facts.ts';
import { lookBack } from './look-back.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';
import { sealing } from './sealing.ts';
import { enterNamed, type TagBook, tagChanges } from './tags.ts';
import { begin, type Seen, type Tracked } from './tracked.ts';
import { reserving } from './unique.ts';

/** One command on its way, and what its aggregate is handled with. */
export type Handling = Readonly<{ commanding: Commanding; request: CommandRequest }>;

/** One stream's part in a command: the stream as it is known, and the commit up to which it was searched for the command's id. */
export type Part = Handling & Tracked & { lookedThrough: number };

/**
 * The answer to a command that has already taken effect, as far as the caller may know it. Who may not send the command at all is not told that its
 * id was used: undefined leaves it to the decision to say so, on a state that is confirmed.
 */
const firstAnswer = ({ commanding: { decider }, request, known }: Part, commit: Commit): CommandAnswer | undefined => {
  if (commit.digest === request.digest) return { outcome: 'committed', commit };
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

/** Commits to append in one transaction, if no stream in `unmoved` has moved. */
export type Decided = Readonly<{ commits: readonly Commit[]; unmoved: readonly Unmoved[] }>;

const tooLarge = ({ request }: Part, { commits, unmoved }: Decided) => {
  const limit = request.leavesNoTrace ? dynamoDb.itemBytes : largestCommit;
  const sizes = commits.map((commit) => itemSize(commit));
  const size = sizes.find((each) => each > limit);
  if (size !== undefined) return { outcome: 'too-large', size, limit, unit: 'bytes' } as const;
  const { transactionBytes, transactionItems } = dynamoDb;
  if (sum(sizes) > transactionBytes)
    return { outcome: 'too-large', size: sum(sizes), limit: transactionBytes, unit: 'bytes' } as const;
  const items = commits.length + unmoved.length;
  return items > transactionItems
    ? ({ outcome: 'too-large', size: items, limit: transactionItems, unit: 'streams' } as const)
    : undefined;
};

/** The guarded facts of some commands, each stream once. */
const unmovedFacts = (decidings: readonly Deciding[]): readonly Unmoved[] => [
  ...new Map(decidings.flatMap(({ given }) => given.guarded.map((each) => [each.stream, each] as const))).values(),
];

/** The result of all parts on the known states: what to append, or the answer of the first part that appends nothing. */
export const decideAll = async ({
  parts,
  book,
  facts,
}: Basis): Promise<Decided | Readonly<{ part: Part; answer: CommandAnswer }>> => {
  const own: Commit[] = [];
  const tags = tagChanges(book);
  const states = new Map(parts.map(({ known }) => [known.stream, known]));
  const decidings: Deciding[] = [];
  for (const part of parts) {
    const { commanding, known, request } = part;
    const [tagged, fromFacts] = [tags.given(commanding, request), givenFacts(part, facts, states)];
    const given = { ...fromFacts, tags: tagged.states, at: latest(tagged.at, fromFacts.at) };
    const deciding = { commanding, known, request, given };
    decidings.push(deciding);
    const decision = await reserving(deciding, await sealing(deciding, decideOn(deciding)));
    if ('answer' in decision) return { part, answer: decision.answer };
    own.push(...decision.append);
    await tags.add(commanding, decision.append[0]);
  }
  const part = parts[0]!;
  const tagged = tags.end(own[0]!);
  const decided = {
    commits: withSiblings([...own, ...tagged.commits]),
    unmoved: [...tagged.unmoved, ...unmovedFacts(decidings)],
  };
  const problem = tooLarge(part, decided);
  if (!problem) return decided;
  const decision = tooLargeOn(decidings[0]!, problem);
  return 'answer' in decision
    ? { part, answer: decision.answer }
    : { commits: [decision.append], unmoved: unmovedFacts(decidings.slice(0, 1)) };
};
