import type { Commit } from '../core/commit.ts';
import type { Depth, Log } from './ports.ts';
import { toPointer } from './publish.ts';
import type { Target } from './sweep.ts';
import type { Found } from './sweep-findings.ts';

type Repaired = Readonly<{ sent: number; published: number; left: number }>;
type Options = Readonly<{ log: Log; backlog: number }>;

/**
 * Sends what is missing, and only that: to a projection that lags a pointer to the newest commit, from which it fills its gap; and to everybody,
 * as the publisher would, what no projection has at all. A projection that is late or failing shows nothing about what was lost.
 */
export const repair = (
  targets: readonly Target[],
  publishAgain: (commits: readonly Commit[]) => Promise<void>,
  { log, backlog }: Options,
) => {
  const depths = new Map<Target, Promise<Depth>>();
  const depthOf = (target: Target) => {
    const known = depths.get(target) ?? target.queue.depth();
    depths.set(target, known);
    return known;
  };
  const isLate = async (target: Target) => (await depthOf(target)).waiting > backlog;
  const tells = async (target: Target) => !(await isLate(target)) && (await depthOf(target)).deadLetters === 0;

  const sendPointers = async (target: Target, commits: readonly Commit[]): Promise<Repaired> => {
    const { name, revision } = target.projection;
    if (commits.length === 0) return { sent: 0, published: 0, left: 0 };
    if (await isLate(target)) {
      log.info('A projection is late; the sweep leaves it alone.', { projection: name, revision, streams: commits.length });
      return { sent: 0, published: 0, left: commits.length };
    }
    const failed = await target.queue.send(commits.map((commit) => ({ detail: toPointer(commit) })));
    const [first] = failed;
    if (first)
      log.warn('The sweep could not send to a queue.', { projection: name, failed: failed.length, reason: first.reason });
    return { sent: commits.length - failed.length, published: 0, left: failed.length };
  };

  const lostByAll = async ({ missed, untraceable }: Found): Promise<readonly Commit[]> => {
    const judged = await Promise.all(
      missed.map(async ({ commit, lacking, someHaveIt }) => {
        const witnesses = await Promise.all(lacking.map(tells));
        return !someHaveIt && witnesses.includes(true) ? [commit] : [];
      }),
    );
    return [...judged.flat(), ...untraceable];
  };

  const sendAgain = async (commits: readonly Commit[]): Promise<Repaired> => {
    if (commits.length === 0) return { sent: 0, published: 0, left: 0 };
    try {
      await publishAgain(commits);
      return { sent: 0, published: commits.length, left: 0 };
    } catch (cause) {
      // The projections have their pointers: one refusing bus must not end the run and hide all that comes after.
      log.error('The sweep could not publish.', { commits: commits.length, cause: String(cause) });
      return { sent: 0, published: 0, left: commits.length };
    }
  };

  return async (found: Found): Promise<Repaired> => {
    const byTarget = targets.map((target) => ({
      target,
      commits: found.lagging.filter((lagging) => lagging.target === target).map(({ newest }) => newest),
    }));
    const lost = await lostByAll(found);
    const pointers = await Promise.all(byTarget.map(({ target, commits }) => sendPointers(target, commits)));
    const all = [...pointers, await sendAgain(lost)];
    const sum = (of: (one: Repaired) => number) => all.reduce((total, one) => total + of(one), 0);
    return { sent: sum(({ sent }) => sent), published: sum(({ published }) => published), left: sum(({ left }) => left) };
  };
};
