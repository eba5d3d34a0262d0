// The package's entry `foldstream/testing/simulator`: seeded simulations of a whole deployment.

export type { AtRest, Invariant } from './simulation/checks/at-rest.ts';
export { type Figures, type Simulation, SimulationFailed, simulate } from './simulation/simulate.ts';
export type { Ask, Workload } from './simulation/workload.ts';
export type { Engine, Tamper } from './simulation/world/engine.ts';
