import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Scanner } from '../../engine/ports.ts';
import { type Estimate, estimateRebuild } from '../../engine/rebuild/operator/estimate.ts';
import type { Ordering } from '../../engine/rebuild/operator/requests.ts';
import { rebuildable } from '../../engine/rebuild/operator/start.ts';
import type { RebuildSettings } from '../../engine/rebuild/ports.ts';
import { commitScanner } from '../store/commit-scanner.ts';
import { aboutCommits } from '../store/count.ts';
import { systemClock } from '../system.ts';
import { activeRevisions, revisionPhases } from '../view/revisions.ts';
import { sfn, stateMachineExecutions } from './executions.ts';
import { rebuildRecords } from './records.ts';

/** The ports for rebuilds, and the commits that an estimate looks at. */
export type Rebuilding = Ordering & Readonly<{ scanner: Scanner }>;

type Deployed = Readonly<{ client: DynamoDBClient; commits: string; control: string; machine: string; views: Ordering['views'] }>;

/** The ports for ordering rebuilds, over HTTP or as the caller's own AWS user. */
export const rebuildingIn = ({ client, commits, control, machine, views }: Deployed): Rebuilding => ({
  views,
  actives: activeRevisions(client, control),
  phases: revisionPhases(client, control),
  rebuilds: rebuildRecords(client, control),
  executions: stateMachineExecutions(sfn(), machine),
  clock: systemClock,
  keys: { randomId: randomUUID },
  aboutCommits: aboutCommits(client, commits),
  scanner: commitScanner(client, commits),
});

/** Estimates a rebuild of a view, without changing anything. */
export const estimateIn = async (
  rebuilding: Rebuilding,
  asked: Readonly<{ projection: string; revision?: number }>,
  settings: Partial<RebuildSettings>,
): Promise<Estimate> => {
  const { projection } = (await rebuildable(rebuilding, asked)).view;
  return estimateRebuild({ ...rebuilding, projection, random: Math.random }, settings);
};
