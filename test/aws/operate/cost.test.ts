import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { manifest } from '../../../domains/index.ts';
import { costReader } from '../../../lib/aws/operate/cost.ts';
import { costAnswer } from '../../../lib/http/openapi/told/cost.ts';
import { cloudWatchTells } from '../../support/cloudwatch.ts';

const [stacks, functions] = [mockClient(CloudFormationClient), mockClient(LambdaClient)];
const [metrics, dynamo] = [mockClient(CloudWatchClient), mockClient(DynamoDBClient)];
const mocks = [stacks, functions, metrics, dynamo];
// The classes themselves are mocked: other files in this process want them back.
afterAll(() => {
  for (const mock of mocks) mock.restore();
});
const clients = { stacks: new CloudFormationClient({}), functions: new LambdaClient({}), metrics: new CloudWatchClient({}) };
let now: number;
const readerIn = (region: string) =>
  costReader({ manifest, stack: 'bank-prod', region, dynamo: new DynamoDBClient({}), clock: { now: () => now } }, clients);

beforeEach(() => {
  for (const mock of mocks) mock.reset();
  now = Date.parse('2026-11-21T12:07:30.000Z');
  stacks.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: [
      {
        ...{ LastUpdatedTimestamp: new Date(now), ResourceStatus: 'CREATE_COMPLETE' },
        ResourceType: 'AWS::Lambda::Function',
        PhysicalResourceId: 'bank-prod-x',
        LogicalResourceId: 'AccountCommandsCommandA2BB9347',
      },
    ],
  });
  functions.on(GetFunctionConfigurationCommand).resolves({ MemorySize: 1_024 });
});

const measured = () => cloudWatchTells(metrics, { 'AWS/Lambda Invocations FunctionName=bank-prod-x': [1_000_000] });

it('tells the last whole hour, by part, as the API describes it, and names what nobody measures', async () => {
  measured();
  const report = await readerIn('eu-central-1')();
  expect(costAnswer.parse(report)).toEqual(report);
  expect(report).toMatchObject({
    from: '2026-11-21T11:02:00.000Z',
    to: '2026-11-21T12:02:00.000Z',
    region: 'eu-central-1',
    all: { usd: expect.closeTo(0.2), usdAMonth: expect.closeTo(146) },
    parts: [{ part: 'commands', used: { invocations: 1_000_000 } }],
  });
  expect(report.missing).toEqual(expect.arrayContaining(['AWS/Lambda Duration', 'AWS/DynamoDB ConsumedWriteCapacityUnits']));
});

it('asks for the resources of nested stacks too, for queues by their names, and for the time of functions by their memory', async () => {
  const summary = (ResourceType: string, PhysicalResourceId: string, LogicalResourceId: string) => ({
    ...{ LastUpdatedTimestamp: new Date(now), ResourceStatus: 'CREATE_COMPLETE' as const },
    ...{ ResourceType, PhysicalResourceId, LogicalResourceId },
  });
  const nested = 'DeskGroupNestedStackDeskGroupNestedStackResource00BC';
  stacks
    .on(ListStackResourcesCommand, { StackName: 'bank-prod' })
    .resolves({ StackResourceSummaries: [summary('AWS::CloudFormation::Stack', 'arn:nested', nested)] })
    .on(ListStackResourcesCommand, { StackName: 'arn:nested' })
    .resolvesOnce({ StackResourceSummaries: [summary('AWS::Lambda::Function', 'desk', 'ProjectA2BB9347')], NextToken: 'more' })
    .resolves({
      StackResourceSummaries: [
        summary('AWS::SQS::Queue', 'https://sqs.eu-central-1.amazonaws.com/111122223333/bank-prod-desk', 'Queue4A7E3555'),
      ],
    });
  cloudWatchTells(metrics, {
    'AWS/Lambda Duration FunctionName=desk': [1_000, 3_000],
    'AWS/SQS NumberOfMessagesSent QueueName=bank-prod-desk': [7],
  });
  functions.on(GetFunctionConfigurationCommand).resolves({ MemorySize: 512 });
  const { parts } = await readerIn('eu-central-1')();
  expect(parts).toMatchObject([{ part: 'group desk', used: { functionGigabyteSeconds: 2, queueRequests: 7 } }]);
});

it('keeps an answer for five minutes, since metrics are paid for, and asks once which resources there are', async () => {
  measured();
  const read = readerIn('eu-central-1');
  const asked = () => metrics.commandCalls(GetMetricDataCommand).length;
  const first = await read();
  const once = asked();
  now += 299_000;
  expect(await read()).toBe(first);
  expect(asked()).toBe(once);
  now += 2_000;
  expect(await read()).not.toBe(first);
  expect(asked()).toBeGreaterThan(once);
  expect(stacks.commandCalls(ListStackResourcesCommand)).toHaveLength(1);
});

it('says whose prices stand in for those of a region without a list, and where nothing is measured it has no parts', async () => {
  cloudWatchTells(metrics, {});
  const report = await readerIn('sa-east-1')();
  expect(report).toMatchObject({ region: 'us-east-1', deployedIn: 'sa-east-1', parts: [], services: [] });
  expect(report.missing).toContain('AWS/Lambda Invocations');
});
