import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { lacking, lacksOf } from '../../lib/aws/local/capabilities.ts';
import { type Access, clientSettings, using } from '../../lib/aws/local/stack.ts';

const isRefused = (stranger: Access): Promise<boolean> =>
  using(new SQSClient(clientSettings(stranger)), (client) =>
    client.send(new ListQueuesCommand({})).then(
      () => false,
      (error: Error) => {
        if (/AccessDenied/.test(error.name)) return true;
        throw error;
      },
    ),
  );

/** A user without a policy sends a request: a local cloud that enforces IAM refuses it. */
const enforcesPolicies = (access: Access): Promise<void> =>
  using(new IAMClient(clientSettings(access)), async (client) => {
    const UserName = `foldstream-probe-${process.pid}`;
    let AccessKeyId: string | undefined;
    try {
      await client.send(new CreateUserCommand({ UserName }));
      const key = (await client.send(new CreateAccessKeyCommand({ UserName }))).AccessKey;
      AccessKeyId = key?.AccessKeyId;
      const stranger = { ...access, accessKeyId: AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
      if (!(await isRefused(stranger))) throw new Error('a user without rights may list queues');
    } finally {
      if (AccessKeyId) await client.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })).catch(() => {});
      await client.send(new DeleteUserCommand({ UserName })).catch(() => {});
    }
  });

/** The features that a local cloud lacks for the tests over HTTP: those that the application needs, and enforced policies. */
export const lacksForTests = async (access: Access): Promise<readonly string[]> =>
  (await Promise.all([lacksOf(access), lacking('policies are not enforced', enforcesPolicies(access))])).flat();
