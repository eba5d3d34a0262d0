import type { Command } from 'commander';
import { type Project, runs } from '../verbs.ts';
import { addVerb } from './add.ts';
import { type Kind, kinds } from './names.ts';

type Asked = Readonly<{ kind: Kind; name: string; from?: string; filesOnly?: boolean }>;

/** Declares the verb that writes code. It gets no manifest: the one that it changes is loaded afterwards. */
export const addVerbs = (program: Command, project: Project): void => {
  runs(
    program
      .command('add')
      .description('write an aggregate, a view or a process with its test, and name it in the manifest')
      .addArgument(program.createArgument('<kind>', 'what to add').choices(kinds))
      .argument('<name>', 'such as ticket, open-tickets or escalation')
      .option('--from <category>', 'the category that a view or a process reads')
      .option('--files-only', 'leave the manifest as it is'),
    async (asked: Asked, print) => {
      for (const line of await addVerb({ ...asked, module: project.module() })) print(line);
    },
  );
};
