import { join } from 'node:path';
import { inject } from 'vitest';
import { ensureUser } from '../../../lib/aws/local/users.ts';
import { deploy } from '../../../lib/cli/local/deploy.ts';
import { type Deployment, demoUsers, root, toDeployment } from '../../../lib/cli/local/deployment.ts';
import { accessTo } from '../../../lib/cli/local/endpoint.ts';
import { customers, home } from '../../integration/setup.ts';
import { as, type Call, caller, tokenOf } from './http.ts';

/** Callers of the contexts' API, and the ids that the customers have there. */
export type People = Readonly<{
  deployment: Deployment;
  ada: Call;
  bob: Call;
  operator: Call;
  nobody: Call;
  ids: Readonly<{ ada: string; bob: string }>;
}>;

const subjectOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { sub: string }).sub;

/** Deploys the manifest of the contexts beside the reference application. Its tests are in one file, which calls this once. */
export const contextsDeployment = async (): Promise<People> => {
  const endpoint = inject('endpoint');
  const stacks = await deploy({
    endpoint,
    logFile: join(home, 'contexts.log'),
    outputsFile: join(home, 'contexts.json'),
    outDir: join(home, 'contexts.out'),
    app: `node ${join(root, 'test/support/apps/contexts/app.ts')}`,
  });
  const deployment = toDeployment(endpoint, stacks);
  for (const user of [demoUsers.operator, ...customers]) await ensureUser(accessTo(endpoint), deployment.userPool, user);
  const [ada, bob, operator] = await Promise.all((['ada', 'bob', 'operator'] as const).map((name) => as(name, deployment)));
  const [adaId, bobId] = await Promise.all(
    (['ada', 'bob'] as const).map(async (name) => subjectOf(await tokenOf(name, deployment))),
  );
  return {
    deployment,
    ada: ada!,
    bob: bob!,
    operator: operator!,
    nobody: caller(deployment.api, undefined),
    ids: { ada: adaId!, bob: bobId! },
  };
};
