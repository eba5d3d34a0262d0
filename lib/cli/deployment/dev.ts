import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { restoreCode, runningClients, runningFunctions, runningStack } from '../../aws/deployment/running-functions.ts';
import { cdkFailure } from '../local/deploy.ts';
import { cacheDir } from '../local/deployment.ts';
import type { ManifestModule } from '../project.ts';
import { projectProgram, projectRoot } from '../project-root.ts';
import { Interrupted, untilInterrupted } from '../terminal/interrupt.ts';
import { count } from '../terminal/lines.ts';
import { step } from '../terminal/progress.ts';
import { run } from '../terminal/run.ts';
import { UserError } from '../terminal/user-error.ts';
import { refusalOf } from './refusal.ts';

export type DevOptions = Readonly<{
  stack: string;
  /** Gives the functions their deployed code back, and ends. */
  restore?: boolean;
  /** Settings of the deployment, as `-c` of the CDK takes them. */
  context: Readonly<Record<string, string>>;
  module: () => ManifestModule;
}>;

type Context = DevOptions['context'];

/** The CDK's arguments of a deployment of one stack. */
export const devArgs = (stack: string, stage: string, manifest: string, context: Context): readonly string[] => [
  ...['deploy', stack, '--require-approval', 'never', '--progress', 'events', '--no-notices', '--no-color'],
  ...Object.entries({ ...context, stage, name: stack, manifest }).flatMap(([key, value]) => ['--context', `${key}=${value}`]),
];

const deployment = (options: DevOptions, stage: string, signal: AbortSignal) => async (): Promise<void> => {
  const cdk = projectProgram('cdk');
  if (cdk === undefined)
    throw new UserError(
      'The command line of the CDK is not installed.',
      'Install it in your project: npm install --save-dev aws-cdk',
    );
  const logFile = join(cacheDir, 'dev', 'cdk.log');
  const args = devArgs(options.stack, stage, fileURLToPath(options.module()), options.context);
  const failure = (error: Parameters<typeof cdkFailure>[1]) => cdkFailure('deploy', error, logFile);
  await step(`Deploying ${options.stack}`, () => run(cdk, args, { cwd: projectRoot(), logFile, signal, failure }));
};

const drift = (stack: string) => `
CloudFormation does not know of code that is replaced here, and a later cdk deploy leaves it in place wherever its template did not change.
So Ctrl-C gives each function its deployed code back. If this is ended in another way: foldstream dev --stack ${stack} --restore`;

/** Brings each saved change into a deployed environment, until it is interrupted. */
export const dev = async (options: DevOptions): Promise<void> => {
  const { stack, restore = false } = options;
  const clients = runningClients();
  const found = await runningStack(clients, stack);
  if (!found) throw new UserError(`There is no stack ${stack} in this account and region.`, 'Deploy it first: npx cdk deploy');
  const refused = refusalOf(stack, found);
  if (refused !== undefined)
    throw new UserError(
      `${refused} Its code changes by deployments alone.`,
      'Name a stack of your own: npx cdk deploy -c name=my-dev',
    );
  const restored = async (): Promise<void> => {
    const replaced = (await runningFunctions(clients, stack)).filter(({ replaced }) => replaced);
    for (const each of replaced) await restoreCode(clients, each);
    console.log(
      `${count(replaced.length, 'function')} of ${stack} may have had other code than the deployed one, and got that back.`,
    );
  };
  if (restore) return restored();
  try {
    await untilInterrupted(async (signal) => {
      const since = new Date();
      const deploy = deployment(options, found.tags['foldstream:stage'] ?? '', signal);
      await deploy();
      const { watchProject } = await import('../watch/watch.ts');
      const folder = join(cacheDir, 'dev', 'types');
      const watched = { clients, stack, module: options.module(), folder, signal, deploy, since };
      await watchProject(watched, (line) => console.log(`${drift(stack)}\n\n${line}\n`)).finally(restored);
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
};
