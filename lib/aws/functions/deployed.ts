import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { revisionKey } from '../../core/deployed-names.ts';
import type { Manifest } from '../../core/manifest.ts';
import { atOnce } from '../../engine/at-once.ts';
import {
  type DeployedRevision,
  type Deploying,
  revisionOf,
  type Settled,
  settleDeployment,
} from '../../engine/deployment/revisions.ts';
import { buildInPlace, type InPlace } from '../../engine/rebuild/in-place.ts';
import { dynamo } from '../client/dynamo.ts';
import { emptyBucket, s3 } from '../deployment/buckets.ts';
import { answerCloudFormation, onceAllowed } from '../deployment/custom-resource.ts';
import { deploymentRecords, tableId } from '../deployment/deployments.ts';
import { invokeWorker, workers } from '../deployment/workers.ts';
import { environment } from '../environment.ts';
import { rebuildRecords } from '../rebuild/records.ts';
import { makeSecrets } from '../secrets.ts';
import { systemClock } from '../system.ts';
import { activeRevisions, revisionPhases } from '../view/revisions.ts';

type Properties = Readonly<Record<string, unknown>>;
type Unbuilt = Exclude<Settled, Readonly<{ refused: string }>>;

/** The property `Revisions` of the resource: the table's name, and the hash of the code, by `<projection>.r<revision>`. */
const revisionsIn = (properties: Properties = {}) =>
  Object.entries((properties.Revisions ?? {}) as Record<string, readonly [string, string?]>).map(([name, [tableName, code]]) => ({
    ...revisionOf(name),
    tableName,
    ...(code !== undefined && { code }),
  }));

/** Further ports: the ids of tables by name, and the builder of small views. */
export type Settling = Deploying &
  Readonly<{ tableId: (name: string) => Promise<string>; build: (settled: Unbuilt, properties: Properties) => Promise<void> }>;

/** Settles the active revisions. Returns the reason if the views may not be deployed. */
export const settled = async (settling: Settling, event: CloudFormationCustomResourceEvent): Promise<string | undefined> => {
  const before: Properties = event.RequestType === 'Update' ? event.OldResourceProperties : {};
  const previous = revisionsIn(before);
  const { Retired: retired = [], Table } = event.ResourceProperties as Readonly<{ Retired?: readonly string[]; Table?: string }>;
  const restored = before.Table !== undefined && before.Table !== Table;
  const next = revisionsIn(event.ResourceProperties).map(
    async ({ tableName, ...one }): Promise<DeployedRevision> => ({ ...one, table: await settling.tableId(tableName) }),
  );
  const outcome = await settleDeployment(settling, await Promise.all(next), { previous, retired, restored });
  if ('refused' in outcome) return outcome.refused;
  await settling.build(outcome, event.ResourceProperties);
  return undefined;
};

/** The views built in parallel, and the time limit for all: less than the function's timeout. */
const [builtAtOnce, buildWithin] = [4, 150_000];

/** Builds small views by the workers of the revisions, named in the property `Workers`. Larger ones are left to an operator. */
const building =
  (manifest: Manifest, client: DynamoDBClient, control: string, log: Logger): Settling['build'] =>
  async ({ unbuilt, commits }, properties) => {
    const name = ({ projection, revision }: (typeof unbuilt)[number]) => revisionKey({ name: projection, revision });
    if (commits === undefined) log.warn('Views are not built yet: rebuild each of them.', { views: unbuilt.map(name) });
    if (commits === undefined || unbuilt.length === 0) return;
    const codes = new Map(revisionsIn(properties).map((one) => [name(one), one.code]));
    const functions = properties.Workers as Readonly<Record<string, string>>;
    const lambda = workers();
    const inPlace: InPlace = {
      views: manifest.projections.map((projection) => {
        const code = codes.get(revisionKey(projection));
        return { projection, ...(code !== undefined && { code }), queue: { send: async () => [] } };
      }),
      actives: activeRevisions(client, control),
      phases: revisionPhases(client, control),
      rebuilds: rebuildRecords(client, control),
      clock: systemClock,
      log,
      keys: { randomId: randomUUID },
      liveAfterSeconds: 0,
      aboutCommits: async () => commits,
      work: (of, order) => invokeWorker(lambda, functions[name(of)] ?? '', order),
      until: systemClock.now() + buildWithin,
    };
    await atOnce(builtAtOnce, unbuilt, async (one) => {
      const answers = await buildInPlace(inPlace, one).catch((error: Error) => {
        log.error('The deployment failed to build a view: rebuild it.', { view: name(one), error });
        return false;
      });
      if (answers) log.info('The deployment built a view, which answers queries now.', { view: name(one), commits });
    });
  };

/** The physical id of the resource; if it changes, CloudFormation removes the old resource. */
const nameOf = (properties: Readonly<Record<string, unknown>>): string =>
  'Bucket' in properties ? String(properties.Bucket) : 'Secrets' in properties ? 'secrets' : 'deployed-views';

/**
 * Handles the custom resources of a deployment: `Secrets`, before any function reads one; `Revisions`, when all views exist: it allows or refuses the
 * deployment, and lets first revisions answer where there is no history; and `Bucket`, which is emptied before it is removed.
 */
export const deployedHandler = (manifest: Manifest) => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'deployed' });
  const control = environment('CONTROL_TABLE');
  const settling: Settling = {
    tableId: (name) => tableId(client, name),
    build: building(manifest, client, control, log),
    deployments: deploymentRecords(client, { commits: environment('COMMITS_TABLE'), control }),
    actives: activeRevisions(client, control),
    phases: revisionPhases(client, control),
    clock: systemClock,
  };
  const done = async (event: CloudFormationCustomResourceEvent): Promise<string | undefined> => {
    if (event.RequestType === 'Delete') {
      if ('Bucket' in event.ResourceProperties) await emptyBucket(s3(), String(event.ResourceProperties.Bucket));
      // A removal needs nothing else.
      return undefined;
    }
    if ('Secrets' in event.ResourceProperties) await makeSecrets(client, control);
    return 'Revisions' in event.ResourceProperties ? settled(settling, event) : undefined;
  };
  return async (event: CloudFormationCustomResourceEvent): Promise<void> => {
    const reason = await onceAllowed(systemClock, () => done(event)).catch((error: Error) => {
      log.error('Failed.', { error });
      return `The deployment could not be settled: ${error.message}`;
    });
    if (reason !== undefined) log.warn('A deployment is refused.', { reason });
    const resource = nameOf(event.ResourceProperties);
    await answerCloudFormation(systemClock, event, { resource, ...(reason !== undefined && { refused: reason }) });
  };
};
