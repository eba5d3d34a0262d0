import type { Commit } from '../../core/commit.ts';
import { effectCategory } from '../../core/effect/decider.ts';
import type { AnyEffect } from '../../core/effect/effect.ts';
import { parseStream } from '../../core/stream.ts';
import { dueAt } from '../effect/still-open.ts';
import { nowOf } from '../instant.ts';
import type { Clock, Queue, Store } from '../ports.ts';
import type { SweepTarget } from './sweep-target.ts';

/** An effect as the sweep sees it. */
export type SweptEffect = Readonly<{ effect: AnyEffect; queue: Queue }>;

type Reading = Readonly<{ store: Pick<Store, 'read'>; clock: Pick<Clock, 'now'> }>;

/**
 * A performance is where it should be when nothing is due after its last commit: only that one counts, which is read. It is looked at until nothing is left to
 * do, so that none is forgotten whose message got lost. Imported ones are not performed.
 */
export const effectTarget = ({ effect: { name }, queue }: SweptEffect, { store, clock }: Reading): SweepTarget => {
  const isDue = (commit: Commit) => commit.imported === undefined && (dueAt(commit) ?? '~') <= nowOf(clock);
  const isOpen = (commit: Commit) => commit.imported === undefined && dueAt(commit) !== undefined;
  const isOwn = (stream: string) => parseStream(stream)?.category === effectCategory(name);
  return {
    name: `${name} (effect)`,
    id: `${name} (effect)`,
    takes: `${name}:performances`,
    concerns: (commit) => isOwn(commit.stream) && isOpen(commit),
    mayConcern: ({ stream }) => isOwn(stream),
    head: async (stream) => {
      const { commits } = await store.read(stream, { from: 1, limit: 1, newestFirst: true });
      const [last] = commits;
      // Until it is due its message is on the way, and may get lost there.
      if (!last) return undefined;
      if (isDue(last)) return { commit: last.commit - 1 };
      return { commit: last.commit, ...(isOpen(last) && { waits: 'short' }) };
    },
    queue,
  };
};
