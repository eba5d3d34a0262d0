import type { HeadMove } from '../../../lib/engine/ports.ts';
import { stays } from '../../../lib/engine/view/kinds/homes.ts';
import type { Timeline } from '../../../lib/testing/simulation/timeline.ts';
import { latencies } from '../assumptions.ts';

type Call = (...args: readonly never[]) => Promise<unknown>;

/** How long a call takes by the model's assumptions: a transaction longer than a write, a write longer than a read. */
const kindOf = (name: string, args: readonly unknown[]): keyof typeof latencies => {
  // One item of a row, with the heads that are in it.
  if (name === 'putShares' && (args[0] as readonly HeadMove[]).every(stays)) return 'write';
  if (/Together$|^putShares/.test(name) && !(Array.isArray(args[2]) && args[2].length === 0)) return 'transaction';
  return /^(append|put|save|move|set|remove|cancel|note|clear|add)/.test(name) ? 'write' : 'read';
};

/** A port whose calls take model time. */
export const timed = <P extends object>(port: P, time: Pick<Timeline, 'sleep'>): P => {
  const wrap = (name: string, call: Call): Call =>
    (async (...args: readonly never[]) => {
      await time.sleep(latencies[kindOf(name, args)]);
      return call(...args);
    }) as Call;
  return Object.fromEntries(
    Object.entries(port).map(([name, each]) => [name, typeof each === 'function' ? wrap(name, each as Call) : each]),
  ) as P;
};
