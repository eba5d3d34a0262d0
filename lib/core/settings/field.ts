import type { ZodType, z } from 'zod';

/** An invalid setting of a deployment; printed without a stack trace.
 * @example throw new WrongSetting("There is no stage 'live': use -c stage=dev or -c stage=prod.");
 */
export class WrongSetting extends Error {
  override name = 'WrongSetting';
}

/** What an environment keeps, from which other settings take their usual values.
 * @example const real: Keeps = { retain: true, protect: true };
 */
export type Keeps = Readonly<{ retain: boolean; protect: boolean }>;

/** One setting: what it accepts, and its value where nothing else is said.
 * @example const rate: Field = { schema: z.int().min(1), is: 'a number of requests a second', use: '50', usual: 50 };
 */
export type Field<S extends ZodType = ZodType> = Readonly<{
  schema: S;
  /** Ends the sentence "'x' is not ...". */
  is: string;
  /** A value that is accepted, or a description of those that are, after "use ". */
  use: string;
  /** The usual value, or how it follows from what the environment keeps. Without one the setting is absent unless it is given. */
  usual?: z.output<S> | ((keeps: Keeps) => z.output<S>);
  /** Reads the text of `-c <setting>=<text>`. Without it the text itself or its JSON is the value, whichever is accepted. */
  text?: (text: string) => unknown;
  /** Further keys of `-c`, each with the part of an object that its value sets: `-c audience=shop` sets `{ audience: 'shop' }`. */
  flags?: Readonly<Record<string, (given: unknown) => Readonly<Record<string, unknown>>>>;
}>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value over another one: objects are merged key by key, and everything else is replaced. What is undefined says nothing.
 * @example over({ rate: 500, burst: 1000 }, { rate: 50 }); // { rate: 50, burst: 1000 }
 */
export const over = (below: unknown, above: unknown): unknown => {
  if (above === undefined) return below;
  if (!isObject(below) || !isObject(above)) return above;
  return Object.fromEntries(
    [...new Set([...Object.keys(below), ...Object.keys(above)])].map((key) => [key, over(below[key], above[key])]),
  );
};

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** What `-c` gives for a setting: texts from a command line, any JSON from the context of cdk.json. Undefined where it gives nothing.
 * @example givenIn({ callerRate: '50' }, 'callerRate', fields.callerRate); // 50
 */
export const givenIn = (
  context: Readonly<Record<string, unknown>>,
  name: string,
  { schema, flags = {}, text = (given) => (schema.safeParse(given).success ? given : json(given)) }: Field,
): unknown => {
  const parts = { [name]: (given: unknown) => (typeof given === 'string' ? text(given) : given), ...flags };
  return Object.entries(parts).reduce<unknown>(
    (value, [key, part]) => (context[key] === undefined ? value : over(value, part(context[key]))),
    undefined,
  );
};

const shown = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** The checked value of a setting. `from` says where it stands: `-c callerRate`, or its place in the settings file.
 * @example checked(fields.callerRate, 50, '-c callerRate');
 */
export const checked = <S extends ZodType>({ schema, is, use }: Field<S>, value: unknown, from: string): z.output<S> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const byContext = from.startsWith('-c ');
  const place = byContext ? '' : ' in the settings';
  const right = byContext ? `${from}=${use}` : use;
  throw new WrongSetting(
    isObject(value)
      ? `Invalid ${[from.replace('-c ', ''), ...path].join('.')}${place}: ${message}. Use ${right}.`
      : `${byContext ? '' : `${from}${place}: `}'${shown(value)}' is not ${is}: use ${right}.`,
  );
};
