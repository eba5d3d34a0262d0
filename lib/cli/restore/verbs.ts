import type { Command } from 'commander';
import { whole } from '../terminal/arguments.ts';
import { onDeployment, type Project } from '../verbs.ts';
import { adoptable, adoptVerb } from './adopt.ts';
import { restoredVerb } from './restored.ts';

/** Declares the verbs for a restore of the tables. */
export const restoreVerbs = (program: Command, project: Project): void => {
  onDeployment(
    program
      .command('adopt')
      .description('prepare an existing table, such as a restored one, to replace one of the deployment')
      .addArgument(program.createArgument('<table>', 'the table to replace').choices(adoptable))
      .argument('<name>', 'the name of the existing table'),
    adoptVerb,
  );
  onDeployment(
    program
      .command('restored')
      .description('after a restore of the commits: reset cursors, deadlines, public events, views and the sweep to them')
      .requiredOption('--to <instant>', 'the instant that was restored, such as 2026-11-28T12:00:00Z')
      .option('--late <hours>', 'how many hours a process was behind at that time, at most', whole(), 24),
    restoredVerb,
    project,
  );
};
