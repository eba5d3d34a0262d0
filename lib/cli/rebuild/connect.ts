import { type Rebuilding, rebuildingIn } from '../../aws/rebuild/rebuilding.ts';
import { deployedProjections } from '../deployed.ts';
import { connect, type Target } from '../stack.ts';

/** The ports for starting rebuilds without HTTP, as the caller's own AWS user. */
export const rebuildingOn = async ({ manifest, stack }: Target): Promise<Rebuilding> => {
  const connection = await connect(stack);
  const views = deployedProjections(manifest, connection).filter(({ projection }) => manifest.projections.includes(projection));
  return rebuildingIn({ ...connection, machine: connection.outputs.RebuildMachine ?? '', views });
};
