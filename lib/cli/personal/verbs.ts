import type { Command } from 'commander';
import { reason } from '../terminal/arguments.ts';
import { onDeployment, type Project } from '../verbs.ts';
import { purgeVerb } from './purge.ts';
import { retentionVerb } from './retention.ts';
import { eraseVerb, exportVerb, rotateVerb } from './subjects.ts';

/** Declares the verbs for the persons whose data a deployment holds, and the one that purges a stream. */
export const subjectsVerbs = (program: Command, project: Project): void => {
  const subjects = program.command('subjects').description('erase, export or re-key the personal data of one person');
  const verb = (name: string, description: string) =>
    subjects.command(name).description(description).argument('<subject>', 'the id under which the values were sealed');
  const why = ['--why <text>', 'the reason, which is kept; it must not name the person', reason] as const;
  onDeployment(
    verb(
      'erase',
      'delete the keys of a person, so that nothing opens their personal values again; this cannot be undone',
    ).requiredOption(...why),
    eraseVerb,
    project,
  );
  onDeployment(
    verb('export', 'print all that is held about a person as JSON, with where from; the request is recorded')
      .requiredOption(...why)
      .option('--out <path>', 'the file to write, for your user alone; without it, the JSON is printed'),
    exportVerb,
    project,
  );
  onDeployment(
    verb('rotate', 'make a new key pair, under which new values of a person are sealed; older ones stay readable'),
    rotateVerb,
    project,
  );
  onDeployment(
    subjects
      .command('retention')
      .description('erase now everybody whose retention is over, as the deployment does once a day')
      .option('--dry-run', 'only list who would be erased and when, and who is kept and why'),
    retentionVerb,
    project,
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
