import * as z from 'zod';
import { type Commit, typesOf } from '../../../core/commit.ts';
import { parseStream } from '../../../core/stream.ts';
import { unheard } from '../../delivery/publish.ts';
import { bytesOf } from '../../delivery/send-entries.ts';
import { jsonIn } from '../../json.ts';
import type { Queue } from '../../ports.ts';
import type { Noted } from '../sweep-target.ts';

/** The place of a commit without events, which has no type. */
const noType = -1;

const looks = z.object({
  types: z.array(z.string()),
  streams: z.record(z.string(), z.array(z.int())),
  again: z.object({ of: z.string(), turn: z.int() }).optional(),
});

/** A consumer for which commits are looked at again, and which look that is. */
export type Again = Readonly<{ of: string; turn: number }>;

/**
 * A message of the journal: streams that have new commits. Format of 2026-12, in the sweep's own queue. By stream there are numbers of commits, each followed by
 * the place of one of its types in `types`: of each type the newest commit is enough. With `again` they are looked at for one consumer alone.
 */
type Looks = Readonly<{
  types: readonly string[];
  streams: Readonly<Record<string, readonly number[]>>;
  again?: Again | undefined;
}>;

/** A commit of which the journal has the types. */
export type NotedCommit = Noted & Readonly<{ commit: number }>;

/** The most bytes of the number of a commit and the place of a type, with what stands between them. */
const pairBytes = 20;

const isNoted = ({ stream }: Readonly<{ stream: string }>): boolean => !unheard.includes(parseStream(stream)?.category);

/** The commits of a stream as numbers: of each type the newest one. */
const numbersOf = (commits: readonly NotedCommit[], placeOf: (type: string) => number): readonly number[] => {
  const newest = new Map<number, number>();
  for (const { commit, types } of commits)
    for (const place of types.length === 0 ? [noType] : types.map(placeOf))
      newest.set(place, Math.max(commit, newest.get(place) ?? 0));
  return [...newest].flatMap(([place, commit]) => [commit, place]);
};

/** Commits in messages of at most so many bytes, except where a single stream takes more. */
const messagesOf = (commits: readonly NotedCommit[], most: number, again?: Again): readonly Looks[] => {
  const messages: Looks[] = [];
  let types: string[] = [];
  let streams: Record<string, readonly number[]> = {};
  let bytes = 0;
  const end = () => {
    if (bytes > 0) messages.push({ types, streams, ...(again && { again }) });
    [types, streams, bytes] = [[], {}, 0];
  };
  for (const [stream, own] of Map.groupBy(commits, (commit) => commit.stream)) {
    const size = bytesOf(stream) + pairBytes * new Set(own.flatMap((each) => each.types)).size + pairBytes;
    if (bytes > 0 && bytes + size > most) end();
    const placeOf = (type: string) => {
      if (!types.includes(type)) bytes += bytesOf(types[types.push(type) - 1]!) + 3;
      return types.indexOf(type);
    };
    streams[stream] = numbersOf(own, placeOf);
    bytes += size;
  }
  end();
  return messages;
};

type Noting = Readonly<{ queue: Pick<Queue, 'send'>; most: number }>;

/**
 * Notes commits, so that the sweep compares them with cursors some time later: all consumers', or one's. It throws if some could not be noted. To note a commit
 * again, or after later ones, does no harm.
 */
export const note = async ({ queue, most }: Noting, commits: readonly NotedCommit[], again?: Again): Promise<void> => {
  const messages = messagesOf(commits.filter(isNoted), most, again);
  const [failed] = messages.length === 0 ? [] : await queue.send(messages);
  if (failed) throw new Error(`Commits could not be noted for the sweep: ${failed.reason}`);
};

export const toNoted = (commit: Commit): NotedCommit => {
  const { stream, commit: number } = commit;
  return { stream, commit: number, types: typesOf(commit) };
};

/** The commits that a message of the journal names, and for which consumer, if not for all; undefined for any other text. */
export const notedIn = (body: string): Readonly<{ commits: readonly NotedCommit[]; again?: Again }> | undefined => {
  const { success, data } = looks.safeParse(jsonIn(body));
  if (!success) return undefined;
  const { types, streams, again } = data;
  const commits = Object.entries(streams).flatMap(([stream, numbers]) => {
    const byCommit = new Map<number, string[]>();
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      const [commit, type] = [numbers[i]!, types[numbers[i + 1]!]];
      byCommit.set(commit, [...(byCommit.get(commit) ?? []), ...(type === undefined ? [] : [type])]);
    }
    return [...byCommit].map(([commit, own]): NotedCommit => ({ stream, commit, types: own }));
  });
  return { commits, ...(again && { again }) };
};
