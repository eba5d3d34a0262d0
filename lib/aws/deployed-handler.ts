import { Logger } from '@aws-lambda-powertools/logger';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { type DeployedRevision, type Deploying, revisionOf, settleDeployment } from '../engine/deployed.ts';
import { answerCloudFormation, onceAllowed } from './custom-resource.ts';
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
    const resource = 'Secrets' in event.ResourceProperties ? 'secrets' : 'deployed-views';
    await answerCloudFormation(event, { resource, ...(reason !== undefined && { refused: reason }) });
  };
};
