import type { Command } from 'commander';
import { whole } from '../terminal/arguments.ts';
import { barTo } from '../terminal/progress.ts';
import { failUnless, type Project, stackOption } from '../verbs.ts';
import { adoptable, adoptVerb } from './adopt.ts';
import { restoredVerb } from './restored.ts';

/** Declares the verbs for a restore of the tables. */
export const restoreVerbs = (program: Command, project: Project): void => {
  program
    .command('adopt')
    .description('let an existing table, such as a restored one, replace one of the deployment')
    .addArgument(program.createArgument('<table>', 'the table to replace').choices(adoptable))
    .argument('<name>', 'the name of the existing table')
    .option(...stackOption)
    .action(async (table, name, options) => adoptVerb({ ...options, table, name }, console.log));

  program
    .command('restored')
    .description('after a restore of the commits: reset cursors, deadlines, public events, views and the sweep to them')
    .requiredOption('--to <instant>', 'the time of the restore, such as 2026-11-28T12:00:00Z')
    .option('--late <hours>', 'the greatest lag of a process at that time', whole, 24)
    .option(...stackOption)
    .action(async (options) =>
      failUnless(
        await restoredVerb({ ...options, manifest: await project.manifest() }, console.log, barTo(process.stderr, 'Looking at')),
      ),
    );
};
