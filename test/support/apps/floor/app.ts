import { join } from 'node:path';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Code, EventSourceMapping, Function as LambdaFunction, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { bundle } from '../../../../lib/infra/code/bundle.ts';
import { consumersOfDeposits } from './consumers.ts';

/**
 * The hops of a commit with none of our code: API -> function -> table -> stream -> function -> bus -> for each consumer: rule -> queue -> function -> table;
 * and the first one's table <- function <- API. Each function logs a line: the engine waits up to 50 ms for one before it goes on. What is not on the way to the
 * row does as much as ours, since the engine, one process for everything, makes a reader wait for it, and AWS does not: the stream has a second consumer, which
 * sends a message as the guard does, and is called before the bus gets anything; the other consumers make as many requests as in the reference application.
 */
const folders = await bundle({
  manifestModule: import.meta.filename,
  functions: join(import.meta.dirname, 'functions'),
  fold: {},
});
const app = new App();

const floor = (consumers: readonly number[]) => {
  const stack = new Stack(app, `floor-${consumers.length}`);
  const table = (id: string, stream?: StreamViewType) =>
    new Table(stack, id, {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
      stream,
    });
  const lambda = (step: string, id: string, environment: Record<string, string>) =>
    new LambdaFunction(stack, id, {
      code: Code.fromAsset(folders[step]!),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      memorySize: 1024,
      timeout: Duration.seconds(20),
      environment,
    });
  const written = table('Written', StreamViewType.NEW_IMAGE);
  const bus = new EventBus(stack, 'Bus');
  const publish = lambda('publish', 'Publish', { BUS_NAME: bus.eventBusName });
  bus.grantPutEventsTo(publish);
  const journal = new Queue(stack, 'Journal');
  const guard = lambda('guard', 'Guard', { JOURNAL_URL: journal.queueUrl });
  journal.grantSendMessages(guard);
  for (const target of [publish, guard]) {
    written.grantStreamRead(target);
    new EventSourceMapping(stack, `AppendedTo${target.node.id}`, {
      target,
      eventSourceArn: written.tableStreamArn!,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
    });
  }
  const seen = consumers.map((requests, i) => {
    const own = table(`Seen${i}`);
    const queue = new Queue(stack, `Queue${i}`, { visibilityTimeout: Duration.seconds(120) });
    new Rule(stack, `Rule${i}`, { eventBus: bus, eventPattern: { detailType: ['put'] }, targets: [new SqsQueue(queue)] });
    const project = lambda('project', `Project${i}`, { VIEW_TABLE: own.tableName, REQUESTS: String(requests) });
    own.grantWriteData(project);
    queue.grantConsumeMessages(project);
    new EventSourceMapping(stack, `Delivered${i}`, { target: project, eventSourceArn: queue.queueArn, batchSize: 10 });
    return own;
  });
  const write = lambda('write', 'Write', { WRITTEN_TABLE: written.tableName });
  written.grantWriteData(write);
  const read = lambda('read', 'Read', { VIEW_TABLE: seen[0]!.tableName });
  seen[0]!.grantReadData(read);
  const api = new HttpApi(stack, 'Api');
  api.addRoutes({ path: '/write', methods: [HttpMethod.POST], integration: new HttpLambdaIntegration('ToWrite', write) });
  api.addRoutes({ path: '/read', methods: [HttpMethod.GET], integration: new HttpLambdaIntegration('ToRead', read) });
  new CfnOutput(stack, 'ApiId', { value: api.apiId });
};

// As many consumers as a deposit has in the reference application; and one alone, for comparison.
for (const consumers of [consumersOfDeposits, [1]]) floor(consumers);
