import type { Command } from 'commander';
import { lasting } from '../terminal/arguments.ts';
import { untilInterrupted } from '../terminal/interrupt.ts';
import { onDeployment } from '../verbs.ts';
import { type LogsOptions, logsVerb } from './logs.ts';

/** Declares the verb for log lines. */
export const logsVerbs = (program: Command): void => {
  onDeployment(
    program
      .command('logs')
      .description('print the log lines of all functions in the order of time: of one request, or all')
      .argument('[correlation]', 'only lines about the request with this correlation id')
      .option('--follow', 'continue with new lines, until Ctrl-C')
      .addOption(
        program
          .createOption('--since <time>', 'how far to look back, such as 15m or 24h')
          .argParser(lasting)
          .default(lasting('1h'), '1h'),
      ),
    (asked: LogsOptions, print) => untilInterrupted((signal) => logsVerb({ ...asked, signal }, print)),
  );
};
