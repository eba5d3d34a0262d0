import { existsSync } from 'node:fs';
import { describeStack } from '../aws/local/stack.ts';
import { deploymentFile, localDeployment } from './local/deployment.ts';
import { engineSettings } from './local/endpoint.ts';
import { UserError } from './terminal/user-error.ts';

/** Points to the engine of `npm start` where no stack was named and it runs. Answers whether it did; else it is the account that the environment points to. */
export const targetEngine = (stack: string | undefined): boolean => {
  if (stack !== undefined || !existsSync(deploymentFile)) return false;
  Object.assign(process.env, engineSettings(localDeployment().endpoint));
  return true;
};

/**
 * The outputs of the deployment that a command is about: the stack that was named, in the account that the environment
 * points to, or else the one that `npm start` runs here.
 */
export const targetOutputs = async (stack: string | undefined): Promise<Readonly<Record<string, string>>> => {
  if (targetEngine(stack)) return localDeployment().outputs;
  if (stack === undefined)
    throw new UserError(
      'Which deployment?',
      'Name its stack (--stack foldstream-prod), or run npm start in another terminal for the local one.',
    );
  const found = await describeStack(undefined, stack);
  if (!found) throw new UserError(`There is no stack ${stack} in this account and region.`, 'Check AWS_PROFILE and AWS_REGION.');
  return found.outputs;
};
