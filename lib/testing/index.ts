// The package's entry `foldstream/testing`. None of it needs a test runner.
export { type MemoryBus, memoryBus } from './memory-bus.ts';
export { type MemorySnapshots, memorySnapshots } from './memory-snapshots.ts';
export { type MemoryStore, memoryStore } from './memory-store.ts';
export { type LogLine, type MemoryClock, memoryClock, memoryKeys, memoryLog } from './memory-system.ts';
export { type MemoryView, memoryView } from './memory-view.ts';
export { type ExpectedRows, projecting } from './projecting.ts';
export { type Expected, specification, type WhenOptions } from './specification.ts';
