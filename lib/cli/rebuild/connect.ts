import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { dynamo } from '../../aws/dynamo.ts';
import { sfn, stateMachineExecutions } from '../../aws/rebuild/executions.ts';
import { rebuildRecords } from '../../aws/rebuild/records.ts';
import { commitScanner } from '../../aws/store/commit-scanner.ts';
import { aboutCommits } from '../../aws/store/count.ts';
import { systemClock } from '../../aws/system.ts';
import { activeRevisions, revisionPhases } from '../../aws/view/revisions.ts';
import type { Scanner } from '../../engine/ports.ts';
import type { Ordering } from '../../engine/rebuild/operator/requests.ts';
import { type Target, targetOutputs } from '../stack.ts';
import { patience } from '../terminal/patience.ts';
import { UserError } from '../terminal/user-error.ts';
import { deployedProjections } from '../view/deployed.ts';

/** A deployment's rebuilds, and the commits that an estimate looks at. */
export type Rebuilding = Ordering & Readonly<{ scanner: Scanner }>;

/** The actor of requests from the command line, where nobody signs in. */
export const asker = (): string => `cli/${userInfo().username}`;

/** The ports for starting rebuilds without HTTP, as the caller's own AWS user. */
export const rebuildingOn = async ({ manifest, stack }: Target): Promise<Rebuilding> => {
  const outputs = await targetOutputs(stack);
  const { CommitsTable, ControlTable, RebuildMachine } = outputs;
  if (!CommitsTable || !ControlTable || !RebuildMachine)
    throw new UserError('The deployment has no machine for rebuilds.', 'Deploy this release first.');
  const client = dynamo(patience);
  return {
    views: deployedProjections(manifest, outputs).filter(({ projection }) => manifest.projections.includes(projection)),
    actives: activeRevisions(client, ControlTable),
    phases: revisionPhases(client, ControlTable),
    rebuilds: rebuildRecords(client, ControlTable),
    executions: stateMachineExecutions(sfn(), RebuildMachine),
    clock: systemClock,
    keys: { randomId: randomUUID },
    aboutCommits: aboutCommits(client, CommitsTable),
    scanner: commitScanner(client, CommitsTable),
  };
};
