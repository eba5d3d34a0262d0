import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { sfn, stateMachineExecutions } from '../../aws/rebuild/executions.ts';
import { rebuildRecords } from '../../aws/rebuild/records.ts';
import { commitScanner } from '../../aws/store/commit-scanner.ts';
import { aboutCommits } from '../../aws/store/count.ts';
import { systemClock } from '../../aws/system.ts';
import { activeRevisions, revisionPhases } from '../../aws/view/revisions.ts';
import type { Scanner } from '../../engine/ports.ts';
import type { Ordering } from '../../engine/rebuild/operator/requests.ts';
import { deployedProjections } from '../deployed.ts';
import { connect, type Target } from '../stack.ts';

/** A deployment's rebuilds, and the commits that an estimate looks at. */
export type Rebuilding = Ordering & Readonly<{ scanner: Scanner }>;

/** The actor of requests from the command line, where nobody signs in. */
export const asker = (): string => `cli/${userInfo().username}`;

/** The ports for starting rebuilds without HTTP, as the caller's own AWS user. */
export const rebuildingOn = async ({ manifest, stack }: Target): Promise<Rebuilding> => {
  const connection = await connect(stack);
  const { outputs, client, commits, control } = connection;
  return {
    views: deployedProjections(manifest, connection).filter(({ projection }) => manifest.projections.includes(projection)),
    actives: activeRevisions(client, control),
    phases: revisionPhases(client, control),
    rebuilds: rebuildRecords(client, control),
    executions: stateMachineExecutions(sfn(), outputs.RebuildMachine ?? ''),
    clock: systemClock,
    keys: { randomId: randomUUID },
    aboutCommits: aboutCommits(client, commits),
    scanner: commitScanner(client, commits),
  };
};
