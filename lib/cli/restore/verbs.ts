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
    .description('let a table that is there already, such as a restored one, take the place of one of the deployment')
    .addArgument(program.createArgument('<table>', 'which one it is to be').choices(adoptable))
    .argument('<name>', 'the name of the table that is there')
    .option(...stackOption)
    .action(async (table, name, options) => adoptVerb({ ...options, table, name }, console.log));

  program
    .command('restored')
    .description('after a restore of the commits: bring cursors, deadlines, public events, views and the sweep to what is left')
    .requiredOption('--to <instant>', 'what they were restored to, such as 2026-11-28T12:00:00Z')
    .option('--late <hours>', 'how late a process may have been with a commit then', whole, 24)
    .option(...stackOption)
    .action(async (options) =>
      failUnless(
        await restoredVerb({ ...options, manifest: await project.manifest() }, console.log, barTo(process.stderr, 'Looking at')),
      ),
    );
};
