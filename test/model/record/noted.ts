import { itemSize, readUnits, sum } from '../../../lib/engine/store/size.ts';
import type { Timeline } from '../../../lib/testing/simulation/timeline.ts';
import { latencies } from '../assumptions.ts';

/** What calls of ports have come to since it was last asked. */
export type Calls = { requests: number; readUnits: number };

type Ports = Readonly<Record<string, unknown>>;
type Call = (...args: readonly never[]) => Promise<unknown>;

const writes = /^(append|put|save|move|set|remove|cancel|note|clear|add)/;

const itemsIn = (answer: unknown): readonly object[] => {
  if (typeof answer !== 'object' || answer === null) return [];
  const { commits, items } = answer as { commits?: readonly object[]; items?: readonly object[] };
  return commits ?? items ?? (Array.isArray(answer) ? answer : [answer]);
};

/** How long a call takes by the model's assumptions: a transaction longer than a write, a write longer than a read. */
const kindOf = (name: string, args: readonly unknown[]): keyof typeof latencies => {
  if (/Together$|^putShares/.test(name) && !(Array.isArray(args[2]) && args[2].length === 0)) return 'transaction';
  return writes.test(name) ? 'write' : 'read';
};

const succeeded = (answer: unknown): boolean =>
  answer !== false &&
  answer !== 'moved' &&
  answer !== 'refused' &&
  !(typeof answer === 'object' && answer !== null && 'stored' in answer && !answer.stored);

/**
 * A port in memory whose calls take model time, and whose writes are made once more by the real adapter, over a client that notes them: the port decides
 * what becomes of a call, the adapter what is written where.
 */
export const noted = <P extends object>(
  memory: P,
  adapter: object | undefined,
  time: Pick<Timeline, 'sleep'>,
  calls: Calls,
  halfReads = false,
): P => {
  const wrap = (name: string, call: Call): Call =>
    (async (...args: readonly never[]) => {
      const kind = kindOf(name, args);
      calls.requests += 1;
      await time.sleep(latencies[kind]);
      const answer = await call(...args);
      if (kind === 'read') calls.readUnits += readUnits(sum(itemsIn(answer).map(itemSize))) * (halfReads ? 0.5 : 1);
      const write = (adapter as Ports | undefined)?.[name] as Call | undefined;
      if (kind !== 'read' && succeeded(answer)) await write?.(...args);
      return answer;
    }) as Call;
  return Object.fromEntries(
    Object.entries(memory as Ports).map(([name, each]) => [name, typeof each === 'function' ? wrap(name, each as Call) : each]),
  ) as P;
};
