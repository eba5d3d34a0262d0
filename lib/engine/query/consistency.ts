import * as z from 'zod';
import { ProblemError } from '../../core/problem.ts';
import { type AnyProjection, handledTypes, sourceOf, streamKey } from '../../core/projection.ts';
import type { Clock, Keys, ViewItem, ViewReader } from '../ports.ts';
import { invalid } from '../problems.ts';
import { defaultSettings } from '../settings.ts';

/** A commit that a reader wants to see: its place, and the types of its events. */
export type Awaited = Readonly<{ stream: string; commit: number; types: readonly string[] }>;

const one = [z.int().nonnegative(), z.array(z.string())] as const;
const form = z.tuple([z.string(), ...one], z.tuple(one));
/** Twice the number of tokens that a command in each of ten streams gives. */
const mostTokens = 20;

const seal = async (keys: Pick<Keys, 'digest'>, actor: string, payload: string): Promise<string> =>
  // The line break in front keeps it apart from everything else that is digested under the same secret.
  (await keys.digest(`\nconsistency-token\n${actor}\n${payload}`)).slice(0, 32);

/**
 * A token for commits of a stream, valid for the caller who gets it. Stored format of 2026-11, though nobody stores it for long: base64url
 * of `[stream, commit, types]`, with `[commit, types]` behind it for each further one, a point, and half of a keyed hash over it and the
 * actor. Nothing in it is secret; the hash keeps callers from asking about streams that they have not written to.
 */
export const consistencyToken = async (
  keys: Pick<Keys, 'digest'>,
  actor: string,
  { stream, ...newest }: Awaited,
  ...earlier: readonly Pick<Awaited, 'commit' | 'types'>[]
): Promise<string> => {
  const place = ({ commit, types }: Pick<Awaited, 'commit' | 'types'>) => [commit, [...new Set(types)].sort()];
  const payload = Buffer.from(JSON.stringify([stream, ...place(newest), ...earlier.map(place)])).toString('base64url');
  return `${payload}.${await seal(keys, actor, payload)}`;
};

/** The commits that a `Consistent-With` header names: one token, or several with commas between them. */
export const awaitedBy = async (keys: Pick<Keys, 'digest'>, actor: string, header: string): Promise<readonly Awaited[]> => {
  const tokens = header.split(',').map((token) => token.trim());
  if (tokens.length > mostTokens) throw invalid('Consistent-With', `at most ${mostTokens} tokens`);
  const awaited = await Promise.all(
    tokens.map(async (token) => {
      const [payload = '', sealed = ''] = token.split('.');
      if (payload === '' || sealed !== (await seal(keys, actor, payload)))
        throw invalid('Consistent-With', 'takes the Consistency-Token of answers to your own commands, separated by commas');
      const [stream, commit, types, ...more] = form.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      return [{ stream, commit, types }, ...more.map(([before, ofTypes]) => ({ stream, commit: before, types: ofTypes }))];
    }),
  );
  return awaited.flat();
};

/** True if a view handles an event of a commit. */
const concerns = (projection: AnyProjection, { stream, types }: Awaited): boolean => {
  const handled = handledTypes(projection);
  return sourceOf(projection, stream) !== undefined && types.some((type) => handled.includes(type));
};

/** The first waits are about as long as a view usually takes; later ones grow with the time that has passed, to save reads. */
const shortest = 10;
const longest = 100;

export type Waiting = Readonly<{ projection: AnyProjection; reader: Pick<ViewReader, 'head'>; clock: Clock; patience?: number }>;

const parkedBefore = (projection: AnyProjection, { stream, commit }: Awaited, at: number): ProblemError =>
  new ProblemError({
    kind: 'stream-parked',
    detail: `${projection.name} stopped ${stream} before commit ${at} and cannot show commit ${commit} until an operator resumes it. Without Consistent-With you get the rows as they are.`,
    extra: { stream, commit, parkedAt: at },
  });

/** The reason why a view that gathers commits is behind for longer than a query waits: nothing brings them earlier. */
const gathering = ({ gatherSeconds = 0 }: AnyProjection): string =>
  gatherSeconds > 0 ? `: it gathers commits for up to ${gatherSeconds} seconds` : '';

const notThereYet = (projection: AnyProjection, { stream, commit }: Awaited, reached: number): ProblemError =>
  new ProblemError({
    kind: 'not-consistent-yet',
    detail: `${projection.name} has not reached commit ${commit} of ${stream} yet${gathering(projection)}. Ask again, or leave out Consistent-With to get the rows as they are.`,
    extra: { stream, commit, reached },
    ...(projection.gatherSeconds && { retryAfterSeconds: projection.gatherSeconds }),
  });

const waitFor = async (waiting: Waiting, awaited: Awaited): Promise<ViewItem> => {
  const { projection, reader, clock, patience: most = defaultSettings.consistentWithinMilliseconds } = waiting;
  const startedAt = clock.now();
  let waited = 0;
  for (;;) {
    const head = await reader.head(streamKey(projection, awaited.stream));
    if (head && head.commit >= awaited.commit) return head;
    if (head?.parked) throw parkedBefore(projection, awaited, head.parked.commit);
    // A clock may be set back meanwhile: the time of the waits counts in any case.
    const passed = Math.max(waited, clock.now() - startedAt);
    if (passed >= most) throw notThereYet(projection, awaited, head?.commit ?? 0);
    const pause = Math.min(most - passed, longest, Math.max(shortest, passed / 4));
    await clock.wait(pause);
    waited += pause;
  }
};

/** Waits until a view has reached the awaited commits, as far as they concern the view; answers the heads of those streams, by key. */
export const reach = async (waiting: Waiting, awaited: readonly Awaited[] = []): Promise<ReadonlyMap<string, ViewItem>> => {
  const heads = await Promise.all(awaited.filter((one) => concerns(waiting.projection, one)).map((one) => waitFor(waiting, one)));
  // The same stream may be awaited twice: the head that was read for its later commit is the one to go by.
  return new Map(heads.toSorted((a, b) => a.commit - b.commit).map((head) => [head.key, head]));
};
