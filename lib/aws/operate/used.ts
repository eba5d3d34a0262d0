import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { atOnce } from '../../engine/at-once.ts';
import type { Figures, MeasuredFigures, MeasuredResource } from '../../engine/cost/measured.ts';
import { queueName } from '../queue-name.ts';
import { cloudWatch, type MetricOf, metricSums } from './metrics.ts';
import { type StackResource, stackResources } from './stack-resources.ts';
import { consumedUnits } from './units.ts';

type Kind = 'table' | 'function' | 'queue' | 'api' | 'log';

/** A resource of a deployment, by its name in CloudWatch, and the part of the deployment that it belongs to. */
export type UsedResource = Readonly<{ part: string; kind: Kind; name: string; megabytes?: number }>;

/** The types of resources that are paid for by use. */
const kinds: Readonly<Record<string, Kind>> = {
  'AWS::DynamoDB::Table': 'table',
  'AWS::Lambda::Function': 'function',
  'AWS::SQS::Queue': 'queue',
  'AWS::ApiGatewayV2::Api': 'api',
  'AWS::Logs::LogGroup': 'log',
};

const functionsAtOnce = 5;

/** The resources of a stack that are paid for by use. */
export const usedResources = async (
  stack: string,
  partOf: (resource: StackResource) => string,
  stacks = new CloudFormationClient({}),
  functions = new LambdaClient({ maxAttempts: 8 }),
): Promise<readonly UsedResource[]> => {
  const all = (await stackResources(stack, stacks)).filter(({ type }) => kinds[type]);
  return atOnce(functionsAtOnce, all, async (resource) => {
    const kind = kinds[resource.type]!;
    const name = kind === 'queue' ? queueName(resource.name) : resource.name;
    const base = { part: partOf(resource), kind, name };
    if (kind !== 'function') return base;
    const { MemorySize } = await functions.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return { ...base, ...(MemorySize !== undefined && { megabytes: MemorySize }) };
  });
};

type Metric = readonly [figure: keyof Figures, namespace: string, metric: string];

/** What is asked of a resource of each kind; tables are asked for apart, since their indexes are. */
const metricsOf: Readonly<Record<Exclude<Kind, 'table'>, Readonly<{ dimension: string; metrics: readonly Metric[] }>>> = {
  function: {
    dimension: 'FunctionName',
    metrics: [
      ['invocations', 'AWS/Lambda', 'Invocations'],
      ['milliseconds', 'AWS/Lambda', 'Duration'],
    ],
  },
  queue: {
    dimension: 'QueueName',
    metrics: [
      ['sent', 'AWS/SQS', 'NumberOfMessagesSent'],
      ['received', 'AWS/SQS', 'NumberOfMessagesReceived'],
      ['emptyReceives', 'AWS/SQS', 'NumberOfEmptyReceives'],
    ],
  },
  api: { dimension: 'ApiId', metrics: [['apiRequests', 'AWS/ApiGateway', 'Count']] },
  log: { dimension: 'LogGroupName', metrics: [['logBytes', 'AWS/Logs', 'IncomingBytes']] },
};

/** EventBridge counts the events of an account and region, of no bus. */
const busMetric: MetricOf = { Namespace: 'AWS/Events', MetricName: 'PutEventsEntriesCount' };
const busPart = 'the bus (all events of the account in this region)';

type Asked = Readonly<{
  resource: Omit<MeasuredResource, keyof Figures>;
  figure: keyof Figures;
  metric: MetricOf;
  megabytes?: number;
}>;

const askedOf = ({ part, kind, name, megabytes }: UsedResource): readonly Asked[] => {
  if (kind === 'table') return [];
  const { dimension, metrics } = metricsOf[kind];
  return metrics.map(([figure, Namespace, MetricName]) => ({
    resource: { part, resource: name },
    figure,
    metric: { Namespace, MetricName, Dimensions: [{ Name: dimension, Value: name }] },
    ...(megabytes !== undefined && { megabytes }),
  }));
};

const nameOf = ({ Namespace, MetricName }: MetricOf): string => `${Namespace} ${MetricName}`;

const hour = 3_600_000;

/** What the resources of a deployment have used between two instants (milliseconds), as CloudWatch tells it, which is complete some minutes later. */
export const measuredFigures = async (
  resources: readonly UsedResource[],
  span: Readonly<{ from: number; to: number }>,
  dynamo: DynamoDBClient,
  client = cloudWatch(),
): Promise<MeasuredFigures> => {
  const tables = resources.filter(({ kind }) => kind === 'table');
  const units = await consumedUnits(
    tables.map(({ name }) => name),
    span,
    dynamo,
    client,
  );
  const asked: readonly Asked[] = [
    ...resources.flatMap(askedOf),
    { resource: { part: busPart, resource: 'events' }, figure: 'busEvents', metric: busMetric },
  ];
  const sums = await metricSums(
    asked.map(({ metric }) => metric),
    span,
    client,
  );
  const told = asked.flatMap(({ resource, figure, metric, megabytes }, i) => {
    const value = sums[i];
    return value === undefined ? [] : [{ ...resource, [figure]: value, ...(megabytes && { megabytes }), metric: nameOf(metric) }];
  });
  const known = new Set(told.map(({ metric }) => metric));
  const missing = [...new Set(asked.map(({ metric }) => nameOf(metric)))].filter((name) => !known.has(name));
  return {
    hours: (span.to - span.from) / hour,
    resources: [
      ...units.map(({ table, read, write }) => ({
        part: tables.find(({ name }) => name === table)?.part ?? table,
        resource: table,
        readUnits: read,
        writeUnits: write,
      })),
      ...told.map(({ metric: _, ...resource }) => resource),
    ],
    missing: [...(units.length === 0 ? ['AWS/DynamoDB ConsumedWriteCapacityUnits'] : []), ...missing],
  };
};
