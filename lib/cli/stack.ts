import { existsSync } from 'node:fs';

import { dynamo } from '../aws/client/dynamo.ts';
import { commitFormIn } from '../aws/environment.ts';
import { describeStack } from '../aws/local/stack.ts';
import type { Manifest } from '../core/manifest.ts';
import type { CommitForm } from '../core/settings/fields.ts';
import { deploymentFile, localDeployment } from './local/deployment.ts';
import { engineSettings } from './local/endpoint.ts';
import { UserError } from './terminal/user-error.ts';

/** The deployment that a verb works on: the named stack, or the local one. */
export type Target = Readonly<{ manifest: Manifest; stack?: string }>;

export type Outputs = Readonly<Record<string, string>>;

/** A deployment's outputs, a client, the names of its two tables that never change, and the form in which it stores commits. */
export type Connected = Readonly<{
  outputs: Outputs;
  client: ReturnType<typeof dynamo>;
  commits: string;
  control: string;
  form: CommitForm;
}>;

/**
 * Points the AWS clients to the local cloud of `npm start`, if no stack was named and it runs. Returns true if so; else the environment's account is
 * used.
 */
export const targetEngine = (stack: string | undefined): boolean => {
  if (stack !== undefined || !existsSync(deploymentFile)) return false;
  Object.assign(process.env, engineSettings(localDeployment().endpoint));
  return true;
};

/** Settings of a client for a command line, which can retry for minutes: a function has seconds. */
export const patient = {
  maxAttempts: 8,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};

export const patientDynamo = (): ReturnType<typeof dynamo> => dynamo(patient);

/** The outputs of the named stack in the environment's account, or of the local deployment. */
export const targetOutputs = async (stack: string | undefined): Promise<Outputs> => {
  if (targetEngine(stack)) return localDeployment().outputs;
  if (stack === undefined)
    throw new UserError(
      'There is no local deployment, and no stack is named.',
      'Name its stack (--stack foldstream-prod), or run npm start in another terminal for the local one.',
    );
  const found = await describeStack(undefined, stack);
  if (!found) throw new UserError(`There is no stack ${stack} in this account and region.`, 'Check AWS_PROFILE and AWS_REGION.');
  return found.outputs;
};

/** The name of the stack that a verb works on, with the clients pointed to it; throws with advice if there is none. */
export const targetStack = async (stack: string | undefined): Promise<string> => {
  await targetOutputs(stack);
  return stack ?? localDeployment().stack;
};

/** Connects to the named stack, or to the local deployment. */
export const connect = async (stack: string | undefined): Promise<Connected> => {
  const outputs = await targetOutputs(stack);
  const { CommitsTable: commits, ControlTable: control } = outputs;
  if (!commits || !control)
    throw new UserError(
      `The stack ${stack ?? 'of npm start'} has no tables of Foldstream among its outputs.`,
      'Name a stack of Foldstream (--stack foldstream-prod), or deploy this release there first.',
    );
  return { outputs, client: patientDynamo(), commits, control, form: commitFormIn(outputs.CommitForm) };
};
