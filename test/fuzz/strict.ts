import type { Store, ViewReader } from '../../lib/engine/ports.ts';
import { candidates } from '../../lib/engine/view/lists.ts';

/** DynamoDB's answer to a request that it refuses. */
class ValidationException extends Error {
  override name = 'ValidationException';
}

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');
const refuse = (why: string): never => {
  throw new ValidationException(why);
};

/** A value of a key, as DynamoDB takes it: a partition's has at most 2,048 bytes, a place's 1,024. */
const keyed = (value: unknown, most: number): void => {
  if (typeof value !== 'string' || value === '') refuse(`A key is ${JSON.stringify(value)}, which is no text that is not empty.`);
  if (!String(value).isWellFormed()) refuse('A key is no UTF-8.');
  if (bytes(String(value)) > most) refuse(`A key has ${bytes(String(value))} bytes.`);
};

type After = Readonly<Record<string, unknown>> | undefined;

/** A place to go on from must have all of its key's attributes, and lie within what is asked for. */
const place = (after: After, names: readonly string[], within = ''): void => {
  if (!after) return;
  for (const name of names) keyed(after[name], name === 'key' || name === 'listed' ? 2_048 : 1_024);
  if (names.includes('sort') && !String(after.sort).startsWith(within))
    refuse('The provided starting key is outside query boundaries based on provided conditions.');
};

const compared = (where: Readonly<{ equals?: Readonly<Record<string, string>> }> | undefined): void => {
  for (const text of Object.values(where?.equals ?? {})) {
    if (!text.isWellFormed()) refuse('A value is no UTF-8.');
    for (const value of candidates(text)) {
      const size = Math.abs(Number(value));
      if (typeof value === 'number' && size !== 0 && (size < 1e-130 || size >= 1e126))
        refuse('Number overflow. Attempting to store a number with magnitude larger than supported range.');
    }
  }
};

/** A view's table in memory that refuses what DynamoDB refuses of the keys that a query brings. */
export const strictView = <V extends ViewReader>(view: V): V => ({
  ...view,
  head: async (key) => {
    keyed(key, 2_048);
    return view.head(key);
  },
  parts: async (row) => {
    keyed(row, 2_048);
    return view.parts(row);
  },
  rowsOf: async (key, options) => {
    keyed(key, 2_048);
    place(options.after, ['sort'], 'row#');
    compared(options.where);
    return view.rowsOf(key, options);
  },
  all: async (options) => {
    if (options.owner !== undefined) keyed(options.owner, 2_048);
    place(options.after, ['key', 'sort'], options.owner === undefined ? '' : 'head');
    compared(options.where);
    return view.all(options);
  },
  list: async (options) => {
    keyed(options.partition, 2_048);
    place(options.after, ['at']);
    compared(options.where);
    return view.list(options);
  },
  sharedRows: async (options) => {
    if (options.owner !== undefined) keyed(`owner/${options.owner}`, 2_048);
    place(options.after, ['key']);
    return view.sharedRows(options);
  },
});

const number = (value: unknown): void => {
  if (!Number.isSafeInteger(value)) refuse(`A key is ${String(value)}, which is no whole number.`);
};

/** The commits in memory, as strict about what a reader asks for. */
export const strictStore = <S extends Store>(store: S): S => ({
  ...store,
  read: async (stream, range) => {
    keyed(stream, 2_048);
    number(range.from);
    if (range.to !== undefined) number(range.to);
    return store.read(stream, range);
  },
  find: async (stream, commit) => {
    keyed(stream, 2_048);
    number(commit);
    return store.find(stream, commit);
  },
});
