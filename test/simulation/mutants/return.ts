import { revisionKey } from '../../../lib/core/deployed-names.ts';
import type { Engine, Tamper } from '../../../lib/testing/simulator.ts';
import type { DeliveryMutant } from './tampers.ts';

const settling = (change: (real: Engine['settleDeployment']) => Engine['settleDeployment']): Tamper => ({
  engine: (real) => ({ ...real, settleDeployment: change(real.settleDeployment) }),
});

/** The ways in which a deployment recognizes a view that was removed and came back, each removed alone. */
export const returnMutants: Readonly<Record<string, DeliveryMutant>> = {
  "a revision is known by its table's name": settling((real) => (deploying, next, context) => {
    const named = next.map((one) => ({ ...one, table: revisionKey({ name: one.projection, revision: one.revision }) }));
    return real(deploying, named, context);
  }),
  'what answered before answers again': settling(
    (real) => (deploying, next, context) =>
      real({ ...deploying, deployments: { ...deploying.deployments, forgetActive: async () => {} } }, next, context),
  ),
  'what was live before is live again': settling(
    (real) => (deploying, next, context) =>
      real({ ...deploying, phases: { ...deploying.phases, save: async () => {} } }, next, context),
  ),
};
