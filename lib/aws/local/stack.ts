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

/** Uses a client, and closes its connections. */
export const using = async <C extends Readonly<{ destroy(): void }>, T>(
  client: C,
  use: (client: C) => Promise<T>,
): Promise<T> => {
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
};

/** A stack's status and outputs; undefined if there is none. Uses the environment's account unless an access is given. */
export const describeStack = (access: Access | undefined, name: string): Promise<StackState | undefined> =>
  using(new CloudFormationClient(access ? clientSettings(access) : {}), async (client) => {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name })).catch((error: Error) => {
      if (error.name === 'ValidationError') return { Stacks: [] };
      throw error;
    });
    const stack = Stacks?.[0];
    if (!stack) return undefined;
    const outputs = (stack.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue] as const);
    return { status: stack.StackStatus ?? '', outputs: separated(Object.fromEntries(outputs)) };
  });

/** Removes a bucket's policy, if it has one. */
export const deleteBucketPolicy = (access: Access, Bucket: string): Promise<unknown> =>
  using(new S3Client({ ...clientSettings(access), forcePathStyle: true }), (client) =>
    client.send(new DeleteBucketPolicyCommand({ Bucket })),
  );
