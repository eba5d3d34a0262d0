import { CognitoIdentityProviderClient, ListUserPoolsCommand } from '@aws-sdk/client-cognito-identity-provider';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { signedGet } from './signed-get.ts';
import { type Access, clientSettings } from './stack.ts';

export type Capability = { can: true } | { can: false; reason: string };

export type Capabilities = {
  /** HTTP APIs, the only way into the reference application. */
  httpApi: Capability;
  /** Cognito user pools, where tokens come from. */
  cognito: Capability;
  /** Denies actions that no policy allows. */
  iam: Capability;
};

/** The reasons of those that are missing. */
export const lacking = (...capabilities: readonly Capability[]): readonly string[] =>
  capabilities.flatMap((capability) => (capability.can ? [] : [capability.reason]));

/** Finds a local cloud's capabilities by real requests, and leaves nothing behind. */
export async function probe(access: Access): Promise<Capabilities> {
  const [httpApi, cognito, iam] = await Promise.all([probeHttpApi(access), probeCognito(access), probeIam(access)]);
  return { httpApi, cognito, iam };
}

const cannot = (reason: string): Capability => ({ can: false, reason });

async function probeHttpApi(access: Access): Promise<Capability> {
  try {
    const answer = await signedGet(access, 'apigateway', '/v2/apis');
    if (answer.ok) return { can: true };
    return cannot(`no HTTP APIs: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  } catch (error) {
    return cannot(`no HTTP APIs: ${said(error)}`);
  }
}

async function probeCognito(access: Access): Promise<Capability> {
  const client = new CognitoIdentityProviderClient(clientSettings(access));
  try {
    await client.send(new ListUserPoolsCommand({ MaxResults: 1 }));
    return { can: true };
  } catch (error) {
    return cannot(`no Cognito user pools: ${said(error)}`);
  } finally {
    client.destroy();
  }
}

// A user without a policy sends a request: a local cloud that enforces IAM refuses it.
async function probeIam(access: Access): Promise<Capability> {
  const client = new IAMClient(clientSettings(access));
  const UserName = `foldstream-probe-${process.pid}`;
  let AccessKeyId: string | undefined;
  try {
    await client.send(new CreateUserCommand({ UserName }));
    const key = (await client.send(new CreateAccessKeyCommand({ UserName }))).AccessKey;
    AccessKeyId = key?.AccessKeyId;
    const stranger = { ...access, accessKeyId: AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
    return (await isRefused(stranger))
      ? { can: true }
      : cannot('policies are not enforced: a user without rights may list queues');
  } catch (error) {
    return cannot(`policies cannot be probed: ${said(error)}`);
  } finally {
    if (AccessKeyId) await client.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })).catch(() => {});
    await client.send(new DeleteUserCommand({ UserName })).catch(() => {});
    client.destroy();
  }
}

async function isRefused(stranger: Access): Promise<boolean> {
  const client = new SQSClient(clientSettings(stranger));
  try {
    await client.send(new ListQueuesCommand({}));
    return false;
  } catch (error) {
    if (/AccessDenied/.test((error as Error).name)) return true;
    throw error;
  } finally {
    client.destroy();
  }
}

/** The first line: the others are the SDK's advice for debugging. */
const said = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}`.slice(0, 200) : String(error);
