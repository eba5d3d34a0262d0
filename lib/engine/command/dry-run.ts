import type { Commit } from '../../core/commit.ts';
import type { Sealing } from '../personal/ports.ts';
import { follow } from '../store/load.ts';
import { type Handling, withAlong } from './along.ts';
import { answersOf, appendedWith } from './atomic.ts';
import { decideAll } from './decide-all.ts';
import { guardedIn } from './facts.ts';
import { beginAll, earlier, namedIn, noting } from './part.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';
import { refresh } from './tracked.ts';

/** The commit that a command would make, or has made already under its id. */
type Tried = Readonly<{
  outcome: 'tried';
  commit: Commit;
  tookEffect: boolean;
  /** The stream's states before and after the commit; of a command that took effect earlier, the state now. */
  states: readonly unknown[];
}>;

export type DryRunAnswer = Tried | Exclude<CommandAnswer, { outcome: 'committed' }>;

/** Seals to nothing, and makes no key: an erased subject is still seen. */
const sealingNothing = ({ keys, box }: Sealing): Sealing => ({
  keys: {
    ...keys,
    publicHalf: async (subject) =>
      (await keys.existing(subject)) ?? { subject, version: 0, publicKey: new Uint8Array(), hashSecret: new Uint8Array(1) },
  },
  box: {
    ...box,
    seal: async (_, values) => ({ encapsulation: new Uint8Array(1), ciphertexts: values.map(() => new Uint8Array(1)) }),
  },
});

/** The same ports, of which none stores anything: loading a long stream would save snapshots. */
const withoutWrites = ({ personal, ...commanding }: Commanding): Commanding => ({
  ...commanding,
  ...(personal && { personal: sealingNothing(personal) }),
  snapshots: { ...commanding.snapshots, save: async () => {} },
  ...(commanding.others && {
    others: new Map([...commanding.others].map(([category, other]) => [category, withoutWrites(other)])),
  }),
});

type Failed = Exclude<CommandAnswer, { outcome: 'committed' | 'unchanged' }>;
type Triable = Extract<DryRunAnswer, { outcome: 'tried' | 'unchanged' }>;

/** What commands of which all take effect or none would come to: an answer to each; or the one that would not, by its place, with its answer. */
export type TriedAll = Readonly<{ answers: readonly Triable[] } | { at: number; answer: Failed }>;

/** Decides commands, each with what goes along with it, as if they were handled now, all or none, and appends nothing. */
export const dryRunAll = async (given: readonly [Handling, ...Handling[]]): Promise<TriedAll> => {
  const named = given.map((each): Handling => ({ ...each, commanding: withoutWrites(each.commanding) }));
  const handlings = named.flatMap(withAlong);
  const seen = noting(handlings.map(({ request }) => request));
  const basis = await beginAll(handlings, seen);
  // No append will confirm a cached state.
  const cached = [...basis.parts, ...basis.book.values(), ...guardedIn(basis.facts)].filter(({ confirmed }) => !confirmed);
  await Promise.all(cached.map((each) => refresh(each, seen)));
  const parts = namedIn(basis);
  const [{ commanding }] = given;
  const first = await earlier(basis, seen.already);
  if (first?.outcome === 'committed') {
    const streams = parts.map(({ request }) => request.stream);
    const then = await answersOf(commanding, streams, await appendedWith(commanding, first.commit, streams));
    const states = parts.map(({ known }) => [known.state]);
    return {
      answers: then.map((answer, i) =>
        answer.outcome === 'committed'
          ? { outcome: 'tried', commit: answer.commit, tookEffect: true, states: states[i]! }
          : answer,
      ),
    };
  }
  if (first) return { at: 0, answer: first as Failed };
  const decided = await decideAll(basis);
  if ('answer' in decided && decided.answer.outcome !== 'unchanged') {
    const until = basis.parts.slice(0, basis.parts.indexOf(decided.part) + 1);
    return { at: namedIn({ parts: until }).length - 1, answer: decided.answer as Failed };
  }
  const commits = 'answer' in decided ? [] : decided.commits;
  const { unchanged } = decided;
  return {
    answers: parts.map(({ known, request, commanding }): Triable => {
      const commit = commits.find(({ stream }) => stream === request.stream);
      if (!commit) return unchanged.find(({ stream }) => stream === request.stream)!;
      const after = follow(commanding, known, [commit]).state;
      return { outcome: 'tried', commit, tookEffect: false, states: [known.state, after] };
    }),
  };
};

/** Decides a command as if it were handled now, and appends nothing. */
export const dryRun = async (commanding: Commanding, request: CommandRequest): Promise<DryRunAnswer> => {
  const tried = await dryRunAll([{ commanding, request }]);
  return 'at' in tried ? tried.answer : tried.answers[0]!;
};
