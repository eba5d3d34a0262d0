import { type CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';

/** A resource of a stack: its type, its name, and its logical id; and that of the nested stack in which it is. */
export type StackResource = Readonly<{ type: string; name: string; of: string; within?: string }>;

/** All resources of a stack and of those that are nested in it. */
export const stackResources = async (
  stack: string,
  client: CloudFormationClient,
  within?: string,
): Promise<readonly StackResource[]> => {
  const found: StackResource[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: stack }))
    for (const { ResourceType: type = '', PhysicalResourceId: name, LogicalResourceId: of = '' } of StackResourceSummaries) {
      if (!name) continue;
      if (type === 'AWS::CloudFormation::Stack') found.push(...(await stackResources(name, client, of)));
      else found.push({ type, name, of, ...(within !== undefined && { within }) });
    }
  return found;
};
