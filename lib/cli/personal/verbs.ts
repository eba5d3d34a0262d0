import type { Command } from 'commander';
import { reason } from '../terminal/arguments.ts';
import { onDeployment } from '../verbs.ts';
import { eraseVerb } from './subjects.ts';

/** Declares the verbs for the persons whose data a deployment holds. */
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
};
