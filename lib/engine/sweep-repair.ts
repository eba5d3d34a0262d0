import type { Commit } from '../core/commit.ts';
import type { Log } from './ports.ts';
import { toPointer } from './publish.ts';
import type { Lagging } from './sweep-findings.ts';
import type { Target } from './sweep-target.ts';

type Repaired = Readonly<{ sent: number; left: number }>;
type Options = Readonly<{ log: Log; backlog: number }>;

/**
 * Sends what is missing, where it is missing, and nothing else: a pointer to the newest commit of a stream, from which the target fills
 * its gap. A target that is late lacks nothing but time.
 */
export const repair = ({ log, backlog }: Options) => {
  const late = new Map<Target, Promise<boolean>>();
  const isLate = (target: Target) => {
    const known = late.get(target) ?? target.queue.depth().then(({ waiting }) => waiting > backlog);
    late.set(target, known);
    return known;
  };

  const sendPointers = async (target: Target, commits: readonly Commit[]): Promise<Repaired> => {
    if (await isLate(target)) {
      log.info('A consumer is late; the sweep leaves it alone.', { consumer: target.name, streams: commits.length });
      return { sent: 0, left: commits.length };
    }
    const failed = await target.queue.send(commits.map((commit) => ({ detail: toPointer(commit) })));
    const [first] = failed;
    if (first)
      log.warn('The sweep could not send to a queue.', { consumer: target.name, failed: failed.length, reason: first.reason });
    return { sent: commits.length - failed.length, left: failed.length };
  };

  return async (lagging: readonly Lagging[]): Promise<Repaired> => {
    const byTarget = Map.groupBy(lagging, ({ target }) => target);
    const all = await Promise.all(
      [...byTarget].map(([target, those]) =>
        sendPointers(
          target,
          those.map(({ newest }) => newest),
        ),
      ),
    );
    return {
      sent: all.reduce((total, { sent }) => total + sent, 0),
      left: all.reduce((total, { left }) => total + left, 0),
    };
  };
};
