import type { Command } from 'commander';
import { compared, reason, whole } from '../terminal/arguments.ts';
import { onDeployment, type Project } from '../verbs.ts';
import { auditVerb, cancelVerb, listVerb, rebuildVerb, rollBackVerb, showVerb } from './rebuilds.ts';

const aboutView = (program: Command, name: string, description: string, argument = '<view>'): Command =>
  program.command(name).description(description).argument(argument, 'such as account-balance');

/** The limits of a rebuild's workers. */
const limited = (command: Command): Command =>
  command
    .option('--segments <number>', 'into how many segments the commits are divided', whole())
    .option('--concurrency <number>', 'how many workers run at the same time', whole())
    .option('--units-per-second <number>', 'how many read units they may use together', whole())
    .option('--detach', 'return at once, while the work continues on AWS');

/** Declares the verbs for rebuilds and audits, and for rolling back. */
export const rebuildVerbs = (program: Command, project: Project): void => {
  onDeployment(
    limited(
      aboutView(
        program,
        'rebuild',
        'build the newest revision of a view from all commits, compare it, and make it live',
        '[view]',
      )
        .option(
          '--needed',
          'each view whose newest revision has never been live, one after the other: the step after a deployment',
        )
        .option('--why <text>', 'the reason, for the list of rebuilds', reason)
        .option('--revision <number>', 'another one than the newest', whole())
        .option('--compare <all|number>', 'fold all streams again before the switch and compare, or one of so many', compared)
        .option('--stream <stream>', 'only fold this stream again, in the live revision')
        .option('--category <category>', 'only fold the streams of this category again, in the live revision')
        .option('--dry-run', 'only estimate what it would read, write and cost, and how long it would take'),
    ),
    rebuildVerb,
    project,
  );
  onDeployment(
    limited(
      aboutView(program, 'audit', 'compare a view with its commits: list streams that are behind, parked or different')
        .option('--why <text>', 'the reason, for the list of rebuilds', reason)
        .option('--revision <number>', 'another one than the live one', whole())
        .option('--compare <all|number>', 'fold all streams again and compare (the default), or one of so many', compared)
        .option('--repair', 'fold the streams that differ again, and compare them again'),
    ),
    auditVerb,
    project,
  );
  onDeployment(
    aboutView(program, 'roll-back', 'make the previous revision of a view live again')
      .requiredOption('--why <text>', 'the reason, for the list of rebuilds', reason)
      .option('--revision <number>', 'the one to make live, if it is not; without it each call switches', whole()),
    rollBackVerb,
    project,
  );

  const rebuilds = program.command('rebuilds').description('list the rebuilds, audits and roll backs');
  onDeployment(
    rebuilds
      .command('list', { isDefault: true })
      .description('list them, the newest first (the default)')
      .option('--view <view>', 'only of this view'),
    listVerb,
    project,
  );
  const ofRebuild = (name: string, description: string) =>
    rebuilds.command(name).description(description).argument('<id>', 'as the list has it');
  onDeployment(ofRebuild('show', 'show the progress or the result of a rebuild'), showVerb, project);
  onDeployment(
    ofRebuild('cancel', 'stop a rebuild; the live revision still answers').option(
      '--why <text>',
      'the reason, for the list of rebuilds',
      reason,
    ),
    cancelVerb,
    project,
  );
};
