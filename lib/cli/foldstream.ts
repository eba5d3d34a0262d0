import { Command } from 'commander';
import { addVerbs } from './add/verbs.ts';
import { contractsVerbs } from './contracts/verbs.ts';
import { costVerbs } from './cost/verbs.ts';
import { deploymentVerbs } from './deployment/verbs.ts';
import { effectsVerbs } from './effect/verbs.ts';
import { historyVerbs } from './history/verbs.ts';
import { loadVerbs } from './load/verbs.ts';
import { localVerbs } from './local/verbs.ts';
import { modelVerbs } from './model/verbs.ts';
import { deadLettersVerbs, logsVerbs } from './operate/verbs.ts';
import { subjectsVerbs } from './personal/verbs.ts';
import { processesVerbs } from './process/verbs.ts';
import { loadProject, manifestModule } from './project.ts';
import { rebuildVerbs } from './rebuild/verbs.ts';
import { restoreVerbs } from './restore/verbs.ts';
import { schedulesVerbs } from './schedule/verbs.ts';
import { explain } from './terminal/user-error.ts';
import type { Project } from './verbs.ts';
import { projectionsVerbs } from './view/verbs.ts';

/** The whole command line, with all verbs. */
export const commandLine = (): Command => {
  const program = new Command('foldstream')
    .description('Event sourcing and CQRS on AWS.')
    .option(
      '--manifest <file>',
      'the file that exports the manifest; without it #manifest among the imports of the nearest package.json',
    )
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Add --help to see how it is used.');
  const module = () => manifestModule(program.opts<{ manifest?: string }>().manifest);
  const project: Project = { module, manifest: async () => (await loadProject(module())).manifest };

  localVerbs(program, project);
  addVerbs(program, project);
  deploymentVerbs(program, project);
  logsVerbs(program);
  deadLettersVerbs(program, project);
  loadVerbs(program, project);
  historyVerbs(program, project);
  projectionsVerbs(program, project);
  processesVerbs(program, project);
  schedulesVerbs(program, project);
  effectsVerbs(program, project);
  subjectsVerbs(program, project);
  rebuildVerbs(program, project);
  // The bundler is loaded by this verb alone: no other verb waits for it.
  contractsVerbs(program, project, async (...of) => (await import('../infra/code/projection-code.ts')).projectionCode(...of));
  modelVerbs(program, project);
  restoreVerbs(program, project);
  costVerbs(program, project);
  return program;
};

/** Runs the command line with the process's arguments. */
export const foldstream = async (): Promise<void> => {
  try {
    await commandLine().parseAsync();
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
};
