import type { Command } from 'commander';
import { reason, whyRedriven } from '../terminal/arguments.ts';
import { onDeployment, type Project } from '../verbs.ts';
import { listProcesses, orderProcess, redriveProcess, showInstance } from './processes.ts';

/** Declares the verbs for the processes of a deployment. */
export const processesVerbs = (program: Command, project: Project): void => {
  const processes = program.command('processes').description('list the processes, and repair instances that stand still');
  const ofProcess = (name: string, description: string) =>
    processes.command(name).description(description).argument('<process>', 'such as transferProcess');
  const instance = ['<instance>', 'its id, such as t1'] as const;

  onDeployment(
    processes
      .command('list', { isDefault: true })
      .description("list each process's backlog, and its instances that are stuck or parked (the default)")
      .addOption(
        processes
          .createOption('--status <status>', 'list the instances with this status instead')
          .choices(['running', 'parked', 'stuck', 'ended']),
      )
      .option('--process <process>', 'only instances of this process'),
    listProcesses,
    project,
  );
  onDeployment(
    ofProcess('show', 'show the history of an instance, and what it waits for').argument(...instance),
    showInstance,
    project,
  );
  const orders = {
    retry: 'send the refused command of a stuck instance again',
    resume: 'resume a parked instance, after its cause is fixed',
    resolve: 'end an instance that is stuck or parked: a person has settled its case',
  } as const;
  for (const order of ['retry', 'resume', 'resolve'] as const)
    onDeployment(
      ofProcess(order, orders[order])
        .argument(...instance)
        .requiredOption('--why <text>', "the reason, for the instance's history", reason),
      (asked: Parameters<typeof orderProcess>[0], print) => orderProcess({ ...asked, order }, print),
      project,
    );
  onDeployment(
    ofProcess('redrive', 'put the dead letters of a process back into its queue').option(...whyRedriven),
    redriveProcess,
    project,
  );
};
