// The package's entry `foldstream/testing`. None of it needs a test runner.

export { deciding, type Expected, type WhenOptions } from './deciding.ts';
export { type MemoryBus, memoryBus } from './memory/bus.ts';
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
export type { Happening } from './playing.ts';
export { type ExpectedRows, projecting } from './projecting.ts';
export {
  done,
  due,
  type ExpectedOfInstance,
  type ExpectedReaction,
  from,
  reacting,
  refused,
  resolvedByHand,
} from './reacting.ts';
export { type ExpectedTotals, sharing } from './sharing.ts';
export type { AtRest, Invariant } from './simulation/checks/at-rest.ts';
export { type Figures, type Simulation, SimulationFailed, simulate } from './simulation/simulate.ts';
export type { Ask, Workload } from './simulation/workload.ts';
export type { Engine, Tamper } from './simulation/world/engine.ts';
