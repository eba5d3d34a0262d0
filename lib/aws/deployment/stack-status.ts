import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/** What CloudFormation is doing with a stack, such as `UPDATE_ROLLBACK_IN_PROGRESS`. */
export const stackStatus = async (StackName: string): Promise<string> => {
  const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName }));
  return Stacks?.[0]?.StackStatus ?? '';
};
