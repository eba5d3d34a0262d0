import { Logger } from '@aws-lambda-powertools/logger';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { type DeployedRevision, type Deploying, revisionOf, settleDeployment } from '../engine/deployed.ts';
import type { Clock } from '../engine/ports.ts';
import { deploymentRecords, tableId } from './deployments.ts';
import { dynamo } from './dynamo.ts';
import { environment } from './environment.ts';
import { activeRevisions, revisionPhases } from './revisions.ts';
import { makeSecrets } from './secrets.ts';
import { systemClock } from './system.ts';

/** The property `Revisions` of the resource: the table's name, and the hash of the code, by `<projection>.r<revision>`. */
const revisionsIn = (properties: Readonly<Record<string, unknown>> = {}) =>
  Object.entries((properties.Revisions ?? {}) as Record<string, readonly [string, string?]>).map(([name, [tableName, code]]) => ({
    ...revisionOf(name),
    tableName,
    ...(code !== undefined && { code }),
  }));

/** What the function needs beside: the ids of tables, by their names. */
export type Settling = Deploying & Readonly<{ tableId: (name: string) => Promise<string> }>;

/** Why the views may not be deployed so, if they may not. */
export const settled = async (settling: Settling, event: CloudFormationCustomResourceEvent): Promise<string | undefined> => {
  const previous = event.RequestType === 'Update' ? revisionsIn(event.OldResourceProperties) : [];
  const next = revisionsIn(event.ResourceProperties).map(
    async ({ tableName, ...one }): Promise<DeployedRevision> => ({ ...one, table: await settling.tableId(tableName) }),
  );
  return settleDeployment(settling, await Promise.all(next), previous);
};

/** IAM tells its services of new rights within some seconds; a deployment comes here right after it has granted some. */
const [rightsComeWithin, askAgainAfter] = [30_000, 3_000];

/** Does what may be done again until it is allowed to, or that takes too long. */
const onceAllowed = async <T>(clock: Clock, attempt: () => Promise<T>): Promise<T> => {
  for (const until = clock.now() + rightsComeWithin; ; )
    try {
      return await attempt();
    } catch (error) {
      if ((error as Error).name !== 'AccessDeniedException' || clock.now() >= until) throw error;
      await clock.wait(askAgainAfter);
    }
};

type Answer = Readonly<{ PhysicalResourceId: string; reason?: string | undefined }>;

/** Answers a request of CloudFormation, which waits until it is told that it may go on, or why not. */
const tell = async (event: CloudFormationCustomResourceEvent, { PhysicalResourceId, reason }: Answer): Promise<void> => {
  const { StackId, RequestId, LogicalResourceId } = event;
  const answer = {
    Status: reason === undefined ? 'SUCCESS' : 'FAILED',
    ...(reason !== undefined && { Reason: reason }),
    PhysicalResourceId,
    StackId,
    RequestId,
    LogicalResourceId,
  };
  // Bytes, so that no content type is sent: the address is signed for none.
  const response = await fetch(event.ResponseURL, { method: 'PUT', body: new TextEncoder().encode(JSON.stringify(answer)) });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: ${response.status}.`);
};

/**
 * Serves the two resources of a deployment that are ours: `Secrets`, before any function reads one, and `Revisions`, when all views are there: it
 * tells the deployment whether it may go on, and lets first revisions answer where there is no history yet.
 */
export const deployedHandler = () => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'deployed' });
  const control = environment('CONTROL_TABLE');
  const settling: Settling = {
    tableId: (name) => tableId(client, name),
    deployments: deploymentRecords(client, { commits: environment('COMMITS_TABLE'), control }),
    actives: activeRevisions(client, control),
    phases: revisionPhases(client, control),
    clock: systemClock,
  };
  const done = async (event: CloudFormationCustomResourceEvent): Promise<string | undefined> => {
    // What a stack leaves behind when it goes is its own business.
    if (event.RequestType === 'Delete') return undefined;
    if ('Secrets' in event.ResourceProperties) await makeSecrets(client, control);
    return 'Revisions' in event.ResourceProperties ? settled(settling, event) : undefined;
  };
  return async (event: CloudFormationCustomResourceEvent): Promise<void> => {
    const reason = await onceAllowed(systemClock, () => done(event)).catch((error: Error) => {
      log.error('Failed.', { error });
      return `The deployment could not be settled: ${error.message}`;
    });
    if (reason !== undefined) log.warn('A deployment is refused.', { reason });
    await tell(event, { PhysicalResourceId: 'Secrets' in event.ResourceProperties ? 'secrets' : 'deployed-views', reason });
  };
};
