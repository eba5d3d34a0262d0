import type { Commit } from '../../core/commit.ts';
import { allWithAlong, type Handling, withAlong } from './along.ts';
import type { Unchanged } from './decide-all.ts';
import { settle } from './handle.ts';
import type { CommandAnswer, Commanding } from './request.ts';

/** The answer to one of several commands that took effect together. */
export type AtomicAnswer = Extract<CommandAnswer, { outcome: 'committed' | 'unchanged' }>;

/** What became of commands of which all take effect or none: an answer to each; or the one that did not, by its place, with its answer. */
export type AllOrNone = Readonly<
  { answers: readonly AtomicAnswer[] } | { at: number; answer: Exclude<CommandAnswer, { outcome: 'committed' | 'unchanged' }> }
>;

/** The first streams that commands and what goes along with them name twice, with the place of the second one. */
export const namedTwice = (handlings: readonly Handling[]): Readonly<{ at: number; stream: string }> | undefined => {
  const streams = new Set<string>();
  for (const [at, handling] of handlings.entries())
    for (const { request } of withAlong(handling)) {
      if (streams.has(request.stream)) return { at, stream: request.stream };
      streams.add(request.stream);
    }
  return undefined;
};

/** The commits that were appended with one, itself among them. */
export const appendedWith = async (
  { store }: Commanding,
  commit: Commit,
  streams: readonly string[],
): Promise<readonly Commit[]> => {
  const others = (commit.siblings ?? []).filter(({ stream }) => streams.includes(stream));
  const found = await Promise.all(others.map(({ stream, commit: number }) => store.find(stream, number)));
  return [commit, ...found.filter((each) => each !== undefined)];
};

/** A command that changed nothing when it was decided, as the commits that were appended with it say. */
const unchangedThen = async ({ store }: Commanding, stream: string, commits: readonly Commit[]): Promise<Unchanged> => {
  const commit = commits.flatMap(({ facts = [] }) => facts).find((fact) => fact.stream === stream)?.commit ?? 0;
  const version = commit === 0 ? 0 : ((await store.find(stream, commit))?.version ?? 0);
  return { outcome: 'unchanged', stream, version, commit: version === 0 ? 0 : commit };
};

/** The answers to the commands of some streams, by what was appended for all of them. */
export const answersOf = (
  commanding: Commanding,
  streams: readonly string[],
  commits: readonly Commit[],
): Promise<readonly AtomicAnswer[]> =>
  Promise.all(
    streams.map(async (own): Promise<AtomicAnswer> => {
      const commit = commits.find((each) => each.stream === own);
      return commit ? { outcome: 'committed', commit } : unchangedThen(commanding, own, commits);
    }),
  );

/** Handles commands, each with what goes along with it, of which all take effect or none. A repeat is answered as the first time. */
export const handleAllOrNone = async (handlings: readonly [Handling, ...Handling[]]): Promise<AllOrNone> => {
  const [{ commanding }] = handlings;
  const { answer, stream, appended, unchanged } = await settle(allWithAlong(handlings));
  if (answer.outcome === 'unchanged') return { answers: unchanged };
  if (answer.outcome !== 'committed') {
    const at = handlings.findIndex((each) => withAlong(each).some(({ request }) => request.stream === stream));
    return { at: Math.max(0, at), answer };
  }
  const streams = handlings.map(({ request }) => request.stream);
  const commits = appended ?? (await appendedWith(commanding, answer.commit, streams));
  return { answers: await answersOf(commanding, streams, commits) };
};
