import type { Command } from 'commander';
import { whole } from '../terminal/arguments.ts';
import { onDeployment, type Project, runs } from '../verbs.ts';
import { type CheckOptions, checkVerb } from './check.ts';
import { commitVerb } from './commit.ts';
import { type ExportOptions, exportHistory } from './export.ts';
import { importVerb } from './import.ts';
import { rulesVerb } from './rules.ts';
import { fillVerb } from './tags.ts';
import { traceVerb } from './trace.ts';
import { verify } from './verify.ts';

/** The verbs for what stands in the table. */
const tableVerbs = (program: Command): void => {
  onDeployment(
    program
      .command('verify')
      .description('check the hash chain of one stream, or of all, and name the first commit that does not fit')
      .argument('[stream]', 'such as account-7f3a')
      .option('--all', 'every stream: reads the whole table, at the price of a scan'),
    verify,
  );

  onDeployment(
    program
      .command('commit')
      .description('print one commit as JSON, as it stands in the table')
      .argument('<stream>', 'such as account-7f3a')
      .argument('<number>', 'the commit: 1, 2, 3, ...', whole())
      .option('--table <name>', 'of this table, such as a restored one, instead of the deployment’s'),
    commitVerb,
  );
};

/** Declares the verbs for the commits and what they say. */
export const historyVerbs = (program: Command, project: Project): void => {
  tableVerbs(program);

  runs(
    program
      .command('check')
      .description("fold an exported history with this code's deciders, upcasters and views, and report what fails or differs")
      .requiredOption(
        '--against <path>',
        'an export: a folder, or a file of newline-delimited JSON (compressed if it ends in .gz)',
      )
      .option('--states <path>', 'states to compare with: what --save-states wrote with the last release')
      .option('--save-states <file>', "write this code's states, for the next release to compare with")
      .option('--rules <module>', 'decide the recorded commands of a category anew under the rules that this file exports'),
    async ({ rules, ...asked }: CheckOptions & Readonly<{ rules?: string }>, print) => {
      const { ok, lines } = await (rules === undefined ? checkVerb(asked) : rulesVerb({ ...asked, rules }));
      for (const line of lines) print(line);
      return ok;
    },
    project,
  );

  onDeployment(
    program
      .command('export')
      .description('write all commits into files, one CloudEvent a line; after an interruption, run it again to continue')
      .requiredOption('--out <path>', 'a folder, or a file that ends in .ndjson, .jsonl or .gz (which is compressed)')
      .option('--category <category>', 'only this category, with its reservations of unique values')
      .option('--segments <number>', 'how many segments of the table are read at the same time', whole(1, 256), 8)
      .option('--anonymised', 'with made-up values in the place of personal ones; nothing is opened'),
    async ({ anonymised, ...asked }: Omit<ExportOptions, 'anonymised'> & Readonly<{ anonymised?: true }>, print, bar) =>
      exportHistory({ ...asked, ...(anonymised && { anonymised: await project.manifest() }) }, print, bar),
  );

  onDeployment(
    program
      .command('import')
      .description('write the commits of an export that the deployment lacks; no existing commit is overwritten')
      .argument('<path>', 'a file or a folder, as foldstream export writes them')
      .option('--keep-sealed', 'take personal values that another deployment sealed as they are: nobody can read them'),
    importVerb,
    project,
  );

  const tags = program.command('tags').description('see to the tags that events carry');
  onDeployment(
    tags
      .command('fill')
      .description('enter the events that happened before a tag was declared, while commands go on; run it again to continue')
      .argument('<tag>', 'the name of a tag of the manifest')
      .option('--dry-run', 'only count what would be entered'),
    fillVerb,
    project,
  );

  onDeployment(
    program
      .command('trace')
      .description('show the commits that a request caused, as a tree across streams, and what still waits')
      .argument('<correlation>', 'the correlation id of an answer (X-Correlation-Id), a commit, or a log line')
      .option('--json', 'print JSON, as GET /ops/trace/{correlation} answers it'),
    traceVerb,
    project,
  );
};
