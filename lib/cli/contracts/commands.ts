import { commandVersions } from '../../core/process/stored-command.ts';
import type { JsonSchema } from '../../engine/model/schema-changes.ts';
import { type Findings, faulty, together } from './findings.ts';
import { checkGone, checkVersions, type Format, type ReleasedFormats, type ReleasedOf, recordOf, versionsOf } from './format.ts';
import type { Storing } from './present.ts';

/**
 * The commands that processes of a release could send: which version was decided, and what each version took. `events/released-commands.json`, stored
 * format of 2026-11.
 */
export type ReleasedCommands = ReleasedFormats<ReleasedOf<JsonSchema>>;

/**
 * The commands that a manifest's processes may send, each once however many do. A decision keeps them until their outcome is known, so that a later
 * release reads them back.
 */
export const presentCommands = ({ processes = [] }: Storing): readonly Format[] => {
  const targets = new Map(processes.flatMap(({ sends }) => sends.map((target) => [target.category, target] as const)));
  return [...targets.values()].flatMap(({ category, commands }) =>
    Object.entries(commands)
      .filter(([, { may }]) => may.includes('process'))
      .map(([type, format]) => {
        const { current, schemas } = commandVersions(format);
        return { category, type, written: current, versions: versionsOf(schemas) };
      }),
  );
};

/** An instance may have decided the command and still wait for its outcome; the code cannot tell. */
const anyOpen = 'an instance may have decided it and not know its outcome yet';
const whenSure = 'Whoever is sure that none is open takes it out of events/released-commands.json in a commit that says so.';

const wordsFor = ({ category, type }: Pick<Format, 'category' | 'type'>) => ({
  name: `The command ${category}.${type}`,
  chained: (chain: string) => `\`command(may, v1(...)${chain})\``,
  unclear: 'A decision keeps it: take what JSON has.',
  putBack: `${anyOpen}. ${whenSure}`,
});

/** Compares the commands that processes may send with those that they could send in the last release. */
export const checkCommands = (present: readonly Format[], released: ReleasedCommands): Findings =>
  together([
    ...present.map((command) => checkVersions(command, released[command.category]?.[command.type]?.versions, wordsFor(command))),
    checkGone(released, present, (gone) =>
      faulty(
        wordsFor(gone).name,
        'It has shipped, and no process may send it any more.',
        `Put it back, with 'process' among who may send it and ${gone.category} in a process's \`sends\`: ${anyOpen}. ${whenSure}`,
      ),
    ),
  ]);

/** The record of a release; only for commands without a fault. */
export const releaseCommands = (present: readonly Format[]): ReleasedCommands =>
  recordOf(present, ({ written, versions }) => ({
    written,
    versions: Object.fromEntries(versions.map(({ v, schema }) => [v, schema as JsonSchema])),
  }));
