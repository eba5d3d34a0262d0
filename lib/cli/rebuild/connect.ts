import { operatorActs } from '../../aws/operate/acts.ts';
import { type Rebuilding, rebuildingIn } from '../../aws/rebuild/rebuilding.ts';
import type { Acts } from '../../engine/operate/acts/acts.ts';
import { deployedProjections } from '../deployed.ts';
import { connect, type Outputs, type Target } from '../stack.ts';

/** The ports for starting rebuilds without HTTP, as the caller's own AWS user. */
export const rebuildingOn = async ({
  manifest,
  stack,
}: Target): Promise<Rebuilding & Readonly<{ outputs: Outputs; acts: Acts }>> => {
  const connection = await connect(stack);
  const views = deployedProjections(manifest, connection).filter(({ projection }) => manifest.projections.includes(projection));
  const { outputs, client, control } = connection;
  const acts = operatorActs(client, control);
  return { ...rebuildingIn({ ...connection, machine: outputs.RebuildMachine ?? '', views }), outputs, acts };
};
