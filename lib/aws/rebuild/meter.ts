import type { Meter } from '../../engine/rebuild/ports.ts';
import type { Observe } from '../client/dynamo.ts';
import { conditionError } from '../condition.ts';

const reads = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);

/** Sums the capacity that a client's calls consumed, as DynamoDB reports it. A write that fails its condition is charged, and not reported. */
export const capacityMeter = (): Meter & Readonly<{ observe: Observe }> => {
  let [read, write] = [0, 0];
  return {
    observe: ({ command, units, error }) => {
      if (reads.has(command)) read += units;
      else write += error === conditionError ? Math.max(1, units) : units;
    },
    taken: () => {
      const units = { read, write };
      [read, write] = [0, 0];
      return units;
    },
  };
};
