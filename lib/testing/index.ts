// The package's entry `foldstream/testing`: given/when/then. It needs no test runner.

export { deciding, type Expected, type WhenOptions } from './deciding.ts';
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
  timedOut,
} from './reacting.ts';
export { type ExpectedTotals, sharing } from './sharing.ts';
