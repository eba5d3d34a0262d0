import { CloudFormationClient, GetTemplateCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { markReplaced, replaceCode, restoreCode, runningFunctions } from '../../../lib/aws/deployment/running-functions.ts';

const [stacks, lambda] = [mockClient(CloudFormationClient), mockClient(LambdaClient)];
const clients = { stacks: new CloudFormationClient({}), functions: new LambdaClient({}) };
const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:command';

/** A stack with a function, and one with another in a nested stack. */
const deployedWith = (tags: Readonly<Record<string, string>> = {}) => {
  const template = (S3Key: string) =>
    JSON.stringify({
      Resources: {
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: { Code: { S3Bucket: { 'Fn::Sub': ['assets-$', '{AWS::AccountId}-$', '{AWS::Region}'].join('') }, S3Key } },
        },
      },
    });
  const resource = (ResourceType: string, PhysicalResourceId: string, LogicalResourceId: string) => ({
    ResourceType,
    PhysicalResourceId,
    LogicalResourceId,
  });
  const list = (resources: ReturnType<typeof resource>[]) => ({ StackResourceSummaries: resources as never });
  stacks.on(GetTemplateCommand, { StackName: 'dev' }).resolves({ TemplateBody: template('deployed.zip') });
  stacks.on(GetTemplateCommand, { StackName: 'nested' }).resolves({ TemplateBody: template('inner.zip') });
  stacks
    .on(ListStackResourcesCommand, { StackName: 'dev' })
    .resolves(
      list([
        resource('AWS::Lambda::Function', 'command', 'F'),
        resource('AWS::CloudFormation::Stack', 'nested', 'N'),
        resource('AWS::SQS::Queue', 'q', 'Q'),
      ]),
    );
  stacks
    .on(ListStackResourcesCommand, { StackName: 'nested' })
    .resolves(list([resource('AWS::Lambda::Function', 'project', 'F')]));
  lambda.on(GetFunctionCommand).resolves({
    Configuration: { FunctionArn: arn, Environment: { Variables: { CATEGORY: 'account' } } },
    Tags: tags,
  });
  lambda.on(GetFunctionConfigurationCommand).resolves({ LastUpdateStatus: 'Successful' });
};

const sent = () => lambda.calls().map(({ args: [command] }) => [command.constructor.name, command.input] as const);
const did = () => sent().filter(([name]) => !name.startsWith('GetFunction'));

beforeEach(() => {
  stacks.reset();
  lambda.reset();
});

test('the functions of a stack and of its nested ones are found, each with the place of its deployed code', async () => {
  deployedWith();
  expect(await runningFunctions(clients, 'dev')).toEqual([
    {
      name: 'command',
      arn,
      replaced: false,
      variables: { CATEGORY: 'account' },
      deployed: { bucket: 'assets-111122223333-eu-west-1', key: 'deployed.zip' },
    },
    expect.objectContaining({ name: 'project', deployed: { bucket: 'assets-111122223333-eu-west-1', key: 'inner.zip' } }),
  ]);
});

test('a function with other code gets the code that its template names, and only then loses the mark', async () => {
  deployedWith();
  const [before] = await runningFunctions(clients, 'dev');
  await markReplaced(clients, before!);
  await replaceCode(clients, before!, Buffer.from('zip'));
  deployedWith({ 'foldstream:replaced': 'yes' });
  const [after] = await runningFunctions(clients, 'dev');
  await restoreCode(clients, after!);
  expect(did()).toEqual([
    ['TagResourceCommand', { Resource: arn, Tags: { 'foldstream:replaced': 'yes' } }],
    ['UpdateFunctionCodeCommand', { FunctionName: 'command', ZipFile: Buffer.from('zip') }],
    ['UpdateFunctionCodeCommand', { FunctionName: 'command', S3Bucket: 'assets-111122223333-eu-west-1', S3Key: 'deployed.zip' }],
    ['UntagResourceCommand', { Resource: arn, TagKeys: ['foldstream:replaced'] }],
  ]);
  // The update has ended by then.
  expect(sent().at(-2)?.[0]).toBe('GetFunctionConfigurationCommand');
});

test('a function that cannot be restored keeps its mark', async () => {
  deployedWith({ 'foldstream:replaced': 'yes' });
  const [each] = await runningFunctions(clients, 'dev');
  lambda.on(UpdateFunctionCodeCommand).rejects(new Error('Throttled'));
  await expect(restoreCode(clients, each!)).rejects.toThrow('Throttled');
  expect(did().map(([name]) => name)).toEqual(['UpdateFunctionCodeCommand']);
});

test('a function without a mark is left alone', async () => {
  deployedWith();
  const [each] = await runningFunctions(clients, 'dev');
  await restoreCode(clients, each!);
  expect(did()).toEqual([]);
});
