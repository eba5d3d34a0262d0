import { setTimeout as pause } from 'node:timers/promises';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { type Access, clientSettings } from '../local/stack.ts';

/** The tag of a function whose code was replaced beside CloudFormation. */
const replacedTag = 'foldstream:replaced';

type Place = Readonly<{ bucket: string; key: string }>;

/** A deployed function. */
export type RunningFunction = Readonly<{
  name: string;
  arn: string;
  variables: Readonly<Record<string, string>>;
  /** It may run other code than its stack deployed. */
  replaced: boolean;
  /** Where the code lies that the stack's template names. */
  deployed?: Place;
}>;

type Template = Readonly<{
  Resources?: Readonly<Record<string, Readonly<{ Type: string; DeletionPolicy?: string; Properties?: object }>>>;
}>;

/** A stack as it tells about itself. */
export type RunningStack = Readonly<{
  tags: Readonly<Record<string, string>>;
  protectedFromDeletion: boolean;
  template: Template;
}>;

export type Clients = Readonly<{ stacks: CloudFormationClient; functions: LambdaClient }>;

/** Clients for the local cloud, or for the environment's account. */
export const runningClients = (access?: Access): Clients => {
  const settings = access ? clientSettings(access) : {};
  return { stacks: new CloudFormationClient(settings), functions: new LambdaClient({ ...settings, maxAttempts: 8 }) };
};

const templateOf = async ({ stacks }: Clients, StackName: string): Promise<Template> => {
  const { TemplateBody = '{}' } = await stacks.send(new GetTemplateCommand({ StackName, TemplateStage: 'Processed' }));
  return JSON.parse(TemplateBody) as Template;
};

/** Undefined if there is no such stack. */
export const runningStack = async (clients: Clients, StackName: string): Promise<RunningStack | undefined> => {
  const { Stacks } = await clients.stacks.send(new DescribeStacksCommand({ StackName })).catch((error: Error) => {
    if (error.name === 'ValidationError') return { Stacks: [] };
    throw error;
  });
  const [stack] = Stacks ?? [];
  if (!stack) return undefined;
  const tags = Object.fromEntries((stack.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const template = await templateOf(clients, StackName);
  return { tags, protectedFromDeletion: stack.EnableTerminationProtection === true, template };
};

/** The place of a function's code in a template: the CDK names the bucket with the account and the region of the stack. */
const placeOf = ({ Resources }: Template, logicalId: string, arn: string): Place | undefined => {
  const { Code } = (Resources?.[logicalId]?.Properties ?? {}) as {
    Code?: { S3Bucket?: string | { 'Fn::Sub': string }; S3Key?: string };
  };
  const { S3Bucket: bucket, S3Key: key } = Code ?? {};
  if (bucket === undefined || key === undefined) return undefined;
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  const values: Readonly<Record<string, string>> = { Partition: partition, Region: region, AccountId: account };
  const whole = typeof bucket === 'string' ? bucket : bucket['Fn::Sub'];
  return { bucket: whole.replaceAll(/\$\{AWS::(\w+)\}/g, (as, name: string) => values[name] ?? as), key };
};

const functionAt = async (
  clients: Clients,
  FunctionName: string,
  template: Template,
  logicalId: string,
): Promise<RunningFunction> => {
  const { Configuration, Tags } = await clients.functions.send(new GetFunctionCommand({ FunctionName }));
  const arn = Configuration?.FunctionArn ?? '';
  const deployed = placeOf(template, logicalId, arn);
  return {
    name: FunctionName,
    arn,
    variables: Configuration?.Environment?.Variables ?? {},
    replaced: Tags?.[replacedTag] !== undefined,
    ...(deployed && { deployed }),
  };
};

/** All functions of a stack and of its nested ones. */
export const runningFunctions = async (clients: Clients, StackName: string): Promise<readonly RunningFunction[]> => {
  const template = await templateOf(clients, StackName);
  const found: Promise<readonly RunningFunction[]>[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client: clients.stacks }, { StackName }))
    for (const { ResourceType, PhysicalResourceId: id, LogicalResourceId: logicalId = '' } of StackResourceSummaries) {
      if (id === undefined) continue;
      if (ResourceType === 'AWS::CloudFormation::Stack') found.push(runningFunctions(clients, id));
      if (ResourceType === 'AWS::Lambda::Function')
        found.push(functionAt(clients, id, template, logicalId).then((each) => [each]));
    }
  return (await Promise.all(found)).flat();
};

/** An update has to end before the next one may begin. Calls are answered by the old code until then. */
export const updated = async ({ functions }: Clients, FunctionName: string): Promise<void> => {
  for (;;) {
    const { LastUpdateStatus, LastUpdateStatusReason } = await functions.send(
      new GetFunctionConfigurationCommand({ FunctionName }),
    );
    if (LastUpdateStatus === 'Failed') throw new Error(`${FunctionName} could not be updated: ${LastUpdateStatusReason}`);
    if (LastUpdateStatus !== 'InProgress') return;
    await pause(200);
  }
};

/**
 * Marks a function as one whose code is replaced. It is marked before: a function that carries its deployed code under the mark is harmless, one that
 * carries other code without it would never be found.
 */
export const markReplaced = ({ functions }: Clients, { arn }: RunningFunction): Promise<unknown> =>
  functions.send(new TagResourceCommand({ Resource: arn, Tags: { [replacedTag]: 'yes' } }));

/** Gives a marked function other code than the deployed one: its update begins. */
export const replaceCode = ({ functions }: Clients, { name }: RunningFunction, archive: Buffer): Promise<unknown> =>
  functions.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: archive }));

/** Gives a marked function back the code that its stack's template names, also if CloudFormation has deployed it since: nothing tells for sure. */
export const restoreCode = async (clients: Clients, { name, arn, replaced, deployed }: RunningFunction): Promise<void> => {
  if (!replaced) return;
  if (!deployed) throw new Error(`The template of ${name} does not say where its code lies: change the function and deploy it.`);
  const { bucket: S3Bucket, key: S3Key } = deployed;
  await clients.functions.send(new UpdateFunctionCodeCommand({ FunctionName: name, S3Bucket, S3Key }));
  await updated(clients, name);
  await clients.functions.send(new UntagResourceCommand({ Resource: arn, TagKeys: [replacedTag] }));
};
