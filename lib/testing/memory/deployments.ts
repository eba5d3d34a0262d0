import type { Deployed, Deployments } from '../../engine/deployment/revisions.ts';
import type { memoryActives, memoryPhases } from './rebuild.ts';

type Records = Readonly<{ actives: ReturnType<typeof memoryActives>; phases: ReturnType<typeof memoryPhases> }> &
  Pick<Deployments, 'fewCommits'>;

/** The records of deployments, in memory. */
export const memoryDeployments = ({ actives, phases, fewCommits }: Records): Deployments => {
  let last: Deployed = { tables: {} };
  return {
    fewCommits,
    last: async () => last,
    keep: async (deployed) => {
      last = deployed;
    },
    forgetActive: actives.forget,
    forgetPhase: phases.forget,
  };
};
