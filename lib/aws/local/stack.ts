import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeleteBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { separated } from './outputs.ts';

/** The endpoint and the credentials of a local cloud. */
export type Access = { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };

export type StackState = { status: string; outputs: Record<string, string> };

/** The settings that every client of a local cloud needs. */
export const clientSettings = (access: Access) => ({
  endpoint: access.endpoint,
  region: access.region,
  credentials: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey },
});

/** A stack's status and outputs; undefined if there is none. Uses the environment's account unless an access is given. */
export async function describeStack(access: Access | undefined, name: string): Promise<StackState | undefined> {
  const client = new CloudFormationClient(access ? clientSettings(access) : {});
  try {
    const stack = (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
    if (!stack) return undefined;
    const outputs = (stack.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue] as const);
    return { status: stack.StackStatus ?? '', outputs: separated(Object.fromEntries(outputs)) };
  } catch (error) {
    if ((error as Error).name === 'ValidationError') return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

/** Removes a bucket's policy, if it has one. */
export async function deleteBucketPolicy(access: Access, bucket: string): Promise<void> {
  const client = new S3Client({ ...clientSettings(access), forcePathStyle: true });
  try {
    await client.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
}
