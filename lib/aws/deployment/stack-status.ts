import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/** The status of a stack, such as `UPDATE_ROLLBACK_IN_PROGRESS`. */
export const stackStatus = async (StackName: string): Promise<string> => {
  const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName }));
  return Stacks?.[0]?.StackStatus ?? '';
};
