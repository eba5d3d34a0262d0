import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { separated } from '../../aws/local/outputs.ts';
import { deleteBucketPolicy, describeStack } from '../../aws/local/stack.ts';
import { projectProgram, projectRoot } from '../project-root.ts';
import { quietly, type Step } from '../terminal/progress.ts';
import { lastLines, type RunError, run } from '../terminal/run.ts';
import { UserError } from '../terminal/user-error.ts';
import { accessTo, engineEnv, engineSettings } from './endpoint.ts';

/** The CDK's command line, which is the project's own. */
const cdk = (): string => {
  const found = projectProgram('cdk');
  if (found === undefined)
    throw new UserError(
      'The command line of the CDK is not installed.',
      'Install it in your project: npm install --save-dev aws-cdk',
    );
  return found;
};

type Common = { endpoint: string; logFile: string; step?: Step; signal?: AbortSignal };

/** Prepares the local cloud for deployments by the CDK, unless it is prepared already. */
export async function bootstrap({ endpoint, logFile, step = quietly, signal }: Common): Promise<void> {
  const access = accessTo(endpoint);
  const isDone = (status = '') => status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE';
  if (isDone((await describeStack(access, 'CDKToolkit'))?.status)) return;
  await step('Bootstrapping the local cloud', async () => {
    const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = engineSettings(endpoint);
    await runCdk(bootstrapArgs(`aws://${account}/${region}`), { endpoint, logFile, signal });
    const bucket = (await describeStack(access, 'CDKToolkit'))?.outputs.BucketName;
    // The policy denies plain HTTP, and a local cloud speaks nothing else: with it no asset could be uploaded.
    if (bucket) await deleteBucketPolicy(access, bucket);
  });
}

/** Without an app: where there is one, the CLI synthesizes it to look for environments, of which the one is named. That took most of the time. */
export const bootstrapArgs = (environment: string): string[] => ['bootstrap', environment, '--app', ''];

export type DeployOptions = Common & {
  /** The command that runs the CDK app; the default is in cdk.json. */
  app?: string;
  context?: Readonly<Record<string, string>>;
  outputsFile: string;
  /** The folder of the cloud assembly: two deployments at the same time need one each. */
  outDir: string;
  title?: string;
};

/** Every stack's outputs, by its name. */
export type StackOutputs = Record<string, Record<string, string>>;

/** Deploys all stacks with the real CDK CLI and returns their outputs. */
export async function deploy(options: DeployOptions): Promise<StackOutputs> {
  const { step = quietly, title = 'Deploying the stack', outputsFile } = options;
  mkdirSync(dirname(outputsFile), { recursive: true });
  await step(title, () => runCdk(deployArgs(options), options));
  const stacks = Object.entries(JSON.parse(readFileSync(outputsFile, 'utf8')) as StackOutputs);
  return Object.fromEntries(stacks.map(([name, outputs]) => [name, separated(outputs)]));
}

/**
 * The outputs of an earlier deployment that still runs: a failed or refused deployment is rolled back. Undefined if there is none, or if it could not
 * be rolled back.
 */
export async function standing({ endpoint, outputsFile }: Pick<DeployOptions, 'endpoint' | 'outputsFile'>) {
  if (!existsSync(outputsFile)) return undefined;
  const names = Object.keys(JSON.parse(readFileSync(outputsFile, 'utf8')) as StackOutputs);
  const stacks: [string, StackOutputs[string]][] = [];
  for (const name of names) {
    const stack = await describeStack(accessTo(endpoint), name);
    if (!stack || !/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status)) return undefined;
    stacks.push([name, stack.outputs]);
  }
  return stacks.length > 0 ? Object.fromEntries(stacks) : undefined;
}

/** The CDK CLI's arguments of a deployment. */
export function deployArgs({ app, context = {}, outputsFile, outDir, endpoint }: DeployOptions): string[] {
  const fixed = [
    'deploy',
    '--all',
    '--require-approval',
    'never',
    '--progress',
    'events',
    '--concurrency',
    '4',
    '--method',
    'direct',
  ];
  // A local cloud has no TLS, has all pages at its own address, loses the resources of a nested stack when the stack is updated, and has no limit of an account's functions:
  // all of them share its processors with the commands, so that a backlog gets as few as a queue can have.
  const local = {
    plainHttp: 'true',
    localCloud: endpoint,
    nested: 'false',
    accountConcurrency: '100000',
    maximumConcurrency: '2',
  };
  const settings = Object.entries({ ...local, ...context }).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  return [...fixed, '--outputs-file', outputsFile, '--output', outDir, ...(app ? ['--app', app] : []), ...settings];
}

async function runCdk(args: string[], { endpoint, logFile, signal }: Common): Promise<void> {
  // Keeps the CLI from asking AWS for news, which waits where there is no network, and from CDK's own check of the template, which takes seconds and
  // is for AWS. cdk-nag checks here as well.
  const quiet = {
    CDK_VALIDATION: 'false',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
    CI: '1',
    NO_COLOR: '1',
  };
  const env = { ...engineEnv(endpoint), ...quiet, FORCE_COLOR: undefined };
  const failure = (error: RunError) => cdkFailure(args[0] ?? '', error, logFile);
  const options = { env, cwd: projectRoot(), logFile, signal, failure };
  await run(cdk(), [...args, '--no-notices', '--no-version-reporting', '--no-color'], options);
}

// The assets' bookkeeping, which the CLI prints also when something else went wrong.
const noise = /: (start|success): /;
const telling = /\b(CREATE|UPDATE|DELETE)_FAILED\b|^\S*Error\b|^«\w+»|❌/;

/** An error with the CLI's own words: the lines that name a cause, and its last ones. */
export function cdkFailure(verb: string, error: RunError, logFile: string): UserError {
  const output = error.output.split('\n').filter((line) => !noise.test(line));
  const causes = output.filter((line) => telling.test(line)).slice(0, 5);
  const lines = new Set([...causes, ...lastLines(output.join('\n'), 6).split('\n')].map((line) => line.trim()));
  const said = [...lines].filter(Boolean).map((line) => `  ${line}`);
  return new UserError([`\`cdk ${verb}\` failed:`, ...said].join('\n'), `All of it: ${logFile}`, { cause: error });
}
