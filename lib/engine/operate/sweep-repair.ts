import type { Commit } from '../../core/commit.ts';
import { toPointer } from '../delivery/delivered.ts';
import type { Log } from '../ports.ts';
import type { Lagging } from './sweep-findings.ts';
import type { SweepTarget } from './sweep-target.ts';

type Repaired = Readonly<{ sent: number; left: number }>;
type Options = Readonly<{ log: Log; backlog: number; most: number }>;

/**
 * Sends each consumer what it lacks, and nothing else: a pointer to the newest commit of a stream, from which the consumer fills its gap. A
 * consumer with a long queue lacks nothing but time. It is skipped for the rest of the run, as is one that got as much as one run sends, so
 * that it takes nothing from the others.
 */
export const repair = ({ log, backlog, most }: Options) => {
  const alone = new Set<SweepTarget>();
  const spent = new Map<SweepTarget, number>();
  const late = new Map<SweepTarget, Promise<boolean>>();
  const isLate = (target: SweepTarget) => {
    const known = late.get(target) ?? target.queue.depth().then(({ waiting }) => waiting > backlog);
    late.set(target, known);
    return known;
  };

  const sendPointers = async (target: SweepTarget, commits: readonly Commit[]): Promise<Repaired> => {
    if (await isLate(target)) {
      alone.add(target);
      log.info('A consumer is behind; the sweep skips it this time.', { consumer: target.name, streams: commits.length });
      return { sent: 0, left: commits.length };
    }
    const before = spent.get(target) ?? 0;
    const portion = commits.slice(0, most - before);
    spent.set(target, before + portion.length);
    if (before + portion.length >= most) alone.add(target);
    const failed = await target.queue.send(portion.map((commit) => ({ detail: toPointer(commit) })));
    const [first] = failed;
    if (first)
      log.warn('The sweep could not send to a queue.', { consumer: target.name, failed: failed.length, reason: first.reason });
    const sent = portion.length - failed.length;
    return { sent, left: commits.length - sent };
  };

  const send = async (lagging: readonly Lagging[]): Promise<Repaired> => {
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
  return { send, isLeft: (target: SweepTarget) => alone.has(target) };
};
