import type { Command } from 'commander';
import type { Manifest } from '../core/manifest.ts';
import type { ManifestModule } from './project.ts';
import type { Print } from './terminal/lines.ts';
import { type Bar, barTo } from './terminal/progress.ts';

/** The project that the command line works for. Its manifest is loaded by the verbs that need it: a broken one breaks no other verb. */
export type Project = Readonly<{
  /** The file that exports the manifest. */
  module: () => ManifestModule;
  manifest: () => Promise<Manifest>;
}>;

/** A verb gets its arguments and options by their names. The result false sets the exit code to 1. */
export type Verb<Asked> = (asked: Asked, print: Print, bar: (title: string) => Bar) => Promise<unknown>;

/** Makes a verb the action of a command. A verb that takes a `manifest` needs the project. */
export const runs = <Asked>(command: Command, verb: Verb<Asked>, project?: Project): Command =>
  command.action(async () => {
    const named = command.registeredArguments.map((argument, i) => [argument.name(), command.processedArgs[i]]);
    const manifest = project && { manifest: await project.manifest() };
    const asked = { ...command.opts(), ...Object.fromEntries(named), ...manifest } as Asked;
    const ok = await verb(asked, console.log, (title) => barTo(process.stderr, title));
    if (ok === false) process.exitCode = 1;
  });

/** The same for a verb that works on a deployment. */
export const onDeployment = <Asked>(command: Command, verb: Verb<Asked>, project?: Project): Command =>
  runs(command.option('--stack <name>', 'a deployment on AWS; without it the one of npm start'), verb, project);
