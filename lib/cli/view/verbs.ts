import type { Command } from 'commander';
import { reason, whole, whyRedriven } from '../terminal/arguments.ts';
import { onDeployment, type Project } from '../verbs.ts';
import { listProjections, redriveProjection, resumeProjection } from './projections.ts';

/** Declares the verbs for the views of a deployment. */
export const projectionsVerbs = (program: Command, project: Project): void => {
  const projections = program.command('projections').description('list the views, and repair the ones that stand still');
  const ofView = (name: string, description: string) =>
    projections.command(name).description(description).argument('<view>', 'such as account-balance');
  const revision = ['--revision <number>', 'without it the live one', whole()] as const;

  onDeployment(
    projections.command('list', { isDefault: true }).description("list each view's backlog and its parked streams (the default)"),
    listProjections,
    project,
  );
  onDeployment(
    ofView('resume', 'resume a parked stream, after its cause is fixed')
      .argument('<stream>', 'such as account-7f3a')
      .option(...revision)
      .option('--why <text>', 'the reason, for the history of the view', reason),
    resumeProjection,
    project,
  );
  onDeployment(
    ofView('redrive', 'put the dead letters of a view back into its queue')
      .option(...revision)
      .option(...whyRedriven),
    redriveProjection,
    project,
  );
};
