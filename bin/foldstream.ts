#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import { manifest } from '#manifest';
import { checkVerb } from '../lib/cli/check.ts';
import { contractsVerb } from '../lib/cli/contracts.ts';
import { demoToken, demoUsers, localDeployment, root } from '../lib/cli/local.ts';
import { listProjections, redriveProjection, resumeProjection } from '../lib/cli/projections.ts';
import { start } from '../lib/cli/start.ts';
import { explain } from '../lib/cli/user-error.ts';
import { verify } from '../lib/cli/verify.ts';

const port = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1024 || number > 65_535)
    throw new InvalidArgumentError('A port is a number from 1024 to 65535.');
  return number;
};

const revision = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('A revision is 1, 2, 3, ...');
  return number;
};

/** What was found wrong has been said; the exit code is for scripts. */
const failUnless = (ok: boolean): void => {
  process.exitCode = ok ? 0 : 1;
};

const program = new Command('foldstream').description('Event sourcing and CQRS on AWS.').showHelpAfterError();

program
  .command('start')
  .description('start the local engine, deploy into it, and say how to use it')
  .option('--port <number>', 'where the engine listens (4566 unless you say)', port)
  .option('--fresh', 'begin anew: forget what earlier starts have kept', false)
  .action((options) => start(options));

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
  .description('compare the stored formats with those last released')
  .option('--release', 'record what is there now as released', false)
  .action(({ release }) => {
    const { ok, lines } = contractsVerb({ manifest, root, release });
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
    const { ok, lines } = await checkVerb({ manifest, ...options });
    console.log(lines.join('\n'));
    failUnless(ok);
  });

const projections = program
  .command('projections')
  .description('list the projections: what is parked, and how far each is behind');
const stackOption = ['--stack <name>', 'a deployment on AWS; without it the one of npm start'] as const;

projections
  .command('list', { isDefault: true })
  .description('list the projections')
  .option(...stackOption)
  .action((options) => listProjections({ ...options, manifest }, console.log));

projections
  .command('resume')
  .description('take a parked stream up again, after its cause is mended')
  .argument('<name>', 'such as account-balance')
  .argument('<stream>', 'such as account-7f3a')
  .option('--revision <number>', 'without it the one that answers queries', revision)
  .option(...stackOption)
  .action((name, stream, options) => resumeProjection({ ...options, manifest, name, stream }, console.log));

projections
  .command('redrive')
  .description('put the dead letters of a projection back into its queue')
  .argument('<name>', 'such as account-balance')
  .option('--revision <number>', 'without it the one that answers queries', revision)
  .option(...stackOption)
  .action((name, options) => redriveProjection({ ...options, manifest, name }, console.log));

try {
  await program.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
