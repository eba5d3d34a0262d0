import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { manifest } from '../../../domains/index.ts';
import { signIn, type User } from '../../../lib/aws/local/users.ts';
import { type Deployment, demoUsers } from '../../../lib/cli/local/deployment.ts';
import { accessTo } from '../../../lib/cli/local/endpoint.ts';
import { customers } from '../../integration/setup.ts';
import { type Check, describedBy } from './described.ts';

/** An answer with its parsed body. */
export type Answer = Readonly<{ status: number; headers: Headers; body: Record<string, unknown> }>;

export type Call = (
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

const reference = describedBy(manifest);

/**
 * Calls of an API under one token; a string is sent as it is, everything else as JSON. Each answer of the reference application must be as its API is
 * described.
 */
export const caller =
  (
    api: string,
    token: string | undefined,
    check: Check | undefined = api === inject('deployment')?.api ? reference : undefined,
  ): Call =>
  async (method, path, body, headers = {}) => {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status } = response;
    const answered = text === '' ? {} : JSON.parse(text);
    const fault = check?.({ method, path, status, type: response.headers.get('content-type'), body: answered });
    if (fault !== undefined) throw new Error(`This is not as the API is described: ${fault}`);
    return { status, headers: response.headers, body: answered };
  };

export const theDeployment = (): Deployment => {
  const deployment = inject('deployment');
  if (!deployment) throw new Error('There is no deployment on this engine.');
  return deployment;
};

const users: Readonly<Record<'ada' | 'bob' | 'operator', User>> = {
  ada: customers[0]!,
  bob: customers[1]!,
  operator: demoUsers.operator,
};

/** A person's token on a deployment. */
export const tokenOf = (name: keyof typeof users, { endpoint, client }: Deployment = theDeployment()): Promise<string> =>
  signIn(accessTo(endpoint), client, users[name]);

/** Calls of the deployed API in a person's name. */
export const as = async (name: keyof typeof users, deployment: Deployment = theDeployment()): Promise<Call> =>
  caller(deployment.api, await tokenOf(name, deployment));

/** An id that no other test uses. */
export const fresh = (): string => `t${randomUUID().slice(0, 13)}`;
