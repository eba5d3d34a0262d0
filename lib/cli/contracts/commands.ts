import * as z from 'zod';
import { commandVersions } from '../../core/process/stored-command.ts';
import { checkPrepared, checkSchema } from './check.ts';
import { type Findings, faulty, none, note, together } from './findings.ts';
import { attempt, type PresentVersion, type Storing } from './present.ts';
import type { JsonSchema } from './schema-changes.ts';

/** A command's format as a release had it: which version its processes decided, and what each version took. Stored format of 2026-11. */
export type ReleasedCommand = Readonly<{ written: number; versions: Readonly<Record<string, JsonSchema>> }>;

/** The commands that processes of a release could send, by category and type: `events/released-commands.json`. */
export type ReleasedCommands = Readonly<Record<string, Readonly<Record<string, ReleasedCommand>>>>;

/** A command that a process may send: a decision keeps it until its outcome is known, so that a later release reads it back. */
export type PresentCommand = Readonly<{ category: string; type: string; written: number; versions: readonly PresentVersion[] }>;

/** The commands that a manifest's processes may send, each once however many do. */
export const presentCommands = ({ processes = [] }: Storing): readonly PresentCommand[] => {
  const targets = new Map(processes.flatMap(({ sends }) => sends.map((target) => [target.category, target] as const)));
  return [...targets.values()].flatMap(({ category, commands }) =>
    Object.entries(commands)
      .filter(([, { may }]) => may.includes('process'))
      .map(([type, format]) => {
        const { current, schemas } = commandVersions(format);
        return {
          category,
          type,
          written: current,
          versions: schemas.map((schema, i) => ({
            v: i + 1,
            schema: attempt(() => z.toJSONSchema(schema, { io: 'input' }) as JsonSchema),
          })),
        };
      }),
  );
};

const nameOf = (category: string, type: string) => `The command ${category}.${type}`;
const chained = (chain: string) => `\`command(may, v1(...)${chain})\``;
/** An instance may have decided the command and still wait for its outcome; the code cannot tell. */
const anyOpen = 'an instance may have decided it and not know its outcome yet';
const whenSure = 'Whoever is sure that none is open takes it out of events/released-commands.json in a commit that says so.';

const checkCommand = ({ category, type, written, versions }: PresentCommand, before: ReleasedCommand | undefined): Findings => {
  const format = { name: nameOf(category, type), written, chained };
  const { name } = format;
  const now = versions.map(({ v, schema }) => {
    if (schema instanceof Error)
      return faulty(name, v, `v${v} is not plain JSON: ${schema.message}`, 'A decision keeps it: take what JSON has.');
    return before && !before.versions[v] ? note(`${name} v${v} is new, and not released yet.`) : none;
  });
  if (!before) return together([note(`${name} is new, and not released yet.`), ...now]);
  const shipped = Object.entries(before.versions).map(([v, schema]) => {
    const version = versions[Number(v) - 1];
    return version
      ? checkSchema(format, version, schema)
      : faulty(name, Number(v), `v${v} has shipped, and is gone.`, `Put v${v} back: ${anyOpen}. ${whenSure}`);
  });
  return together([...shipped, checkPrepared(format, before), ...now]);
};

/** Compares the commands that processes may send with those that they could send in the last release. */
export const checkCommands = (present: readonly PresentCommand[], released: ReleasedCommands): Findings => {
  const gone = Object.entries(released).flatMap(([category, types]) =>
    Object.keys(types)
      .filter((type) => !present.some((command) => command.category === category && command.type === type))
      .map((type) =>
        faulty(
          nameOf(category, type),
          undefined,
          'It has shipped, and no process may send it any more.',
          `Put it back, with 'process' among who may send it and ${category} in a process's \`sends\`: ${anyOpen}. ${whenSure}`,
        ),
      ),
  );
  return together([...present.map((command) => checkCommand(command, released[command.category]?.[command.type])), ...gone]);
};

/** The record of a release; only for commands without a fault. */
export const releaseCommands = (present: readonly PresentCommand[]): ReleasedCommands => {
  const released: Record<string, Record<string, ReleasedCommand>> = {};
  for (const { category, type, written, versions } of present) {
    released[category] ??= {};
    released[category][type] = {
      written,
      versions: Object.fromEntries(versions.map(({ v, schema }) => [v, schema as JsonSchema])),
    };
  }
  return released;
};
