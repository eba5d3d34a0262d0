import type { Command } from 'commander';
import { oneOf, revision, whole } from '../terminal/arguments.ts';
import { barTo } from '../terminal/progress.ts';
import { failUnless, type Project, stackOption } from '../verbs.ts';
import { auditVerb, cancelVerb, listVerb, rebuildVerb, rollBackVerb, showVerb } from './rebuilds.ts';

const declareRebuild = (program: Command, project: Project): void => {
  program
    .command('rebuild')
    .description(
      'build the newest revision of a view from all history, beside the one that answers, and switch to it if it is right',
    )
    .argument('<projection>', 'such as account-balance')
    .option('--why <text>', 'for whoever reads the history of rebuilds')
    .option('--revision <number>', 'another than the newest', revision)
    .option('--segments <number>', 'into how many segments the commits are cut', whole)
    .option('--concurrency <number>', 'how many workers there are at the same time', whole)
    .option('--units-per-second <number>', 'how many read units they may take together', whole)
    .option('--compare <all|number>', 'fold all streams afresh and compare them before the switch, or one of so many', oneOf)
    .option('--stream <stream>', 'fold only this stream anew, in the revision that answers')
    .option('--category <category>', 'fold only the streams of this category anew, in the revision that answers')
    .option('--dry-run', 'only say what it would read, write, cost, and how long it would take', false)
    .option('--detach', 'do not stay until it is over', false)
    .option(...stackOption)
    .action(async (name, options) =>
      failUnless(
        await rebuildVerb(
          { ...options, manifest: await project.manifest(), name },
          console.log,
          barTo(process.stderr, `Rebuilding ${name}`),
        ),
      ),
    );
};

const declareAudit = (program: Command, project: Project): void => {
  program
    .command('audit')
    .description('compare a view with its history: which streams are behind, parked, or not what their commits come to')
    .argument('<projection>', 'such as account-balance')
    .option('--revision <number>', 'another than the one that answers', revision)
    .option('--one-of <number>', 'fold only one of so many streams afresh; without it all of them', whole)
    .option('--repair', 'fold what differs anew, and look at it again', false)
    .option('--segments <number>', 'into how many segments the commits are cut', whole)
    .option('--concurrency <number>', 'how many workers there are at the same time', whole)
    .option('--units-per-second <number>', 'how many read units they may take together', whole)
    .option('--why <text>', 'for whoever reads the history of rebuilds')
    .option('--detach', 'do not stay until it is over', false)
    .option(...stackOption)
    .action(async (name, options) =>
      failUnless(
        await auditVerb(
          { ...options, manifest: await project.manifest(), name },
          console.log,
          barTo(process.stderr, `Looking at ${name}`),
        ),
      ),
    );
};

const declareRollBack = (program: Command, project: Project): void => {
  program
    .command('roll-back')
    .description('make the previous revision of a view live again')
    .argument('<projection>', 'such as account-balance')
    .requiredOption('--why <text>', 'the reason, for the history')
    .option('--revision <number>', 'the one that is to answer, if it does not yet; without it each call switches', revision)
    .option(...stackOption)
    .action(async (name, options) => rollBackVerb({ ...options, manifest: await project.manifest(), name }, console.log));
};

const declareRebuilds = (program: Command, project: Project): void => {
  const rebuilds = program.command('rebuilds').description('list the rebuilds, running and past, and the roll backs');

  rebuilds
    .command('list', { isDefault: true })
    .description('list them, the newest first')
    .option('--projection <name>', 'only of this one')
    .option(...stackOption)
    .action(async (options) => listVerb({ ...options, manifest: await project.manifest() }, console.log));

  rebuilds
    .command('show')
    .description('show the progress or the result of one')
    .argument('<id>')
    .option(...stackOption)
    .action(async (id, options) => showVerb({ ...options, manifest: await project.manifest(), id }, console.log));

  rebuilds
    .command('cancel')
    .description('stop one; the live revision still answers')
    .argument('<id>')
    .option(...stackOption)
    .action(async (id, options) => cancelVerb({ ...options, manifest: await project.manifest(), id }, console.log));
};

/** Declares the verbs for rebuilds and audits of views. */
export const rebuildVerbs = (program: Command, project: Project): void => {
  for (const declare of [declareRebuild, declareAudit, declareRollBack, declareRebuilds]) declare(program, project);
};
