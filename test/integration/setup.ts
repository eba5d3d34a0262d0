import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureUser } from '../../lib/aws/local/users.ts';
import { bootstrap, deploy } from '../../lib/cli/local/deploy.ts';
import { cacheDir, type Deployment, demoUsers, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { accessTo, engineSettings, requireAnswer, usesExternalEngine } from '../../lib/cli/local/endpoint.ts';
import { startEngine } from '../../lib/cli/local/engine.ts';
import { ensureEngine } from '../../lib/cli/local/install.ts';
import { freePort } from '../../lib/cli/local/port.ts';
import { step } from '../../lib/cli/terminal/progress.ts';
import { lacksForTests } from '../support/lacks.ts';

declare module 'vitest' {
  interface ProvidedContext {
    endpoint: string;
    /** Absent on an engine that has no HTTP APIs or no users. */
    deployment: Deployment | null;
  }
}

export const home = join(cacheDir, 'integration');

/** Two more people, so that what is somebody's can be asked for by somebody else. */
export const customers = ['ada', 'bob'].map((username) => ({ username, password: `Demo-${username}-12345!` }));

/** The origin of the page that may call the API. */
export const pageOrigin = 'https://app.example.com';

const startOwn = async () => {
  const engine = await ensureEngine({ cacheDir, step });
  const port = await freePort();
  return step(`Starting an engine for the tests on port ${port}`, () =>
    startEngine({ engine, port, logFile: join(home, 'engine.log') }),
  );
};

/** One engine counts transactions in its own way, and says who it is only in what it cannot do. */
const nameOf = (lacks: readonly string[]): string =>
  lacks.some((lack) => lack.includes('com.amazonaws.dynamodb')) ? 'DynamoDB Local' : 'the engine at AWS_ENDPOINT_URL';

/** Deploys the real app by the real CLI into an engine of the tests' own, or into the one that AWS_ENDPOINT_URL names. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const external = usesExternalEngine();
  if (external) await requireAnswer(external);
  const engine = external ? undefined : await startOwn();
  const endpoint = external ?? engine?.endpoint ?? '';
  const stop = async () => engine?.stop();
  try {
    const lacks = await lacksForTests(accessTo(endpoint));
    project.provide('endpoint', endpoint);
    project.provide('endpoints', [{ name: external ? nameOf(lacks) : 'MiniStack', endpoint }]);
    project.provide('deployment', null);
    Object.assign(process.env, engineSettings(endpoint));
    if (lacks.length > 0) {
      console.log(`Not run on this engine: everything over HTTP, because\n${lacks.map((lack) => `  - ${lack}`).join('\n')}`);
      return stop;
    }
    const common = { endpoint, logFile: join(home, 'cdk.log'), step };
    await bootstrap(common);
    // The kernel is tested over the reference application, whatever manifest this repository stands for, and over the very bundles that AWS gets.
    const context = {
      wholeBundles: 'true',
      manifest: join(root, 'domains/index.ts'),
      cors: pageOrigin,
      machines: 'shop:operator',
    };
    const stacks = await deploy({ ...common, context, outputsFile: join(home, 'outputs.json'), outDir: join(home, 'cdk.out') });
    const deployment = toDeployment(endpoint, stacks);
    for (const user of [demoUsers.operator, ...customers]) await ensureUser(accessTo(endpoint), deployment.userPool, user);
    project.provide('deployment', deployment);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
};
