import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signIn, type User } from '../../aws/local/users.ts';
import type { Manifest } from '../../core/manifest.ts';
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

/** A demo user by name: the customer, the operator, or one in a role of the manifest. */
const demoUserOf = (name: string): User =>
  Object.hasOwn(demoUsers, name)
    ? demoUsers[name as keyof typeof demoUsers]
    : { username: name, password: `Demo-${name}-12345!`, group: name };

/** All of them: one for each role of a manifest, beside the two that every demo has. */
export const demoUsersOf = ({ roles = [] }: Pick<Manifest, 'roles'>): readonly User[] => [
  ...Object.values(demoUsers),
  ...roles.map((role: string) => ({ ...demoUserOf(role), group: role })),
];

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
export const demoToken = async ({ endpoint, client }: Deployment, user: string): Promise<string> => {
  if (client === '')
    throw new UserError(
      'This deployment takes tokens of another issuer, and has no demo users.',
      'Get a token there, or start without -c issuer.',
    );
  try {
    return await signIn(accessTo(endpoint), client, demoUserOf(user));
  } catch (cause) {
    throw new UserError(
      `Signing in as ${user} failed: ${(cause as Error).message}`,
      'It is one of: customer, operator, a role of the manifest that npm start has deployed. Is npm start still running?',
      { cause },
    );
  }
};
