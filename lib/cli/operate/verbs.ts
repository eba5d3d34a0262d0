import type { Command } from 'commander';
import { lasting } from '../terminal/arguments.ts';
import { untilInterrupted } from '../terminal/interrupt.ts';
import { failUnless, stackOption } from '../verbs.ts';
import { logsVerb } from './logs.ts';

/** Declares the verbs for log lines. */
export const logsVerbs = (program: Command): void => {
  program
    .command('logs')
    .description('print what all functions wrote, merged by time: of one request, or everything')
    .argument('[correlation]', 'the correlation id of an answer or a problem: only what that request caused, in every function')
    .option('--follow', 'go on printing what is written, until Ctrl-C', false)
    .option('--since <time>', 'from how long ago on, such as 15m or 24h (1h unless you say)', lasting)
    .option(...stackOption)
    .action(async (correlation, { since = lasting('1h'), ...options }) =>
      failUnless(await untilInterrupted((signal) => logsVerb({ ...options, correlation, since, signal }, console.log))),
    );
};
