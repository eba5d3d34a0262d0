import type { Command } from 'commander';
import { setting } from '../terminal/arguments.ts';
import type { Project } from '../verbs.ts';
import { dev } from './dev.ts';

/** Declares the verb that works on a deployment while its code is written. */
export const deploymentVerbs = (program: Command, project: Project): void => {
  program
    .command('dev')
    .description('bring each saved change into a deployed dev environment, until Ctrl-C; never into a protected one')
    .requiredOption('--stack <name>', 'the deployment on AWS')
    .option('--restore', 'give the functions their deployed code back, after a run that could not')
    .option('-c, --context <key=value>', 'a setting of the deployment, as of cdk deploy; may be repeated', setting, {})
    .action((options) => dev({ ...options, module: project.module }));
};
