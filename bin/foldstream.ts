#!/usr/bin/env node
import { Command } from 'commander';
import { contractsVerbs } from '../lib/cli/contracts/verbs.ts';
import { historyVerbs } from '../lib/cli/history/verbs.ts';
import { localVerbs } from '../lib/cli/local/verbs.ts';
import { logsVerbs } from '../lib/cli/operate/verbs.ts';
import { processesVerbs } from '../lib/cli/process/verbs.ts';
import { loadProject, manifestModule } from '../lib/cli/project.ts';
import { rebuildVerbs } from '../lib/cli/rebuild/verbs.ts';
import { restoreVerbs } from '../lib/cli/restore/verbs.ts';
import { explain } from '../lib/cli/terminal/user-error.ts';
import type { Project } from '../lib/cli/verbs.ts';
import { projectionsVerbs } from '../lib/cli/view/verbs.ts';

const program = new Command('foldstream')
  .description('Event sourcing and CQRS on AWS.')
  .option('--manifest <file>', 'the file that exports the manifest; without it the one that package.json names as #manifest')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('Add --help to see how it is used.');

const module = () => manifestModule(program.opts<{ manifest?: string }>().manifest, import.meta.resolve('#manifest'));
const project: Project = { module, manifest: async () => (await loadProject(module())).manifest };

localVerbs(program, project);
logsVerbs(program);
historyVerbs(program, project);
projectionsVerbs(program, project);
processesVerbs(program, project);
rebuildVerbs(program, project);
// The bundler is loaded by this verb alone: no other verb waits for it.
contractsVerbs(program, project, async (...of) => (await import('../lib/infra/code/projection-code.ts')).projectionCode(...of));
restoreVerbs(program, project);

try {
  await program.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
