import type { Observe, Observed } from '../../../lib/aws/client/dynamo.ts';

/**
 * The cost of some calls. A failed conditional write is charged like any other, but the local databases report no units for it:
 * `refusedWrites` counts them.
 */
export type Cost = Readonly<{
  requests: number;
  reads: number;
  readUnits: number;
  writes: number;
  writeUnits: number;
  refusedWrites: number;
}>;

const nothing: Cost = { requests: 0, reads: 0, readUnits: 0, writes: 0, writeUnits: 0, refusedWrites: 0 };
const isWrite = ({ command }: Observed) => /Put|Write|Delete|Update/.test(command);

export const plus = (a: Cost, b: Cost): Cost => ({
  requests: a.requests + b.requests,
  reads: a.reads + b.reads,
  readUnits: a.readUnits + b.readUnits,
  writes: a.writes + b.writes,
  writeUnits: a.writeUnits + b.writeUnits,
  refusedWrites: a.refusedWrites + b.refusedWrites,
});

export const costOf = (observed: Observed): Cost => {
  const { requests, units, error } = observed;
  return isWrite(observed)
    ? { ...nothing, requests, writes: requests, writeUnits: units, refusedWrites: error === undefined ? 0 : 1 }
    : { ...nothing, requests, reads: requests, readUnits: units };
};

/** Adds up what a client does; `take` answers the sum since it was last asked. */
export const meter = (): Readonly<{ observe: Observe; take: () => Cost }> => {
  let sum = nothing;
  return {
    observe: (observed) => {
      sum = plus(sum, costOf(observed));
    },
    take: () => {
      const taken = sum;
      sum = nothing;
      return taken;
    },
  };
};
