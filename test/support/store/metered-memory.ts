import type { Commanding } from '../../../lib/engine/command/request.ts';
import { inTransaction, writeUnits } from '../../../lib/engine/cost/units.ts';
import type { Progresses } from '../../../lib/engine/schedule/ports.ts';
import { itemSize, readUnits, sum } from '../../../lib/engine/store/size.ts';
import { memoryProgresses } from '../../../lib/testing/memory/schedule.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { type Cost, plus } from './meter.ts';

/** Ports whose calls are counted, and what they have cost since it was last asked. */
export type MeteredPorts = Readonly<{ ports: Pick<Commanding, 'store' | 'snapshots'>; progresses: Progresses; take: () => Cost }>;

const one = { requests: 1, reads: 0, readUnits: 0, writes: 0, writeUnits: 0, refusedWrites: 0 };
const nothing: Cost = { ...one, requests: 0 };

const unitsOf = (item: object): number => writeUnits(itemSize(item));

/** The stores in memory with the units that DynamoDB takes by its published rule: in a transaction two for each that it takes alone, and two for a check. */
export const meteredMemory = (): MeteredPorts => {
  const [store, snapshots, progresses] = [memoryStore(), memorySnapshots(), memoryProgresses()];
  let cost = nothing;
  const count = (more: Partial<Cost>) => {
    cost = plus(cost, { ...one, ...more });
  };
  const wrote = <T extends Readonly<{ stored: boolean }>>(answer: T, units: number): T => {
    count({ writes: 1, ...(answer.stored ? { writeUnits: units } : { refusedWrites: 1 }) });
    return answer;
  };
  return {
    ports: {
      store: {
        append: async (commit) => wrote(await store.append(commit), unitsOf(commit)),
        appendTogether: async (commits, unmoved) =>
          wrote(await store.appendTogether(commits, unmoved), inTransaction * (sum(commits.map(unitsOf)) + unmoved.length)),
        read: async (stream, range) => {
          const page = await store.read(stream, range);
          count({ reads: 1, readUnits: readUnits(sum(page.commits.map(itemSize))) });
          return page;
        },
        find: async (stream, number) => {
          const commit = await store.find(stream, number);
          count({ reads: 1, readUnits: readUnits(commit ? itemSize(commit) : 0) });
          return commit;
        },
      },
      snapshots: {
        load: async (stream, code) => {
          const snapshot = await snapshots.load(stream, code);
          count({ reads: 1, readUnits: readUnits(snapshot ? itemSize(snapshot) : 0) / 2 });
          return snapshot;
        },
        save: (snapshot, impossible) => {
          count({ writes: 1, writeUnits: unitsOf(snapshot) });
          return snapshots.save(snapshot, impossible);
        },
      },
    },
    progresses: {
      load: async (name) => {
        const progress = await progresses.load(name);
        count({ reads: 1, readUnits: readUnits(progress ? itemSize(progress) : 0) });
        return progress;
      },
      save: async (name, progress, loadedWrites) => {
        const stored = await progresses.save(name, progress, loadedWrites);
        wrote({ stored }, unitsOf(progress));
        return stored;
      },
    },
    take: () => {
      const taken = cost;
      cost = nothing;
      return taken;
    },
  };
};
