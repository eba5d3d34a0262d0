import type { Command } from 'commander';
import { boxKinds } from '../../engine/operate/letters/kinds.ts';
import { lasting, whyRedriven } from '../terminal/arguments.ts';
import { untilInterrupted } from '../terminal/interrupt.ts';
import { onDeployment, type Project } from '../verbs.ts';
import { listDeadLetters, redriveDeadLetters, showDeadLetters } from './dead-letters.ts';
import { type LogsOptions, logsVerb } from './logs.ts';

/** Declares the verbs for dead letters. */
export const deadLettersVerbs = (program: Command, project: Project): void => {
  const letters = program
    .command('dead-letters')
    .description('list the consumers with dead letters, look at them, put them back');
  const of = (name: string, description: string) =>
    letters
      .command(name)
      .description(description)
      .addArgument(program.createArgument('<kind>', 'what the consumer is').choices(boxKinds))
      .argument('<name>', 'such as account-balance, which is the revision that answers, or account-balance.r2');
  onDeployment(
    letters.command('list', { isDefault: true }).description('list the consumers that have dead letters (the default)'),
    listDeadLetters,
    project,
  );
  onDeployment(of('show', "show what a consumer's dead letters are; they stay where they are"), showDeadLetters, project);
  onDeployment(of('redrive', 'put them back into its queue').option(...whyRedriven), redriveDeadLetters, project);
};

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
