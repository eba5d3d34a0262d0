#!/usr/bin/env node
// npm create foldstream@latest [folder]: asks at a terminal what is not said by options, then writes the project.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { faultOf, faultOfRegion, projectFiles, version } from './project.mjs';

const help = `npm create foldstream@latest [folder] -- [options]

Writes a repository that starts (npm start), tests (npm test) and deploys (npx cdk deploy), into a folder that is new or empty.

  --name <name>         the name of the project and of its stacks; usually that of the folder
  --region <region>     the AWS region that its workflow deploys to; usually eu-central-1
  --foldstream <spec>   the package foldstream as npm takes it, such as a version or a tarball; usually ^${version}
  --yes                 ask nothing
  --help, --version`;

/** An error that names what to do: printed without a stack trace. */
class UserError extends Error {}

const parsed = () => {
  const options = {
    name: { type: 'string' },
    region: { type: 'string' },
    foldstream: { type: 'string' },
    yes: { type: 'boolean', short: 'y' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
  };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length > 1) throw new Error(`One folder, not ${positionals.length}: ${positionals.join(' ')}.`);
    return { ...values, folder: positionals[0] };
  } catch (error) {
    throw new UserError(`${error.message}\n\n${help}`);
  }
};

/** Asks until the answer has no fault. */
const ask = async (terminal, question, usual, fault) => {
  for (;;) {
    const answer = (await terminal.question(`${question} (${usual}) `)).trim() || usual;
    const wrong = fault(answer);
    if (wrong === undefined) return answer;
    console.error(wrong);
  }
};

const folderFault = (folder) => {
  const path = resolve(folder);
  if (!existsSync(path)) return undefined;
  try {
    return readdirSync(path).some((file) => file !== '.git')
      ? `${folder} has files already: name a new folder, or an empty one.`
      : undefined;
  } catch {
    return `${folder} is a file: name a new folder, or an empty one.`;
  }
};

const asName = (folder) => basename(resolve(folder)).toLowerCase();

const completed = async ({ folder, name, region, yes, foldstream }) => {
  if (yes || !process.stdin.isTTY) {
    const into = folder ?? 'my-app';
    return { folder: into, name: name ?? asName(into), region: region ?? 'eu-central-1', foldstream };
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.on('SIGINT', () => {
    console.error('\nNothing was written.');
    process.exit(130);
  });
  try {
    const into = folder ?? (await ask(terminal, 'Into which folder?', 'my-app', folderFault));
    return {
      folder: into,
      name: name ?? (await ask(terminal, 'What is it called?', asName(into), faultOf)),
      region: region ?? (await ask(terminal, 'Which AWS region will it be deployed to?', 'eu-central-1', faultOfRegion)),
      foldstream,
    };
  } finally {
    terminal.close();
  }
};

const nextSteps = (folder) => `
  cd ${relative(process.cwd(), resolve(folder)) || '.'}
  npm install
  npm start        # a cloud on this machine, with your application in it: it prints what to send
  npm test
`;

const create = async () => {
  const options = parsed();
  if (options.help) return console.log(help);
  if (options.version) return console.log(version);
  const project = await completed(options);
  const wrong = folderFault(project.folder) ?? faultOf(project.name) ?? faultOfRegion(project.region);
  if (wrong !== undefined) throw new UserError(wrong);
  const files = Object.entries(projectFiles(project));
  for (const [path, text] of files) {
    const file = join(resolve(project.folder), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  console.log(`${project.name} is written: ${files.length} files.\n${nextSteps(project.folder)}`);
};

try {
  await create();
} catch (error) {
  if (!(error instanceof UserError) && error.code === undefined) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
