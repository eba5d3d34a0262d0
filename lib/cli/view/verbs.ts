import type { Command } from 'commander';
import { revision } from '../terminal/arguments.ts';
import { type Project, stackOption } from '../verbs.ts';
import { listProjections, redriveProjection, resumeProjection } from './projections.ts';

/** Declares the verbs for the projections of a deployment. */
export const projectionsVerbs = (program: Command, project: Project): void => {
  const projections = program.command('projections').description('list the projections: parked streams, and the backlog of each');
  projections
    .command('list', { isDefault: true })
    .description('list the projections')
    .option(...stackOption)
    .action(async (options) => listProjections({ ...options, manifest: await project.manifest() }, console.log));

  projections
    .command('resume')
    .description('resume a parked stream, after its cause is fixed')
    .argument('<name>', 'such as account-balance')
    .argument('<stream>', 'such as account-7f3a')
    .option('--revision <number>', 'without it the one that answers queries', revision)
    .option(...stackOption)
    .action(async (name, stream, options) =>
      resumeProjection({ ...options, manifest: await project.manifest(), name, stream }, console.log),
    );

  projections
    .command('redrive')
    .description('put the dead letters of a projection back into its queue')
    .argument('<name>', 'such as account-balance')
    .option('--revision <number>', 'without it the one that answers queries', revision)
    .option(...stackOption)
    .action(async (name, options) => redriveProjection({ ...options, manifest: await project.manifest(), name }, console.log));
};
