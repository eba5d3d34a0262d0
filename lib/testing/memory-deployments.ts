import type { Deployments } from '../engine/deployed.ts';
import type { memoryActives, memoryPhases } from './memory-rebuild.ts';

type Records = Readonly<{ actives: ReturnType<typeof memoryActives>; phases: ReturnType<typeof memoryPhases> }> &
  Pick<Deployments, 'fewCommits'>;

/** What deployments leave behind, in memory. */
export const memoryDeployments = ({ actives, phases, fewCommits }: Records): Deployments => {
  let tables: Readonly<Record<string, string>> = {};
  return {
    fewCommits,
    tables: async () => tables,
    keepTables: async (kept) => {
      tables = kept;
    },
    forgetActive: actives.forget,
    forgetPhase: phases.forget,
  };
};
