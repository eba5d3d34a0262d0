#!/usr/bin/env node
import { Command } from 'commander';
import { contractsVerb, draftVerb, rowsUnchangedVerb } from '../lib/cli/contracts/contracts.ts';
import { checkVerb } from '../lib/cli/history/check.ts';
import { exportHistory } from '../lib/cli/history/export.ts';
import { importVerb } from '../lib/cli/history/import.ts';
import { traceVerb } from '../lib/cli/history/trace.ts';
import { verify } from '../lib/cli/history/verify.ts';
import { demoToken, demoUsers, localDeployment } from '../lib/cli/local/deployment.ts';
import { start } from '../lib/cli/local/start.ts';
import { logsVerb } from '../lib/cli/operate/logs.ts';
import { listProcesses, orderProcess, redriveProcess, showInstance } from '../lib/cli/process/processes.ts';
import { loadProject, manifestModule, recordsOf } from '../lib/cli/project.ts';
import { auditVerb, cancelVerb, listVerb, rebuildVerb, rollBackVerb, showVerb } from '../lib/cli/rebuild/rebuilds.ts';
import { adoptable, adoptVerb } from '../lib/cli/restore/adopt.ts';
import { restoredVerb } from '../lib/cli/restore/restored.ts';
import { lasting, oneOf, port, revision, segments, whole } from '../lib/cli/terminal/arguments.ts';
import { untilInterrupted } from '../lib/cli/terminal/interrupt.ts';
import { barTo } from '../lib/cli/terminal/progress.ts';
import { explain } from '../lib/cli/terminal/user-error.ts';
import { listProjections, redriveProjection, resumeProjection } from '../lib/cli/view/projections.ts';

/** What was found wrong has been said; the exit code is for scripts. */
const failUnless = (ok: boolean): void => {
  process.exitCode = ok ? 0 : 1;
};

const program = new Command('foldstream')
  .description('Event sourcing and CQRS on AWS.')
  .option('--manifest <file>', 'the file that exports the manifest; without it the one that package.json names as #manifest')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError();

const theModule = () => manifestModule(program.opts<{ manifest?: string }>().manifest, import.meta.resolve('#manifest'));
/** Loaded by the verbs that need it, and by no other: a broken manifest takes nothing else away. */
const theManifest = async () => (await loadProject(theModule())).manifest;

program
  .command('start')
  .description('start the local engine, deploy into it, and say how to use it')
  .option('--port <number>', 'where the engine listens (4566 unless you say)', port)
  .option('--fresh', 'begin anew: forget what earlier starts have kept', false)
  .action((options) => start({ ...options, module: theModule() }));

program
  .command('token')
  .description('print an access token of a demo user')
  .addArgument(program.createArgument('[user]', 'whose').choices(Object.keys(demoUsers)).default('customer'))
  .action(async (user) => console.log(await demoToken(localDeployment(), user)));

program
  .command('verify')
  .description('follow the hash chain of a stream, or of all, and name the first commit that does not fit')
  .argument('[stream]', 'such as account-7f3a')
  .option('--all', 'every stream: a scan of the whole table, priced as such', false)
  .option('--stack <name>', 'a deployment on AWS; without it the one of npm start')
  .action(async (stream, options) => failUnless(await verify({ ...options, stream }, console.log)));

program
  .command('contracts')
  .description("compare the stored formats, and the views' code, with those last released")
  .option('--release', 'record what is there now as released', false)
  .option('--draft', 'write a first golden sample, with made-up data, for each version of an event that has none', false)
  .option('--rows-unchanged <view...>', 'record that the code of these views changed, and none of their stored rows')
  .option('--why <text>', 'the reason, with --rows-unchanged')
  .action(async ({ draft, release, rowsUnchanged: views, why }) => {
    const [manifest, root] = [await theManifest(), recordsOf(theModule())];
    // Loaded where it is needed: no other verb waits for the bundler.
    const codeOf = async () => (await import('../lib/infra/code/projection-code.ts')).projectionCode(manifest, theModule());
    const { ok, lines } = draft
      ? draftVerb({ manifest, root })
      : views
        ? rowsUnchangedVerb({ root, code: await codeOf(), views, why })
        : contractsVerb({ manifest, root, code: await codeOf(), release });
    console.log(lines.join('\n'));
    failUnless(ok);
  });

program
  .command('check')
  .description("fold a real history through today's deciders, upcasters and views, and report what fails or differs")
  .requiredOption('--against <file>', 'an export, newline-delimited JSON, compressed if its name ends in .gz')
  .option('--states <file>', 'states to compare with, as the last release wrote them')
  .option('--save-states <file>', "write today's states, for the next release to compare with")
  .action(async (options) => {
    const { ok, lines } = await checkVerb({ manifest: await theManifest(), ...options });
    console.log(lines.join('\n'));
    failUnless(ok);
  });

program
  .command('export')
  .description('write the commits into files, one CloudEvent a line; run again after an interruption, it goes on')
  .requiredOption('--out <path>', 'a folder for parts, or one file, compressed if its name ends in .gz')
  .option('--category <name>', 'only this category, with the values that it reserved')
  .option('--segments <number>', 'how many segments are read at the same time', segments, 8)
  .option('--stack <name>', 'a deployment on AWS; without it the one of npm start')
  .action(async (options) => failUnless(await exportHistory(options, console.log, barTo(process.stderr, 'Exporting'))));

program
  .command('import')
  .description('put a history into the commits: only what is not there yet, and nothing where another is')
  .argument('<path>', 'a file or a folder, as foldstream export writes them')
  .option('--stack <name>', 'a deployment on AWS; without it the one of npm start')
  .action(async (from, options) => {
    const bars = { checking: barTo(process.stderr, 'Checking'), importing: barTo(process.stderr, 'Importing') };
    failUnless(await importVerb({ manifest: await theManifest(), from, ...options }, console.log, bars));
  });

const stackOption = ['--stack <name>', 'a deployment on AWS; without it the one of npm start'] as const;

program
  .command('adopt')
  .description('let a table that is there already, such as a restored one, take the place of one of the deployment')
  .addArgument(program.createArgument('<table>', 'which one it is to be').choices(adoptable))
  .argument('<name>', 'the name of the table that is there')
  .option(...stackOption)
  .action(async (table, name, options) => adoptVerb({ ...options, table, name }, console.log));

program
  .command('restored')
  .description('after a restore of the commits: bring cursors, deadlines, public events, views and the sweep to what is left')
  .requiredOption('--to <instant>', 'what they were restored to, such as 2026-11-28T12:00:00Z')
  .option('--late <hours>', 'how late a process may have been with a commit then', whole, 24)
  .option(...stackOption)
  .action(async (options) =>
    failUnless(
      await restoredVerb({ ...options, manifest: await theManifest() }, console.log, barTo(process.stderr, 'Looking at')),
    ),
  );

const projections = program
  .command('projections')
  .description('list the projections: what is parked, and how far each is behind');
projections
  .command('list', { isDefault: true })
  .description('list the projections')
  .option(...stackOption)
  .action(async (options) => listProjections({ ...options, manifest: await theManifest() }, console.log));

projections
  .command('resume')
  .description('take a parked stream up again, after its cause is mended')
  .argument('<name>', 'such as account-balance')
  .argument('<stream>', 'such as account-7f3a')
  .option('--revision <number>', 'without it the one that answers queries', revision)
  .option(...stackOption)
  .action(async (name, stream, options) =>
    resumeProjection({ ...options, manifest: await theManifest(), name, stream }, console.log),
  );

projections
  .command('redrive')
  .description('put the dead letters of a projection back into its queue')
  .argument('<name>', 'such as account-balance')
  .option('--revision <number>', 'without it the one that answers queries', revision)
  .option(...stackOption)
  .action(async (name, options) => redriveProjection({ ...options, manifest: await theManifest(), name }, console.log));

program
  .command('rebuild')
  .description(
    'build the newest revision of a view from all history, beside the one that answers, and switch to it if it is right',
  )
  .argument('<projection>', 'such as account-balance')
  .option('--why <text>', 'for whoever reads the history of rebuilds')
  .option('--revision <number>', 'another than the newest', revision)
  .option('--segments <number>', 'into how many segments the commits are cut', whole)
  .option('--concurrency <number>', 'how many workers there are at the same time', whole)
  .option('--units-per-second <number>', 'how many read units they may take together', whole)
  .option('--compare <all|number>', 'fold all streams afresh and compare them before the switch, or one of so many', oneOf)
  .option('--stream <stream>', 'fold only this stream anew, in the revision that answers')
  .option('--category <category>', 'fold only the streams of this category anew, in the revision that answers')
  .option('--dry-run', 'only say what it would read, write, cost, and how long it would take', false)
  .option('--detach', 'do not stay until it is over', false)
  .option(...stackOption)
  .action(async (name, options) =>
    failUnless(
      await rebuildVerb(
        { ...options, manifest: await theManifest(), name },
        console.log,
        barTo(process.stderr, `Rebuilding ${name}`),
      ),
    ),
  );

program
  .command('audit')
  .description('compare a view with its history: which streams are behind, parked, or not what their commits come to')
  .argument('<projection>', 'such as account-balance')
  .option('--revision <number>', 'another than the one that answers', revision)
  .option('--one-of <number>', 'fold only one of so many streams afresh; without it all of them', whole)
  .option('--repair', 'fold what differs anew, and look at it again', false)
  .option('--segments <number>', 'into how many segments the commits are cut', whole)
  .option('--concurrency <number>', 'how many workers there are at the same time', whole)
  .option('--units-per-second <number>', 'how many read units they may take together', whole)
  .option('--why <text>', 'for whoever reads the history of rebuilds')
  .option('--detach', 'do not stay until it is over', false)
  .option(...stackOption)
  .action(async (name, options) =>
    failUnless(
      await auditVerb(
        { ...options, manifest: await theManifest(), name },
        console.log,
        barTo(process.stderr, `Looking at ${name}`),
      ),
    ),
  );

program
  .command('roll-back')
  .description('let the revision of a view that answered before answer again')
  .argument('<projection>', 'such as account-balance')
  .requiredOption('--why <text>', 'for whoever reads the history')
  .option('--revision <number>', 'the one that is to answer, if it does not yet; without it each call switches', revision)
  .option(...stackOption)
  .action(async (name, options) => rollBackVerb({ ...options, manifest: await theManifest(), name }, console.log));

const rebuilds = program.command('rebuilds').description('list the rebuilds, running and past, and the roll backs');

rebuilds
  .command('list', { isDefault: true })
  .description('list them, the newest first')
  .option('--projection <name>', 'only of this one')
  .option(...stackOption)
  .action(async (options) => listVerb({ ...options, manifest: await theManifest() }, console.log));

rebuilds
  .command('show')
  .description('how far one is, or how it ended')
  .argument('<id>')
  .option(...stackOption)
  .action(async (id, options) => showVerb({ ...options, manifest: await theManifest(), id }, console.log));

rebuilds
  .command('cancel')
  .description('stop one: what answers goes on answering')
  .argument('<id>')
  .option(...stackOption)
  .action(async (id, options) => cancelVerb({ ...options, manifest: await theManifest(), id }, console.log));

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

program
  .command('trace')
  .description('tell what a request caused, as a tree of commits across streams, and where it waits')
  .argument('<correlation>', 'the correlation id: of an answer (X-Correlation-Id), a commit, or a log line')
  .option('--json', 'as GET /ops/trace answers it', false)
  .option(...stackOption)
  .action(async (correlation, options) => traceVerb({ ...options, manifest: await theManifest(), correlation }, console.log));

const processes = program
  .command('processes')
  .description('list the processes: how far each is behind, and which instances stand still');
const theInstance = ['<process>', 'such as transferProcess'] as const;

processes
  .command('list', { isDefault: true })
  .description('list the processes, and the instances that stand still or have one status')
  .addOption(processes.createOption('--status <status>', 'of instances').choices(['running', 'parked', 'stuck', 'ended']))
  .option('--process <name>', 'instances of this process alone')
  .option(...stackOption)
  .action(async (options) => listProcesses({ ...options, manifest: await theManifest() }, console.log));

processes
  .command('show')
  .description('tell what an instance went through, and what it waits for')
  .argument(...theInstance)
  .argument('<instance>', 'its id')
  .option(...stackOption)
  .action(async (process, instance, options) =>
    showInstance({ ...options, manifest: await theManifest(), process, instance }, console.log),
  );

const orders = {
  retry: 'send again what was refused, to an instance that is stuck',
  resume: 'take a parked instance up again, after its cause is mended',
  resolve: 'end an instance that stands still: somebody has seen to it',
} as const;
for (const order of ['retry', 'resume', 'resolve'] as const)
  processes
    .command(order)
    .description(orders[order])
    .argument(...theInstance)
    .argument('<instance>', 'its id')
    .option('--why <text>', 'the reason, which is kept in its history')
    .option(...stackOption)
    .action(async (process, instance, options) =>
      orderProcess({ ...options, manifest: await theManifest(), process, instance, order }, console.log),
    );

processes
  .command('redrive')
  .description('put the dead letters of a process back into its queue')
  .argument(...theInstance)
  .option(...stackOption)
  .action(async (process, options) => redriveProcess({ ...options, manifest: await theManifest(), process }, console.log));

try {
  await program.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
