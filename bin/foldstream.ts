#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import { demoToken, demoUsers, localDeployment } from '../lib/cli/local.ts';
import { start } from '../lib/cli/start.ts';
import { explain } from '../lib/cli/user-error.ts';

const port = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1024 || number > 65_535)
    throw new InvalidArgumentError('A port is a number from 1024 to 65535.');
  return number;
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

try {
  await program.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
