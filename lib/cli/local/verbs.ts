import type { Command } from 'commander';
import { setting, whole } from '../terminal/arguments.ts';
import type { Project } from '../verbs.ts';
import { demoToken, localDeployment } from './deployment.ts';
import { usualPort } from './port.ts';
import { start } from './start.ts';

/** Declares the verbs for the deployment on this machine. */
export const localVerbs = (program: Command, project: Project): void => {
  program
    .command('start')
    .description('start the local cloud, deploy into it, print how to use it, and bring each saved change into it')
    .option('--port <number>', 'the port of the local cloud', whole(1024, 65_535), usualPort)
    .option('--no-watch', 'deploy once: saved changes wait for the next start')
    .option('--fresh', 'begin with an empty store: delete what earlier starts left')
    .option('-c, --context <key=value>', 'a setting of the deployment, as of cdk deploy; may be repeated', setting, {})
    .action((options) => start({ ...options, module: project.module() }));

  program
    .command('token')
    .description('print an access token of a demo user, valid for an hour')
    .argument('[user]', 'customer, operator, or a role of the manifest', 'customer')
    .action(async (user) => console.log(await demoToken(localDeployment(), user)));
};
