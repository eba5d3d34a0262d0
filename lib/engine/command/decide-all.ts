import type { Commit } from '../../core/commit.ts';
import { latest } from '../instant.ts';
import { dynamoDb } from '../limits.ts';
import type { Unmoved } from '../ports.ts';
import type { Known } from '../store/known.ts';
import { follow } from '../store/load.ts';
import { itemSize, largestCommit, mostSize, sum } from '../store/size.ts';
import { withSiblings } from '../store/transaction.ts';
import { type Deciding, decideOn, refusedAlong, tooLargeOn } from './decide.ts';
import { givenFacts } from './facts.ts';
import type { Basis, Part } from './part.ts';
import type { CommandAnswer } from './request.ts';
import { sealing } from './sealing.ts';
import { decidedOn, type TagChanges, tagChanges } from './tags.ts';
import type { Tracked } from './tracked.ts';
import { type Held, reserving } from './unique.ts';

/** A command of a transaction that changes nothing: its stream as it was found. */
export type Unchanged = Extract<CommandAnswer, { outcome: 'unchanged' }>;

/** Commits to append in one transaction, if no stream in `unmoved` has moved. */
export type Decided = Readonly<{ commits: readonly Commit[]; unmoved: readonly Unmoved[]; unchanged: readonly Unchanged[] }>;

/** The answer of a part that appends nothing, and with it no other part does. */
export type Answered = Readonly<{ part: Part; answer: CommandAnswer; unchanged: readonly Unchanged[] }>;

const tooLarge = ({ request }: Part, { commits, unmoved }: Omit<Decided, 'unchanged'>) => {
  const limit = request.leavesNoTrace ? dynamoDb.itemBytes : largestCommit;
  const items = commits.length + unmoved.length;
  if (items <= dynamoDb.transactionItems && sum(commits.map(mostSize)) <= limit) return undefined;
  const sizes = commits.map((commit) => itemSize(commit));
  const size = sizes.find((each) => each > limit);
  if (size !== undefined) return { outcome: 'too-large', size, limit, unit: 'bytes' } as const;
  const { transactionBytes, transactionItems } = dynamoDb;
  if (sum(sizes) > transactionBytes)
    return { outcome: 'too-large', size: sum(sizes), limit: transactionBytes, unit: 'bytes' } as const;
  return items > transactionItems
    ? ({ outcome: 'too-large', size: items, limit: transactionItems, unit: 'streams' } as const)
    : undefined;
};

/** Each stream once. */
const onceEach = (unmoved: readonly Unmoved[]): readonly Unmoved[] => [
  ...new Map(unmoved.map((each) => [each.stream, each] as const)).values(),
];

/** The guarded facts of some commands. */
const unmovedFacts = (decidings: readonly Deciding[]): readonly Unmoved[] => decidings.flatMap(({ given }) => given.guarded);

const placeOf = ({ known: { stream, commit } }: Tracked): Unmoved => ({ stream, commit });

/** A commit that says on which other streams it was decided, beside its facts. */
const decidedOnToo = (commit: Commit, streams: readonly Unmoved[]): Commit =>
  streams.length === 0 ? commit : { ...commit, facts: onceEach([...(commit.facts ?? []), ...streams]) };

type Deciders = Readonly<{ basis: Basis; tags: TagChanges; states: Map<string, Known> }>;

const decidingOf = ({ basis: { facts }, tags, states }: Deciders, part: Part): Deciding => {
  const { commanding, known, request, unfit } = part;
  const [tagged, fromFacts] = [tags.given(commanding, request), givenFacts(part, facts, states)];
  const at = latest(tagged.at, fromFacts.at);
  return { commanding, known, request, given: { ...fromFacts, tags: tagged.states, at, ...(unfit && { unfit }) } };
};

/**
 * The trace that a process's command leaves where nothing takes effect. It rests on all that was decided, also on the streams of what goes along, which its
 * facts may name.
 */
const traceOf = ({ parts, book }: Basis, decidings: readonly Deciding[], trace: Commit): Decided => {
  const others = parts.slice(1).map(placeOf);
  const tags = parts.flatMap(({ commanding, request }) => decidedOn(book, commanding, request)).map(placeOf);
  const unmoved = onceEach([...others, ...tags, ...unmovedFacts(decidings)]);
  return { commits: [decidedOnToo(trace, others)], unmoved, unchanged: [] };
};

/** The result of a transaction that no store takes. */
const tooLargeFor = (part: Part, deciding: Deciding, problem: Parameters<typeof tooLargeOn>[1]): Decided | Answered => {
  const decision = tooLargeOn(deciding, problem);
  return 'answer' in decision
    ? { part, answer: decision.answer, unchanged: [] }
    : { commits: [decision.append], unmoved: unmovedFacts([deciding]), unchanged: [] };
};

/** The decisions of a transaction so far. */
type Made = { own: Commit[]; decidings: Deciding[]; unchanged: Unchanged[]; still: Part[] };

/** The transaction, once all parts are decided. */
const decidedFrom = ({ parts }: Basis, tags: TagChanges, { own, decidings, unchanged, still }: Made): Decided | Answered => {
  const [main, ...rest] = own;
  if (!main) return { part: still.findLast(({ request }) => !request.isAlong)!, answer: unchanged[0]!, unchanged };
  const tagged = tags.end(main);
  const decided = {
    commits: withSiblings([decidedOnToo(main, still.map(placeOf)), ...rest, ...tagged.commits]),
    unmoved: onceEach([...tagged.unmoved, ...unmovedFacts(decidings), ...still.map(placeOf)]),
    unchanged,
  };
  const problem = tooLarge(parts[0]!, decided);
  return problem ? tooLargeFor(parts[0]!, decidings[0]!, problem) : decided;
};

/**
 * The result of all parts on the known states: what to append, or the answer of the first part that appends nothing. Each is decided on what those before
 * it leave. Where a command changes nothing, nothing goes along with it; the others take effect, on the condition that its stream does not move.
 */
export const decideAll = async (basis: Basis): Promise<Decided | Answered> => {
  const { parts, book } = basis;
  const states = new Map(parts.map(({ known }) => [known.stream, known]));
  const deciders: Deciders = { basis, tags: tagChanges(book), states };
  const { tags } = deciders;
  const held: Held = new Map();
  const made: Made = { own: [], decidings: [], unchanged: [], still: [] };
  let isStill = false;
  for (const part of parts) {
    const { commanding, known, request } = part;
    if (request.isAlong && isStill) {
      made.still.push(part);
      continue;
    }
    const deciding = decidingOf(deciders, part);
    made.decidings.push(deciding);
    const decision = await reserving(deciding, await sealing(deciding, decideOn(deciding)), held);
    if ('append' in decision) {
      const [main] = decision.append;
      made.own.push(...decision.append);
      await tags.add(commanding, main);
      if (main.events.length === 0 && parts.length > 1) return traceOf(basis, made.decidings, main);
      if (!request.isAlong) isStill = false;
      if (parts.length > 1) states.set(known.stream, follow(commanding, known, [main]));
      continue;
    }
    const { answer } = decision;
    if (answer.outcome === 'unchanged') {
      made.unchanged.push(answer);
      made.still.push(part);
      if (!request.isAlong) isStill = true;
      continue;
    }
    const main = made.decidings[0]!;
    const refused = request.isAlong ? refusedAlong(main, answer, known.stream) : { answer };
    return 'answer' in refused ? { part, answer: refused.answer, unchanged: [] } : traceOf(basis, made.decidings, refused.append);
  }
  return decidedFrom(basis, tags, made);
};
