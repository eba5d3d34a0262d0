import { join } from 'node:path';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Code, EventSourceMapping, Function as LambdaFunction, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { bundle } from '../../../lib/infra/bundle.ts';

/** The hops of a commit with none of our code: API -> function -> table -> stream -> function -> bus -> rule -> queue -> function -> table
 * <- function <- API. */
const folders = await bundle({ manifestModule: import.meta.filename, functions: join(import.meta.dirname, 'functions') });
const stack = new Stack(new App(), 'floor');

const table = (id: string) => {
  const made = new Table(stack, id, {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(id === 'Written' && { stream: StreamViewType.NEW_IMAGE }),
  });
  new CfnOutput(stack, `${id}Table`, { value: made.tableName });
  return made;
};

const lambda = (id: string, environment: Record<string, string>) =>
  new LambdaFunction(stack, id, {
    code: Code.fromAsset(folders[id.toLowerCase()]!),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    memorySize: 1024,
    timeout: Duration.seconds(20),
    environment,
  });

const [written, seen] = [table('Written'), table('Seen')];
const bus = new EventBus(stack, 'Bus');
const publish = lambda('Publish', { BUS_NAME: bus.eventBusName });
bus.grantPutEventsTo(publish);
written.grantStreamRead(publish);
new EventSourceMapping(stack, 'Appended', {
  target: publish,
  eventSourceArn: written.tableStreamArn!,
  startingPosition: StartingPosition.TRIM_HORIZON,
  batchSize: 100,
});
const queue = new Queue(stack, 'Queue', { visibilityTimeout: Duration.seconds(120) });
new Rule(stack, 'Rule', { eventBus: bus, eventPattern: { detailType: ['put'] }, targets: [new SqsQueue(queue)] });
const project = lambda('Project', { VIEW_TABLE: seen.tableName });
seen.grantWriteData(project);
queue.grantConsumeMessages(project);
new EventSourceMapping(stack, 'Delivered', { target: project, eventSourceArn: queue.queueArn, batchSize: 10 });

const write = lambda('Write', { WRITTEN_TABLE: written.tableName });
written.grantWriteData(write);
const read = lambda('Read', { VIEW_TABLE: seen.tableName });
seen.grantReadData(read);
const api = new HttpApi(stack, 'Api');
api.addRoutes({ path: '/write', methods: [HttpMethod.POST], integration: new HttpLambdaIntegration('ToWrite', write) });
api.addRoutes({ path: '/read', methods: [HttpMethod.GET], integration: new HttpLambdaIntegration('ToRead', read) });
new CfnOutput(stack, 'ApiId', { value: api.apiId });
