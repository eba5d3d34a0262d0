import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signIn, type User } from '../../aws/local/users.ts';
import { projectRoot } from '../project-root.ts';
import { UserError } from '../terminal/user-error.ts';
import type { StackOutputs } from './deploy.ts';
import { accessTo } from './endpoint.ts';

/** The folder of the project that the command line works for: whatever it keeps lies below it. */
export const root = projectRoot();
export const cacheDir = join(root, '.cache');

/** The file that describes the running deployment, for the other commands. */
export const deploymentFile = join(cacheDir, 'local', 'deployment.json');

export type Deployment = Readonly<{
  /** The stack's name. */
  stack: string;
  endpoint: string;
  api: string;
  /** Empty, as the client is, where the API takes tokens of another issuer. */
  userPool: string;
  client: string;
  outputs: Readonly<Record<string, string>>;
}>;

/** These passwords are public: they protect nothing but a demo on this machine. */
export const demoUsers = {
  customer: { username: 'customer', password: 'Demo-customer-1!' },
  operator: { username: 'operator', password: 'Demo-operator-1!', group: 'operator' },
} as const satisfies Record<string, User>;

export type DemoUser = keyof typeof demoUsers;

/** Reads the stack's outputs. A local cloud's API is reached by its path, not by its host name. */
export const toDeployment = (endpoint: string, stacks: StackOutputs): Deployment => {
  const [stack, outputs = {}] = Object.entries(stacks)[0] ?? [];
  const { ApiId: id, UserPoolId: userPool = '', UserPoolClientId: client = '' } = outputs;
  if (!stack || !id) throw new Error("The deployment's outputs lack ApiId.");
  return { stack, endpoint, api: `${endpoint}/_aws/execute-api/${id}`, userPool, client, outputs };
};

/** The deployment that `npm start` made, while it runs. */
export const localDeployment = (): Deployment => {
  if (!existsSync(deploymentFile))
    throw new UserError('There is no local deployment.', 'Start one in another terminal: npm start');
  return JSON.parse(readFileSync(deploymentFile, 'utf8')) as Deployment;
};

/** An access token of a demo user. */
export const demoToken = async ({ endpoint, client }: Deployment, user: DemoUser): Promise<string> => {
  if (client === '')
    throw new UserError(
      'This deployment takes tokens of another issuer, and has no demo users.',
      'Get a token there, or start without -c issuer.',
    );
  try {
    return await signIn(accessTo(endpoint), client, demoUsers[user]);
  } catch (cause) {
    throw new UserError(`Signing in as ${user} failed: ${(cause as Error).message}`, 'Is npm start still running?', { cause });
  }
};
