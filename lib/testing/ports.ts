// The package's entry `foldstream/testing/ports`: the engine's ports in memory.

export { type MemoryBus, memoryBus } from './memory/bus.ts';
export { type MemorySubjectKeys, memoryBox, memorySubjectKeys } from './memory/personal.ts';
export { memoryCursors, memoryDeadlines, memoryScheduler } from './memory/process.ts';
export { type MemoryQueue, memoryQueue } from './memory/queue.ts';
export {
  type MemoryExecutions,
  memoryActives,
  memoryDirtyNotes,
  memoryExecutions,
  memoryMeter,
  memoryPhases,
  memoryRebuilds,
  memoryViewScanner,
} from './memory/rebuild.ts';
export { type MemorySnapshots, memorySnapshots } from './memory/snapshots.ts';
export { type MemoryStore, memoryStore } from './memory/store.ts';
export { memoryParkedList, memoryScanner, memorySweepPlaces } from './memory/sweep.ts';
export { type LogLine, type MemoryClock, memoryClock, memoryKeys, memoryLog } from './memory/system.ts';
export { type MemoryView, memoryView } from './memory/view.ts';
