import { memorySnapshots } from '../../lib/testing/memory-snapshots.ts';
import { memoryStore } from '../../lib/testing/memory-store.ts';
import { memoryParkedList, memoryScanner, memorySweepPlaces } from '../../lib/testing/memory-sweep.ts';
import { memoryView } from '../../lib/testing/memory-view.ts';
import { listsContract } from './lists.contract.ts';
import { sharesContract } from './shares.contract.ts';
import { snapshotsContract } from './snapshots.contract.ts';
import { storeContract } from './store.contract.ts';
import { sweepContract } from './sweep.contract.ts';
import { viewContract } from './view.contract.ts';

storeContract('memory', () => memoryStore());
snapshotsContract('memory', () => {
  const snapshots = memorySnapshots();
  const write = (text: string) => (stream: string, code: string) => void snapshots.items.set(`${stream} ${code}`, text);
  return { snapshots, spoil: { 'no JSON': write('{"stream'), 'no commit': write('{"recent":""}'), 'of null': write('null') } };
});
viewContract('memory', () => memoryView());
listsContract('memory', () => memoryView());
sharesContract('memory', () => memoryView());
sweepContract('memory', () => {
  const [store, view] = [memoryStore(), memoryView()];
  return { store, view, scanner: memoryScanner(store), places: memorySweepPlaces(), parked: memoryParkedList(view) };
});
