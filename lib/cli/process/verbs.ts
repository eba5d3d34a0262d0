import type { Command } from 'commander';
import { type Project, stackOption } from '../verbs.ts';
import { listProcesses, orderProcess, redriveProcess, showInstance } from './processes.ts';

/** Declares the verbs for the processes of a deployment. */
export const processesVerbs = (program: Command, project: Project): void => {
  const processes = program
    .command('processes')
    .description('list the processes: the backlog of each, and the instances that are stuck or parked');
  const theInstance = ['<process>', 'such as transferProcess'] as const;

  processes
    .command('list', { isDefault: true })
    .description('list the processes, and the instances that are stuck or parked, or have one status')
    .addOption(processes.createOption('--status <status>', 'of instances').choices(['running', 'parked', 'stuck', 'ended']))
    .option('--process <name>', 'instances of this process alone')
    .option(...stackOption)
    .action(async (options) => listProcesses({ ...options, manifest: await project.manifest() }, console.log));

  processes
    .command('show')
    .description('show the history of an instance, and what it waits for')
    .argument(...theInstance)
    .argument('<instance>', 'its id')
    .option(...stackOption)
    .action(async (process, instance, options) =>
      showInstance({ ...options, manifest: await project.manifest(), process, instance }, console.log),
    );

  const orders = {
    retry: 'send again what was refused, to an instance that is stuck',
    resume: 'take a parked instance up again, after its cause is mended',
    resolve: 'end an instance that stands still: somebody has seen to it',
  } as const;
  for (const order of ['retry', 'resume', 'resolve'] as const)
    processes
      .command(order)
      .description(orders[order])
      .argument(...theInstance)
      .argument('<instance>', 'its id')
      .option('--why <text>', 'the reason, which is kept in its history')
      .option(...stackOption)
      .action(async (process, instance, options) =>
        orderProcess({ ...options, manifest: await project.manifest(), process, instance, order }, console.log),
      );

  processes
    .command('redrive')
    .description('put the dead letters of a process back into its queue')
    .argument(...theInstance)
    .option(...stackOption)
    .action(async (process, options) => redriveProcess({ ...options, manifest: await project.manifest(), process }, console.log));
};
