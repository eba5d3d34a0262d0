import type { Command } from 'commander';
import { atLeast, whole } from '../terminal/arguments.ts';
import { untilInterrupted } from '../terminal/interrupt.ts';
import { onDeployment, type Project } from '../verbs.ts';
import { type LoadOptions, loadVerb } from './load.ts';

/** Declares the verb that puts a load on a deployment. */
export const loadVerbs = (program: Command, project: Project): void => {
  onDeployment(
    program
      .command('load')
      .description('send commands at a fixed rate over HTTP, and tell how long their answers took')
      .requiredOption('--rate <number>', 'commands a second, whether earlier ones were answered or not', atLeast(0.01))
      .option('--seconds <number>', 'for how long', whole(), 30)
      .option('--mix <file>', 'the file that exports the mix of commands as `load`; without it load.ts beside the manifest')
      .option('--seed <number>', 'other choices of the same mix', whole(0))
      .option('--url <url>', 'the address of the API, instead of a stack')
      .option(
        '--visible <number>',
        'measure the time to visible of one of so many commands that name a view; 0 for none',
        whole(0),
        10,
      )
      .option('--no-retry', 'count each failed attempt, and do not repeat it')
      .option('--most-open <number>', 'how many requests may be open at a time', whole(), 1_000)
      .option('--p99 <milliseconds>', 'exit with 1 if p99 is above', atLeast(0))
      .option('--errors <number>', 'exit with 1 if there are more errors', whole(0))
      .option('--units', 'ask CloudWatch for the units of all tables, which takes three minutes on AWS')
      .option('--json', 'print the figures as JSON')
      .option('--page <file>', 'write them into an HTML page, with a chart'),
    (asked: Omit<LoadOptions, 'signal' | 'module'>, print, bar) =>
      untilInterrupted((signal) => loadVerb({ ...asked, module: project.module(), signal }, print, bar)),
    project,
  );
};
