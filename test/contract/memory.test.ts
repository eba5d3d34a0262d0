import { accountTotals } from '../../domains/account/projections/totals.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { withCursors } from '../../lib/engine/view/kinds/index.ts';
import { memoryBox, memorySubjectKeys } from '../../lib/testing/memory/personal.ts';
import { memoryCursors, memoryDeadlines } from '../../lib/testing/memory/process.ts';
import {
  memoryActives,
  memoryDirtyNotes,
  memoryPhases,
  memoryRebuilds,
  memoryViewScanner,
} from '../../lib/testing/memory/rebuild.ts';
import { memorySnapshots } from '../../lib/testing/memory/snapshots.ts';
import { memoryStore } from '../../lib/testing/memory/store.ts';
import { memoryParkedList, memoryScanner, memorySweepPlaces } from '../../lib/testing/memory/sweep.ts';
import { memoryView } from '../../lib/testing/memory/view.ts';
import { memoryFlowTables } from '../support/store/flow-tables.ts';
import { meteredMemory } from '../support/store/metered-memory.ts';
import { boxContract } from './box.contract.ts';
import { boundariesContract } from './decisions/boundaries.contract.ts';
import { decisionCostsContract } from './decisions/costs.contract.ts';
import { pricesContract } from './decisions/prices.contract.ts';
import { togetherContract } from './decisions/together.contract.ts';
import { flowCostsContract } from './flow-costs.contract.ts';
import { listsContract } from './lists.contract.ts';
import { subjectKeysContract } from './personal/subject-keys.contract.ts';
import { fewDeadlines, processContract } from './process.contract.ts';
import { rebuildContract } from './rebuild.contract.ts';
import { sharesContract } from './shares.contract.ts';
import { snapshotsContract } from './snapshots.contract.ts';
import { storeContract } from './store.contract.ts';
import { sweepContract } from './sweep.contract.ts';
import { viewContract } from './view.contract.ts';

storeContract('memory', () => memoryStore());
pricesContract('memory', () => memoryStore());
boundariesContract('memory', () => memoryStore());
togetherContract('memory', () => memoryStore());
decisionCostsContract('memory', meteredMemory);
flowCostsContract('memory', memoryFlowTables);
snapshotsContract('memory', () => {
  const snapshots = memorySnapshots();
  const write = (text: string) => (stream: string, code: string) => void snapshots.items.set(`${stream} ${code}`, text);
  return { snapshots, spoil: { 'no JSON': write('{"stream'), 'no commit': write('{"recent":""}'), 'of null': write('null') } };
});
viewContract('memory', () => memoryView());
listsContract('memory', () => memoryView());
sharesContract('memory', () => memoryView());
sweepContract('memory', () => {
  const [store, view, cursors] = [memoryStore(), memoryView(), memoryCursors()];
  const several =
    <T>(read: (key: string) => Promise<T | undefined>) =>
    async (keys: readonly string[]) => {
      const found = new Map<string, T>();
      for (const key of keys) {
        const there = await read(key);
        if (there !== undefined) found.set(key, there);
      }
      return found;
    };
  const heads = several(async (stream) => {
    const commit = await cursors.load(stream);
    return commit === undefined ? undefined : { commit };
  });
  return {
    ...{ store, view, scanner: memoryScanner(store), places: memorySweepPlaces(), parked: memoryParkedList(view) },
    heads: several(withCursors(accountTotals as unknown as AnyProjection, view).head),
    cursors: { move: cursors.move, heads },
  };
});
processContract('memory', () => {
  const made = new Map<string, ReturnType<typeof memoryCursors>>();
  const cursors = (process: string) => {
    const there = made.get(process) ?? memoryCursors();
    made.set(process, there);
    return there;
  };
  return { cursors, deadlines: memoryDeadlines(fewDeadlines) };
});
rebuildContract('memory', () => {
  const [view, actives] = [memoryView(), memoryActives()];
  return {
    view,
    viewScanner: memoryViewScanner(view),
    actives,
    phases: memoryPhases(),
    dirty: memoryDirtyNotes(),
    rebuilds: memoryRebuilds(actives),
  };
});
subjectKeysContract('memory', async () => {
  const keys = memorySubjectKeys();
  return { sealing: keys, opening: keys, operated: keys, box: memoryBox() };
});
boxContract('memory', memoryBox(), (subject, version = 1) => {
  const publicKey = Buffer.from(`${subject}, version ${version}`);
  return { half: { subject, version, publicKey, hashSecret: publicKey }, own: { subject, version, key: publicKey } };
});
