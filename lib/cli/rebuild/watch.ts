import { ProblemError } from '../../core/problem.ts';
import { type RebuildReport, reportRebuild } from '../../engine/rebuild/operator/report.ts';
import type { Ordering } from '../../engine/rebuild/operator/requests.ts';
import { isOver } from '../../engine/rebuild/ports.ts';
import type { Bar, Progress } from '../terminal/progress.ts';

const lookedAtEvery = 1_000;
/** The most failed reads in a row: the rebuild itself does not depend on the watcher. */
const mostMisses = 10;

const shown = ({ state, progress }: RebuildReport): Progress => {
  const { commits: done, aboutCommits: about, segments, dirty, drained } = progress;
  const notes = dirty > 0 ? `, ${drained} of ${dirty} noted streams drained` : '';
  return { done, about, more: `${state}, ${segments.done} of ${segments.of} segments${notes}` };
};

/** Shows a rebuild until it ends or the user stops watching. The rebuild goes on in either case. */
export const watched = async (
  ordering: Pick<Ordering, 'rebuilds' | 'executions' | 'clock'>,
  id: string,
  bar: Bar,
  signal: AbortSignal,
): Promise<RebuildReport> => {
  const left = new Promise<unknown>((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  for (let misses = 0; ; ) {
    const report = await reportRebuild(ordering, id).catch((cause: unknown) => {
      misses += 1;
      if (misses >= mostMisses || cause instanceof ProblemError) throw cause;
      return undefined;
    });
    if (report) {
      misses = 0;
      if (isOver(report) || signal.aborted) return report;
      bar.show(shown(report));
    }
    await Promise.race([ordering.clock.wait(lookedAtEvery), left]);
  }
};
