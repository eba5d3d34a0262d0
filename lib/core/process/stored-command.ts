import type { AnyDecider, CommandFormat } from '../decider.ts';
import type { Message } from '../message.ts';
import { currentSchema, type Formats, FromNewerRelease, UnreadableEvent, v1 } from '../version.ts';
import type { StoredCommand } from './events.ts';

/** The versions of a command's format, of which a plain schema is the first.
 * @example commandVersions(account.commands.Debit).current; // 1
 */
export const commandVersions = ({ versions, schema }: CommandFormat<unknown>): Formats[string] => versions ?? v1(schema);

/**
 * A command in the stored form of a process's decision: its data as given, with the version of its format, once the format accepts it.
 * @example storeCommand(account, { type: 'Deposit', data }); // { type: 'Deposit', v: 1, data }
 */
export const storeCommand = (
  { category, commands }: Pick<AnyDecider, 'category' | 'commands'>,
  { type, data }: Message,
): StoredCommand => {
  const format = Object.hasOwn(commands, type) ? commands[type] : undefined;
  if (!format) throw new Error(`${category} has no command ${type}.`);
  const versions = commandVersions(format);
  const checked = currentSchema(versions).safeParse(data);
  if (!checked.success)
    throw new Error(`A ${type} for ${category} does not fit its schema: ${checked.error.issues[0]?.message}`, {
      cause: checked.error,
    });
  return { type, v: versions.current, data };
};

/** Reads a stored command of any released version into today's shape.
 * @example readCommand(account, { type: 'Deposit', v: 1, data }).data; // in the shape that `decide` takes
 */
export const readCommand = (
  { category, commands }: Pick<AnyDecider, 'category' | 'commands'>,
  { type, v, data }: StoredCommand,
): Message => {
  const format = Object.hasOwn(commands, type) ? commands[type] : undefined;
  const versions = format && commandVersions(format);
  if (!versions || v > versions.readable)
    throw new FromNewerRelease(
      `${category} has no command ${type} v${v} in this release. If a newer release is rolling out this passes by itself; if not, ` +
        'it was removed while a process may still send it: put it back.',
    );
  try {
    return { type, data: versions.parse(data, v) };
  } catch (cause) {
    throw new UnreadableEvent(
      `The stored command ${type} v${v} for ${category} does not fit its schema: give the new one \`.next(schema, upcast)\`.`,
      { cause },
    );
  }
};
