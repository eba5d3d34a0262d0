import type { Command } from 'commander';
import { segments } from '../terminal/arguments.ts';
import { barTo } from '../terminal/progress.ts';
import { failUnless, type Project, stackOption } from '../verbs.ts';
import { checkVerb } from './check.ts';
import { exportHistory } from './export.ts';
import { importVerb } from './import.ts';
import { traceVerb } from './trace.ts';
import { verify } from './verify.ts';

/** Declares the verbs for the commits and what they say. */
export const historyVerbs = (program: Command, project: Project): void => {
  program
    .command('verify')
    .description('follow the hash chain of a stream, or of all, and name the first commit that does not fit')
    .argument('[stream]', 'such as account-7f3a')
    .option('--all', 'every stream: a scan of the whole table, priced as such', false)
    .option(...stackOption)
    .action(async (stream, options) => failUnless(await verify({ ...options, stream }, console.log)));

  program
    .command('check')
    .description("fold a real history through today's deciders, upcasters and views, and report what fails or differs")
    .requiredOption('--against <file>', 'an export, newline-delimited JSON, compressed if its name ends in .gz')
    .option('--states <file>', 'states to compare with, as the last release wrote them')
    .option('--save-states <file>', "write today's states, for the next release to compare with")
    .action(async (options) => {
      const { ok, lines } = await checkVerb({ manifest: await project.manifest(), ...options });
      console.log(lines.join('\n'));
      failUnless(ok);
    });

  program
    .command('export')
    .description('write the commits into files, one CloudEvent a line; run again after an interruption, it goes on')
    .requiredOption('--out <path>', 'a folder for parts, or one file, compressed if its name ends in .gz')
    .option('--category <name>', 'only this category, with the values that it reserved')
    .option('--segments <number>', 'how many segments are read at the same time', segments, 8)
    .option(...stackOption)
    .action(async (options) => failUnless(await exportHistory(options, console.log, barTo(process.stderr, 'Exporting'))));

  program
    .command('import')
    .description('import a history: only commits that are missing, and never over another one')
    .argument('<path>', 'a file or a folder, as foldstream export writes them')
    .option(...stackOption)
    .action(async (from, options) => {
      const bars = { checking: barTo(process.stderr, 'Checking'), importing: barTo(process.stderr, 'Importing') };
      failUnless(await importVerb({ manifest: await project.manifest(), from, ...options }, console.log, bars));
    });

  program
    .command('trace')
    .description('show the commits that a request caused, as a tree across streams, and what still waits')
    .argument('<correlation>', 'the correlation id: of an answer (X-Correlation-Id), a commit, or a log line')
    .option('--json', 'as GET /ops/trace answers it', false)
    .option(...stackOption)
    .action(async (correlation, options) =>
      traceVerb({ ...options, manifest: await project.manifest(), correlation }, console.log),
    );
};
