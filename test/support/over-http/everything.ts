import { randomUUID } from 'node:crypto';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  type AttributeValue,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  paginateScan,
  RestoreTableFromBackupCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListArchivesCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectVersionsCommand, type ListObjectVersionsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { GetScheduleCommand, paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DescribeExecutionCommand, paginateGetExecutionHistory, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { readLogs } from '../../../lib/aws/operate/logs.ts';
import { changedTo } from '../../../lib/aws/store/commit-item.ts';
import { eventually } from '../eventually.ts';

/** Something that lies in a deployment: an item, a message, an object, a line. */
export type Found = Readonly<{ place: string; value: unknown }>;

const tables = new DynamoDBClient({});
const [queues, logs, lambda] = [
  new SQSClient({ useQueueUrlAsEndpoint: false }),
  new CloudWatchLogsClient({}),
  new LambdaClient({}),
];
const [buckets, machines, buses] = [new S3Client({ forcePathStyle: true }), new SFNClient({}), new EventBridgeClient({})];
const schedules = new SchedulerClient({});

/** The items of a table. What is in a packed commit is looked at as well. */
export async function* itemsOf(TableName: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for await (const { Items = [] } of paginateScan({ client: tables }, { TableName })) yield* Items.map(changedTo);
}

/** Backups can be read as tables alone. */
async function* backupsOf(TableName: string): AsyncGenerator<Found> {
  const { BackupSummaries = [] } = await tables.send(new ListBackupsCommand({ TableName }));
  for (const { BackupArn, BackupName } of BackupSummaries) {
    const TargetTableName = `looked-through-${randomUUID()}`;
    await tables.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName }));
    for await (const value of itemsOf(TargetTableName)) yield { place: `backup ${BackupName}`, value };
    await tables.send(new DeleteTableCommand({ TableName: TargetTableName }));
  }
}

type Change = Readonly<{ dynamodb: Readonly<{ NewImage?: object; OldImage?: object }> }>;

/** The SDK's client of streams is no dependency. The engine takes its owner's word for it. */
const askStreams = async <T>(action: string, body: object): Promise<T> => {
  const response = await fetch(process.env.AWS_ENDPOINT_URL!, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/20261129/${process.env.AWS_REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${action}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
};

type Shards = Readonly<{ StreamDescription: Readonly<{ Shards: readonly Readonly<{ ShardId: string }>[] }> }>;
type Records = Readonly<{ Records: readonly Change[]; NextShardIterator?: string }>;

async function* streamOf(TableName: string): AsyncGenerator<Found> {
  const { LatestStreamArn: StreamArn } = (await tables.send(new DescribeTableCommand({ TableName }))).Table ?? {};
  if (!StreamArn) return;
  const { StreamDescription } = await askStreams<Shards>('DescribeStream', { StreamArn });
  for (const { ShardId } of StreamDescription.Shards) {
    const first = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let { ShardIterator } = await askStreams<{ ShardIterator?: string }>('GetShardIterator', first);
    while (ShardIterator) {
      const page: Records = await askStreams<Records>('GetRecords', { ShardIterator });
      for (const { dynamodb } of page.Records)
        for (const image of [dynamodb.NewImage, dynamodb.OldImage])
          if (image) yield { place: `stream of ${TableName}`, value: changedTo(image as Record<string, AttributeValue>) };
      // An open shard has no end.
      ShardIterator = page.Records.length > 0 ? page.NextShardIterator : undefined;
    }
  }
}

async function* tableOf(TableName: string): AsyncGenerator<Found> {
  for await (const value of itemsOf(TableName)) yield { place: `table ${TableName}`, value };
  yield* backupsOf(TableName);
  yield* streamOf(TableName);
}

/** All messages of a queue. It waits for those that are delayed or being handled, and gives back what it received. */
async function* messagesOf(QueueUrl: string): AsyncGenerator<Found> {
  const AttributeNames = ['ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;
  await eventually(
    async () => (await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }))).Attributes,
    (attributes) => AttributeNames.every((name) => Number(attributes?.[name] ?? 0) === 0),
  );
  const received: Message[] = [];
  const receive = new ReceiveMessageCommand({
    ...{ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60 },
    MessageAttributeNames: ['All'],
  });
  for (let more = true; more; ) {
    const { Messages = [] } = await queues.send(receive);
    received.push(...Messages);
    more = Messages.length > 0;
  }
  for (const { ReceiptHandle } of received)
    await queues.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  for (const { Body, MessageAttributes = {} } of received) yield { place: `queue ${QueueUrl}`, value: [Body, MessageAttributes] };
}

/** All versions of all objects of a bucket. */
async function* objectsOf(Bucket: string): AsyncGenerator<Found> {
  for (let after: object | undefined = {}; after; ) {
    const page: ListObjectVersionsCommandOutput = await buckets.send(
      new ListObjectVersionsCommand({ Bucket, ...(after as { KeyMarker?: string }) }),
    );
    for (const { Key, VersionId } of page.Versions ?? []) {
      const isVersioned = VersionId !== undefined && VersionId !== 'null';
      const { Body } = await buckets.send(new GetObjectCommand({ Bucket, Key, ...(isVersioned && { VersionId }) }));
      yield { place: `bucket ${Bucket}`, value: [Key, await Body!.transformToByteArray()] };
    }
    after = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
}

async function* linesOf(group: string): AsyncGenerator<Found> {
  for (const { text } of await readLogs(logs)(group, 0)) yield { place: `log ${group}`, value: text };
}

async function* executionsOf(stateMachineArn: string): AsyncGenerator<Found> {
  const place = `execution of ${stateMachineArn}`;
  for await (const { executions = [] } of paginateListExecutions({ client: machines }, { stateMachineArn }))
    for (const { executionArn } of executions) {
      const { input, output } = await machines.send(new DescribeExecutionCommand({ executionArn }));
      yield { place, value: [input, output] };
      for await (const { events = [] } of paginateGetExecutionHistory({ client: machines }, { executionArn }))
        for (const { timestamp: _, ...value } of events) yield { place, value };
    }
}

async function* functionOf(FunctionName: string): AsyncGenerator<Found> {
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  yield { place: `function ${FunctionName}`, value: Environment?.Variables };
  yield* linesOf(`/aws/lambda/${FunctionName}`);
}

/** What the one-shots of a process's deadlines will say. */
async function* schedulesOf(GroupName: string): AsyncGenerator<Found> {
  for await (const { Schedules = [] } of paginateListSchedules({ client: schedules }, { GroupName }))
    for (const { Name } of Schedules) {
      const { Target } = await schedules.send(new GetScheduleCommand({ GroupName, Name }));
      yield { place: `schedule ${Name}`, value: Target };
    }
}

/** Nobody can read an archive without replaying it. */
async function* noArchiveOf(bus: string): AsyncGenerator<Found> {
  const { Archives = [] } = await buses.send(new ListArchivesCommand({}));
  const own = Archives.filter(({ EventSourceArn = '' }) => EventSourceArn.endsWith(`/${bus}`));
  if (own.length > 0) throw new Error(`The bus ${bus} has an archive, which this search cannot look through.`);
}

const readers: Readonly<Record<string, (name: string) => AsyncGenerator<Found>>> = {
  'AWS::DynamoDB::Table': tableOf,
  'AWS::SQS::Queue': messagesOf,
  'AWS::S3::Bucket': objectsOf,
  'AWS::Logs::LogGroup': linesOf,
  'AWS::StepFunctions::StateMachine': executionsOf,
  'AWS::Lambda::Function': functionOf,
  'AWS::Events::EventBus': noArchiveOf,
  'AWS::Scheduler::ScheduleGroup': schedulesOf,
};

/** Resources that keep nothing of what goes through them. */
const keepsNothing =
  /^(Custom::|AWS::(ApiGatewayV2|IAM|CloudWatch|KMS)::|AWS::Logs::MetricFilter|AWS::SQS::QueuePolicy|AWS::S3::BucketPolicy|AWS::Lambda::(EventInvokeConfig|Permission|EventSourceMapping)|AWS::Events::Rule)/;

/** The resources of a deployment, also of stacks that are nested in it. */
export const resourcesOf = async (stack: string): Promise<readonly Readonly<{ type: string; name: string }>[]> => {
  const client = new CloudFormationClient({});
  const found: Readonly<{ type: string; name: string }>[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: stack }))
    for (const { ResourceType: type = '', PhysicalResourceId: name = '' } of StackResourceSummaries)
      if (type === 'AWS::CloudFormation::Stack') found.push(...(await resourcesOf(name)));
      else found.push({ type, name });
  return found;
};

/** Everything that a deployment's resources hold. A resource of a kind that nobody has thought of fails. */
export async function* everythingIn(stack: string): AsyncGenerator<Found> {
  for (const { type, name } of await resourcesOf(stack)) {
    const reader = readers[type];
    if (reader) yield* reader(name);
    else if (!keepsNothing.test(type)) throw new Error(`No reader looks through ${type} ${name}: write one.`);
  }
}
