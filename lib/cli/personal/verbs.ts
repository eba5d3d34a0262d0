import type { Command } from 'commander';
import { reason } from '../terminal/arguments.ts';
import { onDeployment } from '../verbs.ts';
import { purgeVerb } from './purge.ts';
import { eraseVerb } from './subjects.ts';

/** Declares the verbs that make data go: of one person, or of one stream. */
export const subjectsVerbs = (program: Command): void => {
  const subjects = program.command('subjects').description('erase the personal data of one person');
  onDeployment(
    subjects
      .command('erase')
      .description('delete the keys of a person, so that nothing opens their personal values again; this cannot be undone')
      .argument('<subject>', 'the id under which the values were sealed')
      .requiredOption('--why <text>', 'the reason, which is kept; it must not name the person', reason),
    eraseVerb,
  );
  onDeployment(
    program
      .command('purge')
      .description('remove the history of one stream for good, and close it; this cannot be undone')
      .argument('<stream>', 'such as account-7f3a')
      .requiredOption('--why <text>', 'the reason, which is kept; it must not name a person', reason),
    purgeVerb,
  );
};
