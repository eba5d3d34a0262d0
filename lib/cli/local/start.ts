import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runningClients } from '../../aws/deployment/running-functions.ts';
import { lacksOf } from '../../aws/local/capabilities.ts';
import { ensureUser } from '../../aws/local/users.ts';
import { loadProject, type ManifestModule, type Project } from '../project.ts';
import { callOf } from '../project-root.ts';
import { Interrupted, untilInterrupted } from '../terminal/interrupt.ts';
import { step } from '../terminal/progress.ts';
import { RunError } from '../terminal/run.ts';
import { explain, UserError } from '../terminal/user-error.ts';
import { bootstrap, deploy, standing } from './deploy.ts';
import { cacheDir, type Deployment, demoUsers, demoUsersOf, deploymentFile, toDeployment } from './deployment.ts';
import { accessTo, requireAnswer, usesExternalEngine } from './endpoint.ts';
import { type RunningEngine, startEngine } from './engine.ts';
import { ensureEngine } from './install.ts';
import { onlyStart } from './only-start.ts';
import { requireFreePort, usualPort } from './port.ts';
import { seed, usualHint } from './seed.ts';
import { buildingOf } from './unbuilt.ts';

export type StartOptions = Readonly<{
  port?: number;
  fresh: boolean;
  /** Brings saved changes into the deployment while it runs. */
  watch?: boolean;
  module: ManifestModule;
  /** Settings of the deployment, as `-c` of the CDK takes them. */
  context?: Readonly<Record<string, string>>;
}>;

const home = join(cacheDir, 'local');
const stateDir = join(home, 'state');
const logFile = join(home, 'cdk.log');
const outputsFile = join(home, 'outputs.json');

/** Checks that the user's own local cloud has the needed services: one sentence now instead of a failed deployment. */
const requireAble = async (endpoint: string): Promise<void> => {
  await requireAnswer(endpoint);
  const missing = await lacksOf(accessTo(endpoint));
  if (missing.length > 0)
    throw new UserError(
      `The local cloud at ${endpoint} cannot run the application: ${missing.join('; ')}.`,
      'LocalStack has these with a licence only. Unset AWS_ENDPOINT_URL to use the local cloud, which needs none.',
    );
};

const engineOf = async ({ port = usualPort }: StartOptions, signal: AbortSignal): Promise<RunningEngine> => {
  await requireFreePort(port);
  const engine = await ensureEngine({ cacheDir, step, signal });
  return step(`Starting the local cloud on port ${port}`, () =>
    startEngine({ engine, port, stateDir, logFile: join(home, 'engine.log'), signal }),
  );
};

/** The local cloud takes an API's id from this tag: the address then stays as it was, also after `--fresh`. */
const sameAddress = { tags: 'ms-custom-id=foldstream' };

const deployStack = async (
  endpoint: string,
  module: ManifestModule,
  settings: StartOptions['context'],
  signal: AbortSignal,
): Promise<Deployment> => {
  const stacks = await deploy({
    ...{ endpoint, logFile, step, signal },
    // Demo users sign in with a pool of their own, whatever issuer the settings name; `-c issuer=` still wins.
    context: { issuer: 'none', ...settings, manifest: fileURLToPath(module), ...(!usesExternalEngine() && sameAddress) },
    outputsFile,
    outDir: join(home, 'cdk.out'),
  });
  return toDeployment(endpoint, stacks);
};

const deployTo = async (
  endpoint: string,
  { module, manifest, demo }: Project,
  settings: StartOptions['context'],
  signal: AbortSignal,
): Promise<Deployment> => {
  rmSync(logFile, { force: true });
  await bootstrap({ endpoint, logFile, step, signal });
  const deployment = await deployStack(endpoint, module, settings, signal);
  if (deployment.userPool !== '')
    await step('Creating the demo users', async () => {
      for (const user of demoUsersOf(manifest)) await ensureUser(accessTo(endpoint), deployment.userPool, user);
    });
  if (demo && deployment.userPool !== '') await seed(deployment, demo, step);
  writeFileSync(deploymentFile, JSON.stringify(deployment, null, 2));
  return deployment;
};

/** The deployment that runs in the end. After a failed or refused deployment it is the earlier one, with the reason. */
type Deployed = Readonly<{ deployment: Deployment; failure?: UserError }>;

/** Deploys. A failed deployment is rolled back, so the earlier one still runs, and the user can follow the advice of a refusal. */
const deployedTo = async (
  endpoint: string,
  project: Project,
  settings: StartOptions['context'],
  signal: AbortSignal,
): Promise<Deployed> => {
  try {
    return { deployment: await deployTo(endpoint, project, settings, signal) };
  } catch (failure) {
    // Only for failures of the CDK: later ones, such as of the seeding, are failures of the new deployment.
    if (signal.aborted || !(failure instanceof UserError && failure.cause instanceof RunError)) throw failure;
    const before = await standing({ endpoint, outputsFile });
    if (!before) throw failure;
    const deployment = toDeployment(endpoint, before);
    writeFileSync(deploymentFile, JSON.stringify(deployment, null, 2));
    return { deployment, failure };
  }
};

const kept = ({ api }: Deployment, failure: UserError): string => `
${explain(failure)}

Nothing was changed: what the last start deployed goes on, at ${api}
Where something has to be done first, do it in another terminal (${callOf('...')}). Then Ctrl-C here, and npm start again.`;

const asUser = ({ username, password }: Readonly<{ username: string; password: string }>) =>
  `as ${username} with the password ${password}`;

/** Where the console is, and as whom to sign in to it. */
const consoleHint = ({ outputs: { ConsoleUrl: url }, userPool }: Deployment): string => {
  if (url === undefined) return '';
  const whom =
    userPool === ''
      ? ''
      : `; sign in ${[demoUsers.operator, demoUsers.customer].map(asUser).join(', or ')} for a customer's desk`;
  return `The console is at ${url}${whom}\n\n`;
};

const closing = (deployment: Deployment, { manifest, demo }: Project): string => {
  const { api } = deployment;
  return `
The API is at ${api}
What it can do, for people: ${api}/docs; for tools: ${api}/openapi.json

Get a token (valid for an hour; \`operator\` instead of \`customer\` for one of an operator):

  TOKEN=$(${callOf('token customer')})

${consoleHint(deployment)}${demo ? demo.hint(api) : usualHint(manifest, api)}

${usesExternalEngine() ? 'It stays in your engine until you delete its stack.' : 'Ctrl-C stops everything; what you did is there again after the next start (npm start -- --fresh begins anew).'}`;
};

/** Watches the project until the local cloud is to end. */
const watchUntil = async (
  { module, context }: StartOptions,
  { endpoint, stack }: Deployment,
  began: Date,
  signal: AbortSignal,
): Promise<void> => {
  const { watchProject } = await import('../watch/watch.ts');
  const redeploy = async () => {
    const since = new Date().toISOString();
    const deployment = await deployStack(endpoint, module, context, signal);
    writeFileSync(deploymentFile, JSON.stringify(deployment, null, 2));
    // It is deployed by now: a hint that cannot be had fails nothing.
    const building = await buildingOf(deployment, since).catch(() => '');
    if (building !== '') console.log(`${building}\n`);
  };
  const clients = runningClients(accessTo(endpoint));
  await watchProject({ clients, stack, module, folder: join(home, 'types'), signal, deploy: redeploy, since: began }, (line) =>
    console.log(`\n${line}\n`),
  );
};

const session = async (options: StartOptions, signal: AbortSignal): Promise<void> => {
  const external = usesExternalEngine();
  if (external) await requireAble(external);
  // Loads the manifest first: its faults are reported before anything is started.
  const project = await loadProject(options.module);
  const engine = external ? undefined : await engineOf(options, signal);
  try {
    const began = new Date().toISOString();
    const { deployment, failure } = await deployedTo(external ?? engine?.endpoint ?? '', project, options.context, signal);
    if (!engine && failure) throw failure;
    const building = failure ? '' : await buildingOf(deployment, began);
    if (building !== '') console.log(building);
    console.log(failure ? kept(deployment, failure) : closing(deployment, project));
    if (!engine) return;
    const ended = new AbortController();
    engine.ended.then(() => ended.abort());
    const until = AbortSignal.any([signal, ended.signal]);
    if (options.watch && !failure && !until.aborted) await watchUntil(options, deployment, new Date(began), until);
    if (!until.aborted) await once(until, 'abort');
    if (!signal.aborted) throw new UserError('The local cloud ended by itself.', `Its log: ${join(home, 'engine.log')}`);
  } finally {
    if (engine) rmSync(deploymentFile, { force: true });
    if (engine) await step('\nStopping', () => engine.stop());
  }
};

/** Starts everything, until it is interrupted. Returns once everything that it started has ended. */
export const start = async (options: StartOptions): Promise<void> => {
  const release = onlyStart(cacheDir, usesExternalEngine() ?? `port ${options.port ?? usualPort}`);
  try {
    if (options.fresh) rmSync(home, { recursive: true, force: true });
    mkdirSync(dirname(deploymentFile), { recursive: true });
    await untilInterrupted((signal) => session(options, signal));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    release();
  }
};
