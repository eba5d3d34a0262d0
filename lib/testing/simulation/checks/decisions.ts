import type { Commit } from '../../../core/commit.ts';
import { decide, fold, isRefusal } from '../../../core/decider.ts';
import { processDecider } from '../../../core/process/decider.ts';
import type { AnyProcess } from '../../../core/process/process.ts';
import { parseStream } from '../../../core/stream.ts';
import { readEvent } from '../../../core/version.ts';

type Concerned = Readonly<{
  /** The commits of one source stream that concern the instance. */
  commits: readonly Commit[];
  own: readonly Commit[];
}>;

/** True if a reaction to a source commit decides nothing after so many commits of the instance: only then it may have left no decision. */
const comesToNothing = (process: AnyProcess, { own, source }: Readonly<{ own: readonly Commit[]; source: Commit }>): boolean => {
  const decider = processDecider(process);
  const state = own.reduce(
    (instance, { events }) =>
      fold(
        decider,
        instance,
        events.map((stored) => readEvent(decider.events, stored)),
      ),
    decider.initial,
  );
  const { stream, commit, version, at, events, meta } = source;
  const causes = events.flatMap(({ type, v, data }, i) => {
    const place = version - events.length + i + 1;
    const { actor, correlation, causation } = meta;
    const recorded = { id: `${stream}/${place}`, stream, version: place, commit, at, actor, correlation, causation };
    return process.on[type] ? [{ event: { ...recorded, type, v, data } }] : [];
  });
  const id = parseStream(own[0]?.stream ?? '')?.id ?? '';
  const context = { id, actor: { id: process.category, kind: 'process', roles: [] } as const, at };
  const outcome = decide(decider, state as never, { type: 'React', data: { causes } }, context);
  return isRefusal(outcome) || outcome.length === 0;
};

/**
 * The faults of the decisions on one source stream's commits in one instance: each commit has one, in order; only a commit whose reaction
 * decides nothing has none, wherever between its neighbours it was handled.
 */
export const decisionFault = (
  versions: readonly AnyProcess[],
  instance: string,
  { commits, own }: Concerned,
): string | undefined => {
  const [{ category = '' } = {}] = versions;
  const places = commits.map(({ stream, commit }) =>
    own.findIndex(({ command }) => command === `process/${category}/${stream}/${commit}`),
  );
  for (const [i, source] of commits.entries()) {
    const what = `the decision of ${instance} on ${source.stream} ${source.commit}`;
    const before = Math.max(-1, ...places.slice(0, i));
    const after = places.slice(i + 1).find((each) => each >= 0) ?? own.length;
    const place = places[i]!;
    if (place >= 0 && place < before) return `${what} was made after a later one`;
    if (place >= 0) continue;
    const lengths = Array.from({ length: Math.max(0, after - before) }, (_, n) => before + 1 + n);
    const nothing = lengths
      .toReversed()
      .some((length) => versions.some((process) => comesToNothing(process, { own: own.slice(0, length), source })));
    if (!nothing) return `${what} is missing`;
  }
  return undefined;
};
