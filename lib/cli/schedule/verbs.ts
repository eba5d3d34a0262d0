import type { Command } from 'commander';
import { reason, whyRedriven } from '../terminal/arguments.ts';
import { onDeployment, type Project } from '../verbs.ts';
import { listSchedules, pauseSchedule, redriveSchedule, resumeSchedule, runSchedule, skipSchedule } from './schedules.ts';

/** Declares the verbs for the schedules of a deployment. */
export const schedulesVerbs = (program: Command, project: Project): void => {
  const schedules = program.command('schedules').description('list the schedules, pause them, run a time or skip one');
  const of = (name: string, description: string) =>
    schedules.command(name).description(description).argument('<schedule>', 'such as monthlyStatement');
  const why = ['--why <text>', 'the reason, which the list shows', reason] as const;

  onDeployment(
    schedules
      .command('list', { isDefault: true })
      .description('list what each schedule did last, does next, and left out (the default)'),
    listSchedules,
    project,
  );
  onDeployment(of('pause', 'let a schedule run nothing until it is resumed').requiredOption(...why), pauseSchedule, project);
  onDeployment(
    of('resume', 'resume a paused schedule; what was due meanwhile is caught up as declared').requiredOption(...why),
    resumeSchedule,
    project,
  );
  onDeployment(
    of('run', 'run a time that has passed; who has had its command does not get it again')
      .requiredOption('--time <instant>', 'such as 2026-12-01T02:00:00.000Z')
      .requiredOption(...why),
    runSchedule,
    project,
  );
  onDeployment(
    of('skip', 'leave out a time that is due, runs, or is still to come')
      .requiredOption('--time <instant>', 'such as 2026-12-01T02:00:00.000Z')
      .requiredOption(...why),
    skipSchedule,
    project,
  );
  onDeployment(
    of('redrive', 'put the dead letters of a schedule back into its queue').option(...whyRedriven),
    redriveSchedule,
    project,
  );
};
