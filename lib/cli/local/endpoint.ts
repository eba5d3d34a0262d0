import { devNull } from 'node:os';
import { delimiter, dirname } from 'node:path';
import type { Access } from '../../aws/local/stack.ts';
import { UserError } from '../terminal/user-error.ts';

/** The region that everything local is deployed to. */
export const localRegion = 'eu-central-1';

type Env = Readonly<Record<string, string | undefined>>;

/** The endpoint of the user's own local cloud, if AWS_ENDPOINT_URL names one; then none is started. */
export function usesExternalEngine(env: Env = process.env): string | undefined {
  const endpoint = env.AWS_ENDPOINT_URL?.trim();
  return endpoint ? endpoint.replace(/\/+$/, '') : undefined;
}

/** Throws unless something at the endpoint speaks HTTP; any answer will do. */
export async function requireAnswer(endpoint: string, deadlineMs = 5_000): Promise<void> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(deadlineMs) });
  } catch (cause) {
    const hint = 'Start that engine, or unset AWS_ENDPOINT_URL to use the local one.';
    throw new UserError(`No local cloud answers at AWS_ENDPOINT_URL=${endpoint}.`, hint, { cause });
  }
}

/**
 * The AWS settings for every client of a local cloud. Profiles, sessions and endpoints of single services are left out: with one of them a local
 * deployment would reach a real account.
 */
export function engineSettings(endpoint: string, env: Env = process.env): Record<string, string> {
  const external = usesExternalEngine(env) === endpoint;
  const key = (external && env.AWS_ACCESS_KEY_ID) || 'test';
  const region = (external && (env.AWS_REGION || env.AWS_DEFAULT_REGION)) || localRegion;
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: (external && env.AWS_SECRET_ACCESS_KEY) || 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DEFAULT_REGION: region,
    // An access key of twelve digits names the account, on MiniStack as on LocalStack.
    CDK_DEFAULT_ACCOUNT: /^\d{12}$/.test(key) ? key : '000000000000',
  };
}

/** The same for a client that is made in this process. */
export function accessTo(endpoint: string, env: Env = process.env): Access {
  const settings = engineSettings(endpoint, env);
  const { AWS_REGION: region = '', AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = settings;
  return { endpoint, region, accessKeyId, secretAccessKey };
}

/** A whole environment for a child process: only the local cloud's AWS settings, and this Node first on the PATH. */
export function engineEnv(endpoint: string, env: Env = process.env): Record<string, string> {
  const rest = Object.entries(env).filter(([name, value]) => value !== undefined && !name.startsWith('AWS_')) as [
    string,
    string,
  ][];
  return {
    ...Object.fromEntries(rest),
    ...engineSettings(endpoint, env),
    PATH: nodeFirst(env.PATH),
    NO_PROXY: [env.NO_PROXY ?? env.no_proxy, '127.0.0.1', 'localhost'].filter(Boolean).join(','),
  };
}

/** The local cloud runs functions with the `node` on its PATH, which must be the repository's. */
export const nodeFirst = (path = ''): string => [dirname(process.execPath), path].filter(Boolean).join(delimiter);
